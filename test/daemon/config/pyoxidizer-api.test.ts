// Everything that PyOxidizer's APIs have, both generations, against our declarations.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { FunctionDeclaration, TypeDeclaration } from '../../../daemon/config/declaration.ts';
import { constants, functions, types } from '../../../daemon/config/globals.ts';
import { documentedConstants, documentedFunctions, documentedTypes } from './pyoxidizer-api.ts';

/** Not there yet. Take a name off when it lands: the test says which have. */
const notLanded: readonly RegExp[] = [];

/** Where a signature of ours serves both generations, the defaults of one of them cannot stand in it. */
const mergedSignatures = new Set([
  'PythonDistribution.to_python_executable',
  // Left out, the attributes of each resource decide.
  ...['', 'in_memory_', 'filesystem_relative_'].flatMap((where) =>
    ['python_resource', 'python_resources'].map((what) => `PythonExecutable.add_${where}${what}`),
  ),
]);

/** Defaults of ours: docs/decisions/allocators.md. */
const ownDefaults: Readonly<Record<string, string>> = {
  'PythonInterpreterConfig.allocator_backend': '"default"',
};

type Parsed = {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, shown: string | undefined])[];
};

function parse(signature: string): Parsed {
  const [, name = '', inside = ''] = /^(\w+)\((.*)\)$/.exec(signature) ?? assert.fail(signature);
  const parameters = inside.split(', ').filter((part) => part !== '');
  return {
    name,
    parameters: parameters.map((part) => {
      const [parameter = '', shown] = part.split('=');
      return [parameter, shown] as const;
    }),
  };
}

const found: string[] = [];
const missing: string[] = [];

/** Whether it is declared; notes what is not. */
function isThere(name: string, declared: unknown): boolean {
  (declared === undefined ? missing : found).push(name);
  return declared !== undefined;
}

function checkSignature(name: string, { parameters }: Parsed, declared: FunctionDeclaration): void {
  if (declared.unchecked === true) {
    missing.push(name);
    return;
  }
  const ours = Object.entries(declared.parameters);
  for (const [at, [parameter, shown]] of parameters.entries()) {
    if (parameter === '*args') {
      assert.equal(declared.variadic, true, name);
      continue;
    }
    const position = ours.findIndex(([own]) => own === parameter);
    assert.notEqual(position, -1, `${name} lacks the parameter ${parameter}`);
    if (mergedSignatures.has(name)) continue;
    assert.equal(position, at, `${name}: ${parameter} stands elsewhere`);
    assert.equal(ours[position]?.[1].default?.shown, shown, `${name}: the default of ${parameter}`);
  }
  const known = new Set(parameters.map(([parameter]) => parameter));
  for (const [own, { default: value }] of ours)
    if (!known.has(own)) assert.notEqual(value, undefined, `${name}: ${own} must be given`);
}

function checkType(name: string, type: TypeDeclaration): void {
  const documented = documentedTypes[name] ?? {};
  for (const signature of documented.constructors ?? []) {
    if (isThere(`${name}()`, type.construct)) checkSignature(name, parse(signature), type.construct!);
  }
  for (const signature of documented.methods ?? []) {
    const parsed = parse(signature);
    const method = type.methods.find((one) => one.name === parsed.name);
    const path = `${name}.${parsed.name}`;
    if (isThere(path, method)) checkSignature(path, parsed, method!);
  }
  const listed = [
    ...(documented.attributes ?? []).map((text) => ({ text, settable: true })),
    ...(documented.readOnly ?? []).map((text) => ({ text, settable: false })),
  ];
  for (const { text, settable } of listed) {
    const [, attribute = '', shape, value] =
      /^(\w+)(?:: (.*?)(?: = (.*))?)?$/.exec(text) ?? assert.fail(text);
    const path = `${name}.${attribute}`;
    const declared = type.attributes.find((one) => one.name === attribute);
    if (!isThere(path, declared)) continue;
    if (shape !== undefined) assert.equal(declared!.check.type, shape, `${path}: its type`);
    if (value !== undefined)
      assert.equal(declared!.default, ownDefaults[path] ?? value, `${path}: its default`);
    assert.equal(declared!.set !== undefined, settable, `${path}: whether it can be set`);
  }
}

test('constants', () => {
  for (const [name, type] of Object.entries(documentedConstants))
    assert.equal(constants.find((one) => one.name === name)?.type, type, name);
});

test('functions', () => {
  for (const signature of documentedFunctions) {
    const parsed = parse(signature);
    const declared = functions.find((one) => one.name === parsed.name);
    if (isThere(parsed.name, declared)) checkSignature(parsed.name, parsed, declared!);
  }
});

for (const name of Object.keys(documentedTypes))
  test(`type ${name}`, () => {
    const type = types.find((one) => one.name === name);
    if (isThere(name, type)) checkType(name, type!);
  });

test('nothing is missing but what is known to be', (t) => {
  const isKnown = (name: string): boolean => notLanded.some((pattern) => pattern.test(name));
  assert.deepEqual(
    missing.filter((name) => !isKnown(name)),
    [],
  );
  const landed = found.filter((name) => isKnown(name) && !missing.includes(name));
  if (landed.length > 0) t.diagnostic(`landed, take off notLanded: ${landed.join(', ')}`);
});
