// Snap packages: the attributes of a snap, its applications and parts are the keys of snapcraft.yaml.
import { ConfigError } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import { choice, dictOf, object, str, type Parameter } from './parameter.ts';
import { SnapApp } from './snap-app.ts';
import { dashed, field, fields, mapping, SnapFields, textLike, texts } from './snap-fields.ts';
import { SnapPart } from './snap-part.ts';
import { SnapcraftBuilder } from './snapcraft-builder.ts';
import type { YamlValue } from './yaml-text.ts';

export class Snap extends SnapFields {
  override readonly typeName = 'Snap';

  /** All of snapcraft.yaml, with what snapcraft insists on. */
  override yaml(): ReadonlyMap<string, YamlValue> {
    const name = this.fields.get('name') as string;
    const apps = this.fields.get('apps') as ReadonlyMap<string, SnapApp> | undefined;
    const parts = this.fields.get('parts') as ReadonlyMap<string, SnapPart> | undefined;
    if (parts === undefined || parts.size === 0)
      throw new ConfigError(`the snap ${name} has no parts`, 'set its attribute `parts`');
    const type = this.fields.get('type') ?? 'app';
    if ((type === 'app' || type === 'gadget') && !this.fields.has('base'))
      throw new ConfigError(`the snap ${name} has no base`, 'set its attribute `base`, such as to "core22"');
    const yaml = new Map(super.yaml());
    if (apps !== undefined) yaml.set('apps', new Map([...apps].map(([app, of]) => [app, of.appYaml(app)])));
    // snapcraft wants a list of architectures; a config names one, by `build_on` and `run_on`.
    const architectures = this.fields.get('architectures');
    if (architectures instanceof Map) yaml.set('architectures', [dashed(architectures)]);
    return yaml;
  }
}

const snapName = textLike(
  /^(?=.{1,40}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/,
  'a snap name: lower-case letters, digits and single "-" between them, 40 characters at most',
);
const snapVersion = textLike(
  /^[a-zA-Z0-9]([a-zA-Z0-9:.+~-]{0,30}[a-zA-Z0-9+~])?$/,
  'a snap version: letters, digits and ":.+~-" between them, 32 characters at most',
);
const summary = textLike(/^.{1,78}$/, 'a line of at most 78 characters');
const title = textLike(/^.{1,40}$/, 'a line of at most 40 characters');

const machines = ['all', 'amd64', 'arm64', 'armhf', 'i386', 'ppc64el', 'riscv64', 's390x'] as const;

const architectures: Parameter<ReadonlyMap<string, readonly string[]>> = {
  type: 'dict[str, list[str]]',
  expected: `a dict of "build_on" and "run_on" to lists of ${machines.join(', ')}`,
  read(value) {
    const read = dictOf(texts).read(value);
    if (read === undefined || !('is' in read)) return read;
    const known = [...read.is].every(
      ([key, names]) =>
        (key === 'build_on' || key === 'run_on') &&
        names.every((name) => (machines as readonly string[]).includes(name)),
    );
    return known && read.is.has('build_on') ? read : undefined;
  },
};

export const snapType: TypeDeclaration = {
  name: 'Snap',
  doc: 'A snap package.',
  generation: 'modern',
  construct: declareFunction({
    name: 'Snap',
    doc: 'A snap with what every one must have.',
    generation: 'modern',
    parameters: { name: snapName, version: snapVersion, summary, description: str },
    returns: 'Snap',
    call(_evaluation, values) {
      const snap = new Snap();
      for (const [name, value] of Object.entries(values)) snap.fields.set(name, value);
      return snap;
    },
  }),
  attributes: [
    ...fields(str, 'adopt_info base'),
    field('confinement', choice(['strict', 'devmode', 'classic'])),
    field('description', str),
    field('grade', choice(['devel', 'stable'])),
    ...fields(str, 'icon license'),
    field('name', snapName),
    field('summary', summary),
    field('title', title),
    field('type', choice(['app', 'base', 'gadget', 'kernel', 'snapd'])),
    field('version', snapVersion),
    ...fields(texts, 'assumes'),
    ...fields(mapping, 'passthrough plugs slots'),
    field('architectures', architectures),
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
};
