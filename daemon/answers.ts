// Who answers the questions that are not about a build. Loaded with the first of them.
import { GenerateEmbedding, PythonForProject, RunBuildScript } from '../protocol/embedding-requests.ts';
import {
  ExtractPython,
  FindResources,
  InstallPython,
  PythonInfo,
  Pythons,
} from '../protocol/python-requests.ts';
import { CargoLicences, Licences, PythonLicences } from '../protocol/licence-requests.ts';
import { ClearCache, type RequestType } from '../protocol/requests.ts';
import { ListOfUses, TrimmedProgram, TrimmedSizes, WatchedProgram } from '../protocol/trim-requests.ts';
import type { BuildTools } from './build.ts';
import { clearCache } from './clear-cache.ts';
import type { Context } from './context.ts';
import { generateEmbedding, pythonForProject, runBuildScript } from './embedding.ts';
import type { Caller } from './engine.ts';
import { findResources } from './find-resources.ts';
import { describePython } from './python/describe.ts';
import { extractPython, installPython } from './python/fetch.ts';
import { listPythons } from './python/list.ts';
import { reportCargoLicences, reportLicences, reportPythonLicences } from './report-licences.ts';
import { listOfUses } from './trim/list-of-uses.ts';
import { trimmedProgram, watchedProgram } from './trim/programs.ts';
import { trimmedSizes } from './trim/sizes.ts';

type Answer<P, R> = (context: Context, params: P, tools: BuildTools) => Promise<R> | R;

const answers = new Map<string, Answer<never, unknown>>();
say(ClearCache, clearCache);
say(Pythons, listPythons);
say(InstallPython, installPython);
say(ExtractPython, extractPython);
say(PythonInfo, describePython);
say(FindResources, findResources);
say(Licences, reportLicences);
say(PythonLicences, reportPythonLicences);
say(CargoLicences, reportCargoLicences);
say(WatchedProgram, watchedProgram);
say(ListOfUses, listOfUses);
say(TrimmedProgram, trimmedProgram);
say(TrimmedSizes, trimmedSizes);
say(RunBuildScript, runBuildScript);
say(GenerateEmbedding, generateEmbedding);
say(PythonForProject, pythonForProject);

function say<P, R>(question: RequestType<P, R>, answer: Answer<P, R>): void {
  answers.set(question.method, answer);
}

/** The answer to one of protocol/questions.ts. Expected failures are thrown as Failure. */
export async function answer<P, R>(
  tools: BuildTools,
  question: RequestType<P, R>,
  params: P,
  caller: Caller,
): Promise<R> {
  const known = answers.get(question.method) as Answer<P, R> | undefined;
  if (known === undefined) throw new Error(`nobody answers ${question.method}`);
  const { environment = {} } = params as { readonly environment?: Context['environment'] };
  const context: Context = {
    signal: caller.signal,
    log: tools.log,
    report: caller.report,
    cache: tools.cache,
    // Nothing is built that a later request could find unchanged.
    trace: { file() {}, directory() {}, variable() {} },
    environment,
    terminal: caller.terminal,
  };
  return known(context, params, tools);
}
