import { posix } from 'node:path';

import { canonicalVersion } from '../packaging/version.ts';
import { dataDestinations, wheelFileName, wheelStem, type WheelDescription } from '../packaging/wheel.ts';
import { zipTimes } from '../packaging/zip.ts';
import { version as oxdVersion } from '../../protocol/version.ts';
import { Buildable, buildMethod } from './buildable.ts';
import { ConfigError } from './config-object.ts';
import { declareFunction, membersOf, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { FileContent, placeOf, writeContent } from './file-content.ts';
import { FileManifest } from './file-manifest.ts';
import { bool, choice, int, object, optional, str, type Parameter } from './parameter.ts';
import type { WheelValue } from './resolved-target.ts';

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

/** The files and the description of one wheel. */
class PythonWheelBuilder extends Buildable {
  override readonly typeName = 'PythonWheelBuilder';
  readonly description: Changeable<WheelDescription>;
  /** At their places in the archive. */
  readonly files = new FileManifest();

  constructor(distribution: string, version: string) {
    super();
    if (!/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(distribution))
      throw new ConfigError(
        `invalid name of a distribution ${JSON.stringify(distribution)}`,
        'use letters, digits and, between them, "-", "_" and "."',
      );
    if (canonicalVersion(version) === undefined)
      throw new ConfigError(
        `invalid version of a distribution ${JSON.stringify(version)}`,
        'use a version as of PEP 440, such as "1.0" or "1.0.dev3"',
      );
    this.description = {
      distribution,
      version,
      buildTag: undefined,
      pythonTag: 'py3',
      abiTag: 'none',
      platformTag: 'any',
      generator: `oxd ${oxdVersion}`,
      rootIsPurelib: false,
      modifiedTime: undefined,
    };
  }

  override value(evaluation: Evaluation): WheelValue {
    return {
      type: 'PythonWheelBuilder',
      description: { ...this.description },
      files: this.files.value(evaluation),
    };
  }

  content(evaluation: Evaluation): FileContent {
    const wheel = this.value(evaluation);
    return new FileContent(wheelFileName(wheel.description), { at: 'wheel', wheel }, false);
  }
}

/** A part of a tag, or of several joined by ".". */
const tagPart = (what: string): Parameter<string> => ({
  type: 'str',
  expected: `${what} of letters, digits, "_" and "."`,
  read: (value) => (typeof value === 'string' && /^\w+(?:\.\w+)*$/.test(value) ? { is: value } : undefined),
});

const buildTag: Parameter<string> = {
  type: 'str',
  expected: 'a build tag, which starts with a digit and has no "-"',
  read: (value) => (typeof value === 'string' && /^\d[\w.]*$/.test(value) ? { is: value } : undefined),
};

const oneLine: Parameter<string> = {
  type: 'str',
  expected: 'a line of text',
  read: (value) => (typeof value === 'string' && /^[^\r\n]+$/.test(value) ? { is: value } : undefined),
};

const { attribute, method } = membersOf<PythonWheelBuilder>();
const place = { path: optional(str), directory: optional(str) };
const placed = { file: object('FileContent', FileContent), ...place };

export const pythonWheelBuilderType: TypeDeclaration = {
  name: 'PythonWheelBuilder',
  doc: 'A Python wheel: what `pip install` takes. As a target the `.whl` is written. Equal files and settings give equal bytes.',
  generation: 'modern',
  construct: declareFunction({
    name: 'PythonWheelBuilder',
    doc: 'A wheel without files, of the name and version that its METADATA has.',
    generation: 'modern',
    parameters: { distribution: str, version: str },
    returns: 'PythonWheelBuilder',
    call: (_evaluation, { distribution, version }) => new PythonWheelBuilder(distribution, version),
  }),
  attributes: [
    attribute({
      name: 'build_tag',
      doc: 'Tells builds of one version apart; starts with a digit. None for none.',
      generation: 'modern',
      check: optional(buildTag),
      default: 'None',
      get: (self) => self.description.buildTag,
      set: (self, value) => {
        self.description.buildTag = value;
      },
    }),
    attribute({
      name: 'tag',
      doc: 'The three tags below, joined by "-": what the wheel is for.',
      generation: 'modern',
      check: str,
      default: '"py3-none-any"',
      get: ({ description: { pythonTag, abiTag, platformTag } }) => `${pythonTag}-${abiTag}-${platformTag}`,
      set(self, value) {
        const parts = /^(\w+(?:\.\w+)*)-(\w+(?:\.\w+)*)-(\w+(?:\.\w+)*)$/.exec(value);
        if (parts === null)
          throw new ConfigError(
            `invalid tag ${JSON.stringify(value)}`,
            'use "PYTHON-ABI-PLATFORM", such as "py3-none-any" or "cp311-cp311-manylinux2014_x86_64"',
          );
        const [, pythonTag = '', abiTag = '', platformTag = ''] = parts;
        Object.assign(self.description, { pythonTag, abiTag, platformTag });
      },
    }),
    attribute({
      name: 'python_tag',
      doc: 'The Python that the wheel is for.',
      generation: 'modern',
      check: tagPart('a tag'),
      default: '"py3"',
      get: (self) => self.description.pythonTag,
      set: (self, value) => {
        self.description.pythonTag = value;
      },
    }),
    attribute({
      name: 'abi_tag',
      doc: 'The binary interface that its extension modules need.',
      generation: 'modern',
      check: tagPart('a tag'),
      default: '"none"',
      get: (self) => self.description.abiTag,
      set: (self, value) => {
        self.description.abiTag = value;
      },
    }),
    attribute({
      name: 'platform_tag',
      doc: 'The system that its native code is for.',
      generation: 'modern',
      check: tagPart('a tag'),
      default: '"any"',
      get: (self) => self.description.platformTag,
      set: (self, value) => {
        self.description.platformTag = value;
      },
    }),
    attribute({
      name: 'generator',
      doc: '`Generator` of the WHEEL file.',
      generation: 'modern',
      check: oneLine,
      default: `"oxd ${oxdVersion}"`,
      get: (self) => self.description.generator,
      set: (self, value) => {
        self.description.generator = value;
      },
    }),
    attribute({
      name: 'root_is_purelib',
      doc: '`Root-Is-Purelib` of the WHEEL file: whether files outside of `.data` are installed as pure Python.',
      generation: 'modern',
      check: bool,
      default: 'False',
      get: (self) => self.description.rootIsPurelib,
      set: (self, value) => {
        self.description.rootIsPurelib = value;
      },
    }),
    attribute({
      name: 'modified_time',
      doc: 'Seconds since 1970: the time of all files in the archive. Until it is set, SOURCE_DATE_EPOCH says it, and without that it is the start of 1980.',
      generation: 'modern',
      check: int,
      default: String(zipTimes.first),
      get: (self) => self.description.modifiedTime ?? zipTimes.first,
      set(self, value) {
        if (value < zipTimes.first || value > zipTimes.last)
          throw new ConfigError(
            `an archive cannot hold the time ${value}`,
            `use seconds since 1970, from ${zipTimes.first} (the start of 1980) to ${zipTimes.last}`,
          );
        self.description.modifiedTime = value;
      },
    }),
    attribute({
      name: 'wheel_file_name',
      doc: 'The name of the file that is written, as the settings are now.',
      generation: 'modern',
      check: str,
      get: (self) => wheelFileName(self.description),
    }),
  ],
  methods: [
    method({
      name: 'add_file_dist_info',
      doc: 'Adds a file in the folder of metadata, `.dist-info`. METADATA and WHEEL are made where they are not added; RECORD is always made.',
      generation: 'modern',
      parameters: placed,
      call(self, { file, path, directory }) {
        const folder = `${wheelStem(self.description)}.dist-info`;
        self.files.addFile(posix.join(folder, placeOf(file, path, directory)), file);
      },
    }),
    method({
      name: 'add_file_data',
      doc: 'Adds a file that goes to another folder of the environment: `scripts` for programs, `headers`, `data`, or one of the two folders of modules.',
      generation: 'modern',
      parameters: { destination: choice(dataDestinations), ...placed },
      call(self, { destination, file, path, directory }) {
        const folder = `${wheelStem(self.description)}.data/${destination}`;
        self.files.addFile(posix.join(folder, placeOf(file, path, directory)), file);
      },
    }),
    method({
      name: 'add_file',
      doc: 'Adds a file below the folder of modules, at `path`, or under its own name in the folder `directory`.',
      generation: 'modern',
      parameters: placed,
      call: (self, { file, path, directory }) => self.files.addFile(placeOf(file, path, directory), file),
    }),
    method({
      name: 'to_file_content',
      doc: 'The wheel as a file that can be added elsewhere.',
      generation: 'modern',
      parameters: {},
      returns: 'FileContent',
      call: (self, _values, evaluation) => self.content(evaluation),
    }),
    method({
      name: 'write_to_directory',
      doc: 'Writes the wheel into a folder, once all is built. A relative path starts at the build path. Returns the path of the file.',
      generation: 'modern',
      parameters: { path: str },
      returns: 'str',
      call: (self, { path }, evaluation) => writeContent(evaluation, self.content(evaluation), path),
    }),
    buildMethod,
  ],
};
