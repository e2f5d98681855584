import { Build, type BuildOutcome, type BuildRequest } from '../protocol/requests.ts';
import { flagValue, flagValues, hasFlag, type Task } from './command.ts';
import { subjectRequest } from './config-request.ts';
import { writeError, writeOut } from './output.ts';
import { placeOutput } from './output-file.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

export async function build(task: Task): Promise<number> {
  const request: BuildRequest = { ...subjectRequest(task), mode: 'build', ...licencesOf(task) };
  if (hasFlag(task, '--watch')) return (await import('./watch.ts')).watch(task, request);
  const outcome = await performBuild(task, request, new Screen(task));
  const output = flagValue(task, '--output');
  const placed = output === undefined ? undefined : placeOutput(task, output, outcome.artifacts);
  reportOutcome(task, outcome, placed);
  return 0;
}

/** What `--deny-license` and `--allow-license` say; nothing when they say nothing. */
function licencesOf(task: Task): Pick<BuildRequest, 'licences'> {
  const deny = flagValues(task, '--deny-license').flat();
  const allow = flagValues(task, '--allow-license').flat();
  return deny.length === 0 && allow.length === 0 ? {} : { licences: { deny, allow } };
}

/** Builds, showing what happens; leaves the screen clean also when it fails. */
export async function performBuild(task: Task, request: BuildRequest, screen: Screen): Promise<BuildOutcome> {
  try {
    return await perform(task, Build, request, screen.performance);
  } finally {
    await screen.close();
  }
}

function reportOutcome({ isJson }: Task, outcome: BuildOutcome, output: string | undefined): void {
  if (isJson) {
    const result = { event: 'result', ...outcome, ...(output === undefined ? {} : { output }), exitCode: 0 };
    writeOut(`${JSON.stringify(result)}\n`);
    return;
  }
  if (output !== undefined && outcome.outcome === 'built') writeError(`writing executable to ${output}\n`);
  if (outcome.outcome === 'unchanged')
    for (const { target, path } of outcome.artifacts) writeError(`${target} is up to date: ${path}\n`);
}
