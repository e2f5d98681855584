// What a program is to keep: what it was seen to use, what follows from that, and what belongs to it.
import { basename, dirname } from 'node:path';
import { inputFailure } from '../../protocol/failure.ts';
import type { ListOfUsesResult, UsesRequest } from '../../protocol/trim-requests.ts';
import type { BuildTools } from '../build.ts';
import type { InterpreterConfig } from '../executable/interpreter-config.ts';
import type { Context } from '../context.ts';
import { neededModules } from '../python/needed-modules.ts';
import type { Resource } from '../python/resource.ts';
import { placeAdditions } from '../targets/additions.ts';
import { runtimeModules } from '../targets/runtime-modules.ts';
import { alwaysNeeded } from './always-needed.ts';
import { useList } from './config-line.ts';
import { keptFiles } from './kept-files.ts';
import { writeList } from './list-file.ts';
import { untrimmed } from './programs.ts';
import { readRecords } from './records.ts';

export async function listOfUses(
  context: Context,
  request: UsesRequest,
  tools: BuildTools,
): Promise<ListOfUsesResult> {
  const uses = readRecords(request.records);
  if (uses.processes === 0)
    throw inputFailure('Cannot trim the program: it was not started', {
      hint: 'a test command gets its path as $OXD_PROGRAM, and that of its interpreter as $OXD_PYTHON',
    });
  const { target, value, sets } = await untrimmed(context, tools, request);
  const { layers, beside } = await placeAdditions(context, sets, value, []);
  const own = layers.filter(({ follows }) => follows !== true);
  const packed = [...own.flatMap((layer) => layer.packed), ...beside, ...runtimeModules()];
  const resources = packed.map(({ resource }) => resource);

  const byPath = new Map(resources.flatMap((one) => (isModule(one) ? [[one.path, one.what.name]] : [])));
  const ran = [...uses.files].flatMap((path) => byPath.get(sourceOf(path)) ?? byPath.get(path) ?? []);
  const seen = new Set([...uses.modules, ...ran, ...started(value.interpreter)]);
  const needed = await neededModules(context, sets.distribution(value.distribution), resources, [
    ...seen,
    ...alwaysNeeded,
  ]);
  const modules = new Set(needed);
  const files = keptFiles(context, resources, { modules, used: uses.files, data: request.data });
  const runs = request.runs.map((run) => `  ${run}`);
  writeList(
    request.list,
    {
      title: `what the target "${target}" is packed with, after it ran:`,
      notes: [
        ...runs,
        'Names are those of modules; lines with a slash are patterns of files that are not modules.',
      ],
    },
    [...modules, ...files],
  );
  const line = `filter_resources_from_files(files = ["${fromConfig(request)}"])`;
  return {
    seen: needed.filter((name) => seen.has(name)).length,
    following: needed.filter((name) => !seen.has(name)).length,
    ...useList({
      config: request.config,
      target,
      line,
      write: request.write,
      isUsed: value.additions.some((addition) => addition.kind === 'filter' && addition.names === 'all'),
    }),
  };
}

const isModule = (
  resource: Resource,
): resource is Resource & { readonly what: Resource['what'] & { readonly name: string } } =>
  ['module-source', 'module-bytecode', 'extension-module'].includes(resource.what.kind);

/** The source of a .pyc file, or a file itself. */
const sourceOf = (path: string): string =>
  path.replace(/(?:__pycache__\/)?([^/]+?)(?:\.[a-z]+-\d+)?(?:\.opt-\d)?\.pyc$/, '$1.py');

/** Modules that run under the name `__main__`. */
function started({ run }: InterpreterConfig): readonly string[] {
  return run.mode === 'module' ? [run.name, `${run.name}.__main__`] : [];
}

/** As a config names it: relative to its own folder. */
function fromConfig({ list, config }: UsesRequest): string {
  return dirname(list) === dirname(config) ? basename(list) : list;
}
