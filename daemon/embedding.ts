// What Rust programs embed: for build scripts by a config, and without one.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type {
  BuildScriptOutcome,
  BuildScriptRequest,
  EmbeddingRequest,
} from '../protocol/embedding-requests.ts';
import { inputFailure } from '../protocol/failure.ts';
import type { PythonRequest } from '../protocol/python-requests.ts';
import { type BuildTools, evaluate } from './build.ts';
import type { EmbeddedResourcesValue, TargetValue } from './config/resolved-target.ts';
import type { Context } from './context.ts';
import { linkArgumentsName } from './executable/python-to-link.ts';
import { SigningRecord } from './packaging/signing/signing-record.ts';
import { pythonOf } from './python/describe.ts';
import type { Distribution } from './python/distribution.ts';
import { buildEmbeddedResources } from './targets/embedding-artifacts.ts';
import type { Workbench } from './targets/packed.ts';
import { placeBeside } from './targets/placed-files.ts';
import { ResourceSets } from './targets/resource-sets.ts';
import { type TraceRecord, recordTrace } from './trace.ts';

/** Builds the target for build scripts into a folder of cargo's, and tells cargo what it depends on. */
export async function runBuildScript(
  context: Context,
  request: BuildScriptRequest,
  tools: BuildTools,
): Promise<BuildScriptOutcome> {
  const trace = recordTrace(context);
  const traced = { ...context, trace };
  const bench = workbench(tools, request.release);
  const targets = request.target === undefined ? [] : [request.target];
  const evaluated = await evaluate(tools, traced, { ...request, buildScript: true }, bench.sets, targets);
  const [target] = evaluated.targets;
  if (target === undefined)
    throw inputFailure(`Cannot find what to embed: ${request.config} registers no target`, {
      hint: 'register one: register_target("resources", make_resources, depends=["exe"], default_build_script=True)',
    });
  const value = embedded(target.name, target.value);
  await buildEmbeddedResources(traced, bench, value, request.folder);
  const distribution = bench.sets.distribution(value.executable.distribution);
  const { record } = trace.finish([]);
  const { linking, version } = distribution;
  return {
    version,
    linking: linking.kind,
    inputs: [...inputsOf(record, dirname(request.config), evaluated.files), ...library(distribution)],
    linkArguments: linkArguments(request.folder),
  };
}

/** Also an executable, whose parts they are. */
function embedded(name: string, value: TargetValue): EmbeddedResourcesValue {
  if (value.type === 'PythonEmbeddedResources') return value;
  if (value.type === 'PythonExecutable') return { type: 'PythonEmbeddedResources', executable: value };
  throw inputFailure(`Cannot embed the target "${name}": a ${value.type} is for no Rust program`, {
    hint: 'return exe.to_embedded_resources(), and register the target with default_build_script=True',
  });
}

/** One of this machine may be replaced by an update; one in the cache is what its name says. */
const library = ({ origin, linking }: Distribution): string[] =>
  origin === 'local' ? [linking.kind === 'static' ? linking.archive : linking.library] : [];

/**
 * What is there and belongs to the user. Cargo takes a path that is missing for one that changed, and a folder for all
 * below it: so neither the workspace itself, which has the results in it, nor those.
 */
function inputsOf(record: TraceRecord, workspace: string, configs: readonly string[]): readonly string[] {
  const isOurs = (path: string): boolean =>
    path.startsWith(`${workspace}/`) && !/^(build|target)(\/|$)/.test(path.slice(workspace.length + 1));
  const files = [...configs, ...record.files.paths.filter(isOurs)].filter((path) => kindOf(path) === 'file');
  const folders = record.directories.paths.filter((path) => isOurs(path) && kindOf(path) === 'folder');
  return [...new Set([...files, ...folders])].toSorted();
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true) return 'file';
  return found?.isDirectory() === true ? 'folder' : undefined;
}

const linkArguments = (folder: string): string[] =>
  readFileSync(join(folder, linkArgumentsName), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('-') ? line : join(folder, line)));

/** Artifacts of a Python alone, with its library and Tcl's scripts as files. */
export async function generateEmbedding(
  context: Context,
  { folder, python, flavor, triple, environment }: EmbeddingRequest,
  tools: BuildTools,
): Promise<{ readonly version: string; readonly files: readonly string[] }> {
  const bench = workbench(tools, false);
  const config = join(folder, 'pyoxidizer.bzl');
  const request = {
    config,
    text: bareConfig(flavor, python),
    release: false,
    ...(triple === undefined ? {} : { triple }),
    variables: {},
    environment,
  };
  const { targets } = await evaluate(tools, context, request, bench.sets, []);
  const value = targets[0]?.value;
  if (value?.type !== 'PythonEmbeddedResources') throw new Error('our own config gives something else');
  const { executable } = value;
  const distribution = bench.sets.distribution(executable.distribution);
  const hasTcl = (await bench.sets.tclLibrary(context, distribution.id)) !== undefined;
  const files = await buildEmbeddedResources(
    context,
    bench,
    { ...value, executable: { ...executable, tclFilesPath: hasTcl ? 'tcl' : undefined } },
    folder,
  );
  const resources = await bench.sets.standardLibrary(context, distribution.id, {
    tests: false,
    resources: true,
  });
  const library = await placeBeside(
    context,
    tools.compiler,
    distribution,
    resources.map((resource) => ({
      // Without the folders that lead to it in a packed tree: "lib/python3.11/".
      resource: { ...resource, path: resource.path.split('/').slice(2).join('/') },
      prefix: '',
      source: true,
      levels: [],
    })),
    { folder: join(folder, 'stdlib'), level: 0, further: [] },
  );
  return { version: distribution.version, files: [...files, ...library] };
}

function bareConfig(flavor: string, python: string | undefined): string {
  const version = python === undefined ? '' : `, python_version = ${JSON.stringify(python)}`;
  return `def make_resources():
    dist = default_python_distribution(flavor = ${JSON.stringify(flavor)}${version})
    policy = dist.make_python_packaging_policy()
    policy.include_distribution_resources = True
    config = dist.make_python_interpreter_config()
    config.config_profile = "python"
    return dist.to_python_executable("python", policy, config).to_embedded_resources()

register_target("resources", make_resources)
resolve_targets()
`;
}

export async function pythonForProject(
  context: Context,
  request: PythonRequest,
): Promise<{ readonly version: string; readonly linking: 'static' | 'shared'; readonly reason: string }> {
  const { version, linking, reason } = await pythonOf(context, request);
  return { version, linking: linking.kind, reason };
}

const workbench = (tools: BuildTools, isRelease: boolean): Workbench => ({
  ...tools,
  sets: new ResourceSets(tools.libraries),
  policy: { deny: [], allow: [] },
  profile: isRelease ? 'release' : 'debug',
  signing: new SigningRecord(),
});
