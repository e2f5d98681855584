// The configs that PyOxidizer's documentation prints, page by page and in both generations: what each comes to.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Addition, ManifestEntry, ResolvedTarget } from '../../../daemon/config/resolved-target.ts';
import { firstPages } from './documented-first.ts';
import { laterPages } from './documented-later.ts';
import { legacyPages } from './documented-legacy.ts';
import type { Sample } from './documented-sample.ts';
import { evaluate, folder } from './evaluation-rig.ts';

const addition = (one: Addition): string => {
  if (one.kind === 'filter') return `keeps ${one.names === 'all' ? 'all' : one.names.join(' ')}`;
  const { location, source, levels } = one.settings;
  const what = one.kind === 'set' ? one.set : one.kind === 'inline-module' ? one.name : 'stdlib';
  const where = location === 'in-memory' ? 'memory' : location.prefix;
  return [what, where, source ? 'source' : '', levels.join('')].filter((part) => part !== '').join(' ');
};

const entry = (one: ManifestEntry): string => {
  switch (one.kind) {
    case 'file':
      return `file ${one.path}`;
    case 'executable':
      return `program ${one.executable.name} at ${one.prefix === '' ? 'the root' : one.prefix}`;
    case 'resources':
      return `${one.set} below ${one.prefix}`;
    case 'bytecode':
      return `bytecode of ${one.set} below ${one.prefix}`;
  }
};

/** Neighbours that are alike say nothing twice. */
const joined = (lines: readonly string[]): string[] => lines.filter((line, at) => line !== lines[at - 1]);

function described({ name, value }: ResolvedTarget): string[] {
  if (value.type === 'FileManifest')
    return [`${name}: FileManifest`, ...joined(value.entries.map((one) => `  ${entry(one)}`))];
  if (value.type !== 'PythonExecutable') return [`${name}: ${value.type}`];
  const { run, searchPaths } = value.interpreter;
  const { packedResources: packed, tclFilesPath } = value;
  return [
    `${name}: ${value.name} runs ${Object.values(run).join(' ')}`,
    ...(searchPaths === undefined ? [] : [`  searches ${searchPaths.join(' ')}`]),
    ...(typeof packed === 'object' ? [`  packs into ${packed.file}`] : []),
    ...(tclFilesPath === undefined ? [] : [`  Tcl in ${tclFilesPath}`]),
    ...joined(value.additions.map((one) => `  ${addition(one)}`)),
  ];
}

async function check({ config, comes = [], prints = [], refused, ...request }: Sample): Promise<void> {
  const { outcome, events } = await evaluate(config, { variables: {}, ...request });
  if (refused !== undefined) {
    assert.ok(outcome.outcome === 'invalid', 'is refused');
    return assert.match(outcome.diagnostics[0]?.message ?? '', refused);
  }
  if (outcome.outcome !== 'resolved') assert.fail(JSON.stringify(outcome.diagnostics, undefined, 2));
  assert.deepEqual(
    outcome.targets.flatMap(described).map((line) => line.replaceAll(folder, 'CWD')),
    comes,
  );
  assert.deepEqual(
    events.flatMap((event) => (event.event === 'output' ? [event.text] : [])),
    prints,
  );
}

for (const [generation, pages] of Object.entries({
  '0.8 to 0.24': { ...firstPages, ...laterPages },
  '0.6 and 0.7': legacyPages,
}))
  suite(generation, () => {
    for (const [page, sample] of Object.entries(pages)) test(page, () => check(sample));
  });
