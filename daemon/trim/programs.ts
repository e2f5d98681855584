// The two programs of `oxd trim`: one that is watched, one that holds what the list names.
import { dirname, join } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import { type BuiltProgram, type TrimRequest, watchVariable } from '../../protocol/trim-requests.ts';
import { type BuildTools, evaluate } from '../build.ts';
import type { FileManifestValue, PythonExecutableValue } from '../config/resolved-target.ts';
import type { Context } from '../context.ts';
import { SigningRecord } from '../packaging/signing/signing-record.ts';
import { buildFileManifest } from '../targets/file-manifest.ts';
import { buildPythonExecutable } from '../targets/python-executable.ts';
import { ResourceSets } from '../targets/resource-sets.ts';
import { readList } from './list-file.ts';

/** A program as its config has it, without the list. */
export type Untrimmed = {
  readonly target: string;
  readonly value: PythonExecutableValue;
  /** The layout that it is part of, where the target is one. */
  readonly layout?: FileManifestValue;
  /** Where its target is written. */
  readonly folder: string;
  readonly sets: ResourceSets;
  readonly profile: 'debug' | 'release';
};

/** Evaluates the config for one target, which must be a program or a layout with one. */
export async function untrimmed(
  context: Context,
  tools: BuildTools,
  request: TrimRequest,
): Promise<Untrimmed> {
  const sets = new ResourceSets(tools.libraries);
  const targets = request.target === undefined ? [] : [request.target];
  const evaluated = await evaluate(tools, context, request, sets, targets, request.list);
  const [target] = evaluated.targets;
  if (target === undefined)
    throw inputFailure(`Cannot trim ${request.config}: it registers no target`, {
      hint: 'register one at the end of the config: register_target("exe", make_exe)',
    });
  const { name, value, folder } = target;
  const found = { target: name, folder, sets, profile: request.release ? 'release' : 'debug' } as const;
  if (value.type === 'PythonExecutable') return { ...found, value };
  const hint = 'name the target of its PythonExecutable with --target';
  if (value.type !== 'FileManifest')
    throw inputFailure(`Cannot trim the target "${name}": it is a ${value.type}`, { hint });
  const [program, another] = value.entries.flatMap((entry) =>
    entry.kind === 'executable' ? [entry.executable] : [],
  );
  if (program === undefined || another !== undefined) {
    const count = program === undefined ? 'no program' : 'several programs';
    throw inputFailure(`Cannot trim the target "${name}": its FileManifest has ${count}`, { hint });
  }
  return { ...found, value: program, layout: value };
}

export async function watchedProgram(
  context: Context,
  request: TrimRequest,
  tools: BuildTools,
): Promise<BuiltProgram> {
  const found = await untrimmed(context, tools, request);
  const interpreter = { ...found.value.interpreter, recordUseDirectoryEnv: watchVariable };
  return write(context, tools, found, { ...found.value, interpreter }, 'watched');
}

export async function trimmedProgram(
  context: Context,
  request: TrimRequest,
  tools: BuildTools,
): Promise<BuiltProgram> {
  const found = await untrimmed(context, tools, request);
  const { value } = found;
  const trimmed: PythonExecutableValue = {
    ...value,
    additions: [...value.additions, { kind: 'filter', names: readList(request.list) }],
    interpreter: { ...value.interpreter, trimmedBy: request.list.slice(dirname(request.config).length + 1) },
  };
  return write(context, tools, found, trimmed, 'trimmed');
}

/** Beside "debug" and "release", where it replaces nothing. */
async function write(
  context: Context,
  tools: BuildTools,
  { target, folder, sets, profile, layout }: Untrimmed,
  value: PythonExecutableValue,
  kind: 'watched' | 'trimmed',
): Promise<BuiltProgram> {
  const beside = join(dirname(dirname(folder)), 'trim', target, kind);
  // Programs to look at: nothing of them is signed.
  const bench = {
    ...tools,
    sets,
    profile,
    policy: { deny: [], allow: [] },
    signing: new SigningRecord(),
  };
  let path = join(beside, value.name);
  if (layout === undefined) await buildPythonExecutable(context, bench, value, beside);
  else {
    const entries = layout.entries.map((entry) => {
      if (entry.kind !== 'executable') return entry;
      path = join(beside, entry.prefix, value.name);
      return { ...entry, executable: value };
    });
    await buildFileManifest(context, bench, { ...layout, entries, signing: undefined }, beside);
  }
  context.report({ event: 'artifact', target, kind: 'executable', path });
  return { target, path };
}
