import { declareFunction, type TypeDeclaration } from './declaration.ts';
import { choice, dictOf, int, listOf, str } from './parameter.ts';
import { field, fields, SnapFields, textMap, texts } from './snap-fields.ts';

export class SnapPart extends SnapFields {
  override readonly typeName = 'SnapPart';
}

const sourceTypes = [
  'bzr',
  'deb',
  'git',
  'hg',
  'local',
  'mercurial',
  'rpm',
  'subversion',
  'svn',
  'tar',
  'zip',
  '7z',
] as const;

const buildAttributes = ['debug', 'keep-execstack', 'no-patchelf', 'enable-patchelf', 'no-install'] as const;

export const snapPartType: TypeDeclaration = {
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
      'override_build override_prime override_pull override_stage parse_info plugin source source_branch source_checksum source_commit source_subdir source_tag',
    ),
    field('source_type', choice(sourceTypes)),
    ...fields(texts, 'after build_packages build_snaps prime stage stage_packages stage_snaps'),
    field('build_attributes', listOf(choice(buildAttributes))),
    field('filesets', dictOf(texts)),
    field('organize', textMap),
    field('build_environment', listOf(textMap)),
    field('source_depth', int),
  ],
  methods: [],
};
