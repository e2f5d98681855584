// `oxd daemon start|stop|restart|status`. Only start and restart ever start one.
import { join } from 'node:path';

import { type DaemonState, outputFileName } from '../protocol/daemon-state.ts';
import { environmentFailure, exitCodes } from '../protocol/failure.ts';
import { type DaemonReport, Status, Stop } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { formatBytes, formatMs } from './format.ts';
import { greet, readState, settlesWithin } from './open-link.ts';
import { writeError, writeOut } from './output.ts';
import { identityOf } from './places.ts';
import { endProcess, startDaemon } from './start-daemon.ts';

/** A daemon that stops gives its builds ten seconds; a little more, and it is ended by force. */
const stopMs = 12_000;
const answerMs = 5_000;
const pollMs = 20;

export async function start(task: Task): Promise<number> {
  const before = readState(task.places.runtimeFolder);
  const say = (line: string): void => writeError(`${line}\n`);
  const link = await startDaemon(task, { identity: identityOf(task.places), say });
  const { pid, daemonId } = await link.call(Status, {}).result;
  await link.close();
  const isRunning = daemonId === before?.daemonId;
  return result(
    task,
    { outcome: isRunning ? 'already-running' : 'started', pid },
    isRunning ? `The daemon runs already (pid ${pid})` : `Started the daemon (pid ${pid})`,
  );
}

export async function stop(task: Task): Promise<number> {
  const pid = await stopRunning(task);
  return pid === undefined
    ? result(task, { outcome: 'not-running' }, 'No daemon runs')
    : result(task, { outcome: 'stopped', pid }, `Stopped the daemon (pid ${pid})`);
}

export async function restart(task: Task): Promise<number> {
  await stopRunning(task);
  return start(task);
}

/** Stops the daemon, whatever its version; its process number, or undefined when there was none. */
async function stopRunning({ places }: Task): Promise<number | undefined> {
  const greeted = await greet(places, undefined);
  if (greeted === undefined) return undefined;
  const { link, hello, state } = greeted;
  const isPolite =
    (await settlesWithin(hello, answerMs)) === 'fulfilled' &&
    // A connection that ends before the answer says as much as the answer.
    (await settlesWithin(link.call(Stop, { reason: 'oxd daemon stop' }).result, answerMs)) !== undefined;
  const hasEnded = isPolite && (await isGone(state));
  await link.close();
  if (!hasEnded && !(await endProcess(state)))
    throw environmentFailure(`Cannot end the daemon (pid ${state.pid})`, { hint: `kill -9 ${state.pid}` });
  return state.pid;
}

async function isGone(state: DaemonState): Promise<boolean> {
  const { processState } = await import('../protocol/process-identity.ts');
  const deadline = Date.now() + stopMs;
  for (;;) {
    const found = processState(state.pid);
    if (found === undefined || found.state === 'Z' || found.startTime !== state.startTime) return true;
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export async function status(task: Task): Promise<number> {
  const report = await askStatus(task);
  if (report === undefined)
    return result(task, { outcome: 'not-running' }, 'No daemon runs', exitCodes.daemonNotRunning);
  return result(task, { outcome: 'running', ...report }, statusText(report));
}

async function askStatus({ places }: Task): Promise<DaemonReport | undefined> {
  // A daemon of another version is told of, not replaced.
  const greeted = await greet(places, undefined);
  if (greeted === undefined) return undefined;
  try {
    const answer = greeted.hello.then(() => greeted.link.call(Status, {}).result);
    if ((await settlesWithin(answer, answerMs)) === 'fulfilled') return await answer;
    throw environmentFailure(`The daemon does not answer (pid ${greeted.state.pid})`, {
      hint: '`oxd daemon restart` replaces it',
      logFile: join(places.runtimeFolder, outputFileName),
    });
  } finally {
    await greeted.link.close();
  }
}

function statusText(report: DaemonReport): string {
  const { idleExitMs, builds } = report;
  const rows = [
    ['version', `oxd ${report.version}, Node ${report.node}`],
    ['up', formatMs(report.uptimeMs)],
    ['memory', formatBytes(report.rssBytes)],
    ['clients', String(report.clients)],
    ['ends', idleExitMs === null ? 'not while it works' : `in ${formatMs(idleExitMs)} without work`],
    ['cache', report.cacheFolder],
    ['log', report.logFile],
    ...builds.map(({ config, targets, ms }) => [
      'building',
      `${config} ${targets.join(' ')}`.trimEnd() + ` for ${formatMs(ms)}`,
    ]),
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(10)}${value}`);
  return [`The daemon runs (pid ${report.pid})`, ...lines].join('\n');
}

function result({ isJson }: Task, fields: object, text: string, exitCode: number = exitCodes.ok): number {
  writeOut(isJson ? `${JSON.stringify({ event: 'result', ...fields, exitCode })}\n` : `${text}\n`);
  return exitCode;
}
