import type { StepName } from '../protocol/events.ts';
import type { Context } from './context.ts';

let lastStep = 0;

/** Runs one step and reports its start and, whatever happens, its end. The body gets the step's number for progress. */
export async function withStep<T>(
  context: Context,
  name: StepName,
  subject: string,
  body: (step: number) => Promise<T>,
): Promise<T> {
  const step = (lastStep += 1);
  const started = performance.now();
  const finish = (outcome: 'done' | 'failed' | 'cancelled'): void =>
    context.report({ event: 'step-finished', step, outcome, ms: Math.round(performance.now() - started) });
  context.report({ event: 'step-started', step, name, subject });
  try {
    const result = await body(step);
    finish('done');
    return result;
  } catch (error) {
    finish(context.signal.aborted ? 'cancelled' : 'failed');
    throw error;
  }
}
