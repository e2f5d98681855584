// An engine whose builds do what their target's name says, to hold the plumbing around it at known points.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Caller, Engine } from '../../daemon/engine.ts';
import { inputFailure } from '../../protocol/failure.ts';
import type { BuildOutcome, BuildRequest } from '../../protocol/requests.ts';

type Behaviour = (request: BuildRequest, caller: Caller, argument: string) => Promise<BuildOutcome>;

const outcome: BuildOutcome = {
  outcome: 'unchanged',
  artifacts: [{ target: 'exe', kind: 'executable', path: '/build/exe' }],
  ms: 1,
};

/** The names of targets, with what follows a colon as their argument. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  /** Nothing to do. */
  unchanged: async () => outcome,
  /** What `run` becomes. */
  run: async (_request, _caller, path) => ({ ...outcome, run: { path } }),
  /** Goes on until it is cancelled, with a child that is gone by then. */
  held: async (_request, { signal, report }) => {
    const child = spawn('sleep', ['1000']);
    report({ event: 'notice', text: `held by ${child.pid}` });
    await once(signal, 'abort');
    child.kill();
    await once(child, 'exit');
    throw signal.reason;
  },
  /** Talks without a pause, and for a while after it was cancelled. */
  talks: async (_request, { signal, report }, ms) => {
    const talk = setInterval(() => report({ event: 'notice', text: 'still there' }), 1);
    await once(signal, 'abort');
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    clearInterval(talk);
    throw signal.reason;
  },
  /** Hears of the cancellation and does not care. */
  stubborn: async (_request, { report }) => {
    report({ event: 'notice', text: 'held by nobody' });
    return new Promise(() => undefined);
  },
  /** Goes on for a while. */
  lasts: async (_request, { report }, ms) => {
    report({ event: 'notice', text: 'begun' });
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return outcome;
  },
  /** Tells what reached it. */
  echo: async (request, { report }) => {
    report({ event: 'notice', text: JSON.stringify(request) });
    return outcome;
  },
  /** Every kind of event. */
  events: async (_request, { report }) => {
    report({ event: 'step-started', step: 1, name: 'pip', subject: 'black==19.3b0' });
    report({ event: 'output', step: 1, from: 'pip', text: 'Collecting black\n' });
    report({ event: 'step-progress', step: 1, done: 1_500_000, total: 3_000_000, unit: 'bytes' });
    report({ event: 'step-finished', step: 1, outcome: 'done', ms: 3_200 });
    report({ event: 'step-started', step: 2, name: 'image', subject: 'exe' });
    report({ event: 'step-finished', step: 2, outcome: 'done', ms: 4 });
    report({ event: 'output', from: 'config', text: 'hello from the config\n' });
    report({ event: 'artifact', target: 'exe', kind: 'executable', path: '/build/exe' });
    return { ...outcome, outcome: 'built' };
  },
  /** Text without end, as fast as it goes. */
  flood: async (_request, { report }, count) => {
    for (let line = 0; line < Number(count); line++)
      report({ event: 'output', from: 'cargo', text: `${'x'.repeat(1000)}\n` });
    return outcome;
  },
  fails: async () => {
    const at = { line: 3, column: 5 };
    throw inputFailure('undefined: registr_target', {
      hint: 'did you mean register_target?',
      diagnostics: [
        {
          severity: 'error',
          message: 'undefined: registr_target',
          source: 'config',
          file: '/project/pyoxidizer.bzl',
          range: { start: at, end: { line: 3, column: 19 } },
          sourceLine: '    registr_target("exe", make_exe)',
          hint: 'did you mean register_target?',
        },
      ],
    });
  },
  bug: async () => {
    throw new TypeError('Cannot read properties of undefined');
  },
  /** The machine runs out of memory, say. */
  dies: async () => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
};

export const heldEngine = (): Engine => ({
  async build(request, caller) {
    const [name = '', ...rest] = (request.targets[0] ?? 'unchanged').split(':');
    const behaviour = behaviours[name];
    if (behaviour === undefined) throw inputFailure(`unknown target ${name}`);
    return behaviour(request, caller, rest.join(':'));
  },
  async watch(_request, { signal, report }) {
    report({ event: 'round', outcome: 'built', changed: ['/project/main.py'], ms: 41 });
    await once(signal, 'abort');
  },
  targets: async () => [
    { name: 'exe', default: true },
    { name: 'install', default: false },
  ],
  answer: () => Promise.reject(new Error('the held engine answers no questions')),
  writeConfig: () => Promise.reject(inputFailure('held')),
  cacheStats: () => ({ folder: '/cache', kinds: [{ kind: 'pip', count: 2, bytes: 1_234_567 }] }),
  status: () => ({ builds: [] }),
  [Symbol.asyncDispose]: async () => undefined,
});
