// Snap packages: the attributes of a snap, its applications and parts are the keys of snapcraft.yaml.
import { Buildable, buildMethod } from './buildable.ts';
import { ConfigObject } from './config-object.ts';
import {
  declareFunction,
  membersOf,
  type AttributeDeclaration,
  type TypeDeclaration,
} from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { FileContent } from './file-content.ts';
import { FileManifest } from './file-manifest.ts';
import { bool, dictOf, int, listOf, object, oneOf, optional, str, type Parameter } from './parameter.ts';
import type { FileManifestValue } from './resolved-target.ts';
import { yamlText, type YamlValue } from './yaml-text.ts';

type Field = string | number | readonly unknown[] | ReadonlyMap<string, unknown>;

/** One mapping of snapcraft.yaml. */
abstract class SnapFields extends ConfigObject {
  readonly fields = new Map<string, Field>();

  /** Keys have dashes where attributes have underscores. */
  yaml(): YamlValue {
    return dashed(this.fields);
  }
}

const dashed = (fields: ReadonlyMap<string, unknown>): YamlValue =>
  new Map([...fields].map(([name, value]) => [name.replaceAll('_', '-'), yamlOf(value)]));

function yamlOf(value: unknown): YamlValue {
  if (value instanceof SnapFields) return value.yaml();
  if (Array.isArray(value)) return value.map(yamlOf);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [String(key), yamlOf(item)]));
  return value as YamlValue;
}

class SnapApp extends SnapFields {
  override readonly typeName = 'SnapApp';
}

class SnapPart extends SnapFields {
  override readonly typeName = 'SnapPart';
}

class Snap extends SnapFields {
  override readonly typeName = 'Snap';

  /** snapcraft wants a list of architectures; a config names one, by `build_on` and `run_on`. */
  override yaml(): YamlValue {
    const architectures = this.fields.get('architectures');
    const yaml = new Map(super.yaml() as ReadonlyMap<string, YamlValue>);
    if (architectures instanceof Map) yaml.set('architectures', [dashed(architectures)]);
    return yaml;
  }
}

/** A folder that `snapcraft` makes a package of. */
class SnapcraftBuilder extends Buildable {
  override readonly typeName = 'SnapcraftBuilder';
  readonly snap: Snap;
  readonly files = new FileManifest();
  readonly invocations: (readonly string[])[] = [];

  constructor(snap: Snap) {
    super();
    this.snap = snap;
  }

  override value(evaluation: Evaluation): FileManifestValue {
    const manifest = new FileManifest();
    manifest.addManifest(this.files);
    const yaml = { at: 'text', text: yamlText(this.snap.yaml()) } as const;
    manifest.addFile('snap/snapcraft.yaml', new FileContent('snapcraft.yaml', yaml, false));
    const commands = this.invocations.length === 0 ? [['snap']] : this.invocations;
    evaluation.outlet.notice(
      `The snap's folder is written, snapcraft is not started. Run there: ${commands
        .map((args) => ['snapcraft', ...args].join(' '))
        .join(' && ')}`,
    );
    return manifest.value(evaluation);
  }
}

const { attribute } = membersOf<SnapFields>();

const field = (name: string, check: Parameter<Field>): AttributeDeclaration =>
  attribute({
    name,
    doc: `\`${name.replaceAll('_', '-')}\` of snapcraft.yaml.`,
    generation: 'modern',
    check: optional(check),
    get: (self) => self.fields.get(name),
    set(self, value) {
      if (value === undefined) self.fields.delete(name);
      else self.fields.set(name, value);
    },
  });

const fields = (check: Parameter<Field>, names: string): readonly AttributeDeclaration[] =>
  names.split(' ').map((name) => field(name, check));

const texts = listOf(str);
const scalar = oneOf(oneOf(str, bool), int);
/** Whatever YAML can say, to the depth that snapcraft.yaml has. */
const anyItem = oneOf(oneOf(scalar, texts), dictOf(oneOf(scalar, texts)));
const mapping = dictOf(anyItem);

export const snapTypes: readonly TypeDeclaration[] = [
  {
    name: 'Snap',
    doc: 'A snap package.',
    generation: 'modern',
    construct: declareFunction({
      name: 'Snap',
      doc: 'A snap with what every one must have.',
      generation: 'modern',
      parameters: { name: str, version: str, summary: str, description: str },
      returns: 'Snap',
      call(_evaluation, values) {
        const snap = new Snap();
        for (const [name, value] of Object.entries(values)) snap.fields.set(name, value);
        return snap;
      },
    }),
    attributes: [
      ...fields(
        str,
        'adopt_info base confinement description grade icon license name summary title type version',
      ),
      ...fields(texts, 'assumes'),
      ...fields(mapping, 'passthrough plugs slots'),
      field('architectures', dictOf(texts)),
      field('apps', dictOf(object('SnapApp', SnapApp))),
      field('parts', dictOf(object('SnapPart', SnapPart))),
    ],
    methods: [
      membersOf<Snap>().method({
        name: 'to_builder',
        doc: 'A builder for this snap.',
        generation: 'modern',
        parameters: {},
        returns: 'SnapcraftBuilder',
        call: (self) => new SnapcraftBuilder(self),
      }),
    ],
  },
  {
    name: 'SnapApp',
    doc: 'An application of a snap package.',
    generation: 'modern',
    construct: declareFunction({
      name: 'SnapApp',
      doc: 'An application without any properties.',
      generation: 'modern',
      parameters: {},
      returns: 'SnapApp',
      call: () => new SnapApp(),
    }),
    attributes: [
      ...fields(
        str,
        'adapter autostart command common_id daemon desktop listen_stream post_stop_command restart_condition stop_command stop_timeout timer',
      ),
      ...fields(texts, 'command_chain extensions plugs slots'),
      ...fields(mapping, 'environment passthrough socket'),
      field('socket_mode', int),
    ],
    methods: [],
  },
  {
    name: 'SnapPart',
    doc: 'A part of a snap package.',
    generation: 'modern',
    construct: declareFunction({
      name: 'SnapPart',
      doc: 'A part without any properties.',
      generation: 'modern',
      parameters: {},
      returns: 'SnapPart',
      call: () => new SnapPart(),
    }),
    attributes: [
      ...fields(
        str,
        'override_build override_prime override_pull override_stage parse_info plugin source source_branch source_checksum source_commit source_subdir source_tag source_type',
      ),
      ...fields(
        texts,
        'after build_attributes build_packages build_snaps prime stage stage_packages stage_snaps',
      ),
      ...fields(mapping, 'filesets organize'),
      field('build_environment', listOf(dictOf(str))),
      field('source_depth', int),
    ],
    methods: [],
  },
  {
    name: 'SnapcraftBuilder',
    doc: "Writes the folder that `snapcraft` makes a snap package of, and says how to start it. It isn't started.",
    generation: 'modern',
    construct: declareFunction({
      name: 'SnapcraftBuilder',
      doc: 'A builder for a snap.',
      generation: 'modern',
      parameters: { snap: object('Snap', Snap) },
      returns: 'SnapcraftBuilder',
      call: (_evaluation, { snap }) => new SnapcraftBuilder(snap),
    }),
    attributes: [],
    methods: [
      membersOf<SnapcraftBuilder>().method({
        name: 'add_invocation',
        doc: 'Adds a call of `snapcraft` with these arguments.',
        generation: 'modern',
        parameters: { args: texts, purge_build: optional(bool) },
        call(self, { args }) {
          self.invocations.push(args);
        },
      }),
      membersOf<SnapcraftBuilder>().method({
        name: 'add_file_manifest',
        doc: 'Adds files that the parts of the snap take as their source.',
        generation: 'modern',
        parameters: { manifest: object('FileManifest', FileManifest) },
        call: (self, { manifest }) => self.files.addManifest(manifest),
      }),
      buildMethod,
    ],
  },
];
