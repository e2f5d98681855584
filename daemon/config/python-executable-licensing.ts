// What a config says of licences: the document that gathers them, crates that come with the program, and what it may hold.
import { ConfigError } from './config-object.ts';
import { type AttributeDeclaration, type FunctionDeclaration, membersOf } from './declaration.ts';
import { bool, dictOf, listOf, optional, str, withDefault } from './parameter.ts';
import type { PythonExecutable } from './python-executable.ts';

const { attribute, method } = membersOf<PythonExecutable>();

export const licensingAttributes: readonly AttributeDeclaration[] = [
  attribute({
    name: 'licenses_filename',
    doc: 'Name of the document that gathers all licences, or None for none. It is packed into the executable; a `FileManifest` has it beside the executable too.',
    generation: 'modern',
    check: optional(str),
    default: '"COPYING.txt"',
    get: (self) => self.licensesFilename,
    set(self, value) {
      if (value !== undefined && (/[/\0]/.test(value) || value === '' || value === '.' || value === '..'))
        throw new ConfigError(`cannot name a file ${JSON.stringify(value)}`, 'use a file name without "/"');
      self.licensesFilename = value;
    },
  }),
  attribute({
    name: 'licenses_denied',
    doc: 'An addition of oxd: a build fails when a component of the executable can only be had under one of these licences. SPDX identifiers, or "unknown", "public-domain", "copyleft".',
    check: listOf(str),
    default: '[]',
    get: (self) => self.licensesDenied,
    set: (self, value) => {
      self.licensesDenied = value;
    },
  }),
  attribute({
    name: 'licenses_allowed',
    doc: 'An addition of oxd: when this is not empty, a build fails for every component that cannot be had under one of these licences.',
    check: listOf(str),
    default: '[]',
    get: (self) => self.licensesAllowed,
    set: (self, value) => {
      self.licensesAllowed = value;
    },
  }),
  attribute({
    name: 'licenses_clarified',
    doc: 'An addition of oxd: SPDX expressions by name of component, for those whose own metadata say nothing or the wrong thing.',
    check: dictOf(str),
    default: '{}',
    get: (self) => self.licensesClarified,
    set: (self, value) => {
      self.licensesClarified = value;
    },
  }),
];

export const licensingMethod: FunctionDeclaration = method({
  name: 'add_cargo_manifest_licensing',
  doc: "Adds the crates of a Cargo project, and those that are linked with them, to the licence report. `features` adds to the project's default ones.",
  generation: 'modern',
  parameters: {
    manifest_path: str,
    all_features: withDefault(bool, false),
    features: optional(listOf(str)),
  },
  call(self, { manifest_path, all_features, features }, evaluation) {
    self.cargoManifests.push({
      manifest: evaluation.absolute(manifest_path),
      allFeatures: all_features,
      features: features ?? [],
    });
  },
});
