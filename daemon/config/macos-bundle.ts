import { posix } from 'node:path';

import { plistText, type PlistValue } from '../packaging/property-list.ts';
import { Buildable, buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { FileContent, userFile } from './file-content.ts';
import { FileManifest } from './file-manifest.ts';
import { relativePath } from './location.ts';
import { bool, int, object, oneOf, optional, str } from './parameter.ts';
import { signingOrder } from './signing.ts';
import type { MacOsBundleValue } from './resolved-target.ts';

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
      ['CFBundleInfoDictionaryVersion', '6.0'],
    ]);
  }

  override value(evaluation: Evaluation, folder: string): MacOsBundleValue {
    const missing = requiredKeys.filter((key) => !this.keys.has(key));
    if (missing.length > 0)
      throw new ConfigError(
        `Info.plist of ${this.name}.app lacks ${missing.join(', ')}`,
        'call set_info_plist_required_keys()',
      );
    const manifest = new FileManifest();
    const root = `${this.name}.app/Contents`;
    manifest.addManifest(this.contents, root);
    const made = { 'Info.plist': plistText(this.keys), PkgInfo: `APPL${this.#signature()}` };
    for (const [name, text] of Object.entries(made))
      manifest.addFile(`${root}/${name}`, new FileContent(name, { at: 'text', text }, false));
    return {
      type: 'MacOsApplicationBundleBuilder',
      name: `${this.name}.app`,
      executable: String(this.keys.get('CFBundleExecutable')),
      files: manifest.value(evaluation),
      signing: signingOrder(evaluation, {
        action: 'macos-application-bundle-creation',
        filename: `${this.name}.app`,
        path: posix.join(folder, `${this.name}.app`),
        kind: 'app-bundle',
      }),
    };
  }

  /** The creator's code, four characters: no system has looked at it for long, and most bundles say that there is none. */
  #signature(): string {
    const signature = this.keys.get('CFBundleSignature');
    return typeof signature === 'string' && /^[ -~]{4}$/.test(signature) ? signature : '????';
  }
}

/** Reverse DNS, as Apple has it: letters, digits, "-" and ".". */
function checkIdentifier(identifier: string): void {
  if (!/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(identifier))
    throw new ConfigError(
      `invalid bundle identifier ${JSON.stringify(identifier)}`,
      'use letters, digits, "-" and ".", such as "org.example.tool"',
    );
}

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
  doc: 'A macOS application bundle. As a target its folder `NAME.app` is written.',
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
      call(self, { display_name, identifier, version, signature, executable }, evaluation) {
        checkIdentifier(identifier);
        if (!/^[ -~]{4}$/.test(signature))
          evaluation.outlet.warn(
            `the signature ${JSON.stringify(signature)} of the bundle ${self.name} has no effect: it is not of four characters`,
            'use "????" where there is none',
          );
        self.keys.set('CFBundleDisplayName', display_name);
        self.keys.set('CFBundleIdentifier', identifier);
        self.keys.set('CFBundleVersion', version);
        self.keys.set('CFBundleSignature', signature);
        self.keys.set('CFBundleExecutable', executable);
      },
    }),
    method({
      name: 'write_to_directory',
      doc: 'Writes the bundle into a folder, once all is built. A relative path starts at the build path. Returns the path of the bundle.',
      generation: 'modern',
      parameters: { path: str },
      returns: 'str',
      call(self, { path }, evaluation) {
        const folder = posix.resolve(evaluation.buildPath, path);
        evaluation.installations.push({ path: folder, replace: true, value: self.value(evaluation, folder) });
        return posix.join(folder, `${self.name}.app`);
      },
    }),
    buildMethod,
  ],
};
