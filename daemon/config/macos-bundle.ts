import { posix } from 'node:path';

import { Buildable, buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { FileContent, userFile } from './file-content.ts';
import { FileManifest } from './file-manifest.ts';
import { relativePath } from './location.ts';
import { bool, int, object, oneOf, optional, str } from './parameter.ts';
import type { FileManifestValue } from './resolved-target.ts';

type PlistValue = string | number | boolean;

const requiredKeys = [
  'CFBundleName',
  'CFBundleDisplayName',
  'CFBundleIdentifier',
  'CFBundleVersion',
  'CFBundleExecutable',
] as const;

/** An application folder as macOS wants it: NAME.app/Contents with Info.plist, MacOS and Resources. */
class MacOsBundle extends Buildable {
  override readonly typeName = 'MacOsApplicationBundleBuilder';
  readonly name: string;
  /** Paths below Contents. */
  readonly contents = new FileManifest();
  readonly keys: Map<string, PlistValue>;

  constructor(name: string) {
    super();
    if (name === '' || name.includes('/'))
      throw new ConfigError(`invalid bundle name ${JSON.stringify(name)}`);
    this.name = name;
    this.keys = new Map<string, PlistValue>([
      ['CFBundleName', name],
      ['CFBundlePackageType', 'APPL'],
    ]);
  }

  override value(evaluation: Evaluation): FileManifestValue {
    const missing = requiredKeys.filter((key) => !this.keys.has(key));
    if (missing.length > 0)
      throw new ConfigError(
        `Info.plist of ${this.name}.app lacks ${missing.join(', ')}`,
        'call set_info_plist_required_keys()',
      );
    const manifest = new FileManifest();
    const root = `${this.name}.app/Contents`;
    manifest.addManifest(this.contents, root);
    const plist = { at: 'text', text: plistText(this.keys) } as const;
    manifest.addFile(`${root}/Info.plist`, new FileContent('Info.plist', plist, false));
    return manifest.value(evaluation);
  }
}

/** A property list in Apple's XML form. */
function plistText(keys: ReadonlyMap<string, PlistValue>): string {
  const lines = [...keys].map(([key, value]) => `  <key>${escaped(key)}</key>\n  ${element(value)}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    ...lines,
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

function element(value: PlistValue): string {
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  return `<string>${escaped(value)}</string>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const { method } = membersOf<MacOsBundle>();
const manifestParameter = object('FileManifest', FileManifest);
const fileParameters = { content: object('FileContent', FileContent), path: optional(str) };

const addFile = (name: string, folder: string): ReturnType<typeof method> =>
  method({
    name,
    doc: `Adds a file in \`Contents/${folder}\`, at \`path\` or under its own name.`,
    generation: 'modern',
    parameters: fileParameters,
    call: (self, { content, path }) =>
      self.contents.addFile(posix.join(folder, relativePath(path ?? content.filename)), content),
  });

const addManifest = (name: string, folder: string): ReturnType<typeof method> =>
  method({
    name,
    doc: `Adds the files of a manifest in \`${posix.join('Contents', folder)}\`.`,
    generation: 'modern',
    parameters: { manifest: manifestParameter },
    call: (self, { manifest }) => self.contents.addManifest(manifest, folder),
  });

export const macOsBundleType: TypeDeclaration = {
  name: 'MacOsApplicationBundleBuilder',
  doc: 'A macOS application bundle. As a target its folder `NAME.app` is written; signing it needs macOS.',
  generation: 'modern',
  construct: declareFunction({
    name: 'MacOsApplicationBundleBuilder',
    doc: 'An empty bundle.',
    generation: 'modern',
    parameters: { bundle_name: str },
    returns: 'MacOsApplicationBundleBuilder',
    call: (_evaluation, { bundle_name }) => new MacOsBundle(bundle_name),
  }),
  attributes: [],
  methods: [
    method({
      name: 'add_icon',
      doc: "Takes an icns file from disk as the bundle's icon.",
      generation: 'modern',
      parameters: { path: str },
      call(self, { path }, evaluation) {
        const name = `${self.name}.icns`;
        self.contents.addFile(`Resources/${name}`, userFile(evaluation, path));
        self.keys.set('CFBundleIconFile', name);
      },
    }),
    addManifest('add_manifest', ''),
    addFile('add_macos_file', 'MacOS'),
    addManifest('add_macos_manifest', 'MacOS'),
    addFile('add_resources_file', 'Resources'),
    addManifest('add_resources_manifest', 'Resources'),
    method({
      name: 'set_info_plist_key',
      doc: 'Sets one key of Info.plist.',
      generation: 'modern',
      parameters: { key: str, value: oneOf(oneOf(str, bool), int) },
      call(self, { key, value }) {
        self.keys.set(key, value);
      },
    }),
    method({
      name: 'set_info_plist_required_keys',
      doc: 'Sets the keys of Info.plist that every bundle must have.',
      generation: 'modern',
      parameters: { display_name: str, identifier: str, version: str, signature: str, executable: str },
      call(self, { display_name, identifier, version, signature, executable }) {
        self.keys.set('CFBundleDisplayName', display_name);
        self.keys.set('CFBundleIdentifier', identifier);
        self.keys.set('CFBundleVersion', version);
        self.keys.set('CFBundleSignature', signature);
        self.keys.set('CFBundleExecutable', executable);
      },
    }),
    method({
      name: 'write_to_directory',
      doc: 'Writes the bundle into a folder, once all is built. A relative path starts at the build path.',
      generation: 'modern',
      parameters: { path: str },
      call(self, { path }, evaluation) {
        evaluation.installations.push({
          path: posix.resolve(evaluation.buildPath, path),
          replace: true,
          manifest: self.value(evaluation),
        });
      },
    }),
    buildMethod,
  ],
};
