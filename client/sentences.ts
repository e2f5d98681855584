// Words for events: the engine sends facts, these are for people.
import { basename } from 'node:path';

import type { BuildEvent, StepName } from '../protocol/events.ts';
import { formatBytes, formatMs } from './format.ts';

const doing: Readonly<Record<StepName, (subject: string) => string>> = {
  config: (subject) => `processing config file ${subject}`,
  distribution: (subject) => `resolving Python distribution ${subject}`,
  pip: (subject) => `installing ${subject} with pip`,
  scan: (subject) => `reading ${subject}`,
  bytecode: (subject) => `compiling bytecode of ${subject}`,
  stub: (subject) => `building the runtime for ${subject} with cargo`,
  cargo: (subject) => `building ${subject} with cargo`,
  layer: (subject) => `packing ${subject}`,
  image: (subject) => `assembling ${subject}`,
  package: (subject) => `making ${subject}`,
};

/** What a step does: `installing black==19.3b0 with pip`. */
export const stepSentence = (name: StepName, subject: string): string => doing[name](subject).trimEnd();

/** How far it is: `12/48 crates`, `3.1 MB`. */
export function progressSentence(progress: Extract<BuildEvent, { event: 'step-progress' }>): string {
  const { done, total, unit, detail } = progress;
  const amount = (count: number): string => (unit === 'bytes' ? formatBytes(count) : String(count));
  const counted = total === undefined ? amount(done) : `${amount(done)}/${amount(total)}`;
  const things = (total ?? done) === 1 ? unit.slice(0, -1) : unit;
  return [unit === 'bytes' ? counted : `${counted} ${things}`, detail].filter(Boolean).join(' ');
}

export function artifactSentence({ kind, path }: Extract<BuildEvent, { event: 'artifact' }>): string {
  return kind === 'directory' ? `writing files to ${path}` : `writing ${kind} to ${path}`;
}

/** One line per round of `--watch`: `built in 41 ms (main.py, views.py and 3 more changed)`. */
export function roundSentence({ outcome, changed, ms }: Extract<BuildEvent, { event: 'round' }>): string {
  const shown = changed.slice(0, 2).map((path) => basename(path));
  const more = changed.length - shown.length;
  const names = more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(' and ');
  const verb = { built: 'built', unchanged: 'nothing to do', failed: 'failed' }[outcome];
  return `${verb} ${outcome === 'unchanged' ? 'after' : 'in'} ${formatMs(ms)}${names === '' ? '' : ` (${names} changed)`}`;
}
