import { exitCodes, Failure } from '../protocol/failure.ts';
import { type BuildRequest, Watch } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

/** Builds again and again until interrupted; one line per round. */
export async function watch(task: Task, request: BuildRequest): Promise<number> {
  const screen = new Screen(task);
  try {
    await perform(task, Watch, request, screen.performance);
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'cancelled')) throw error;
  } finally {
    await screen.close();
  }
  // Nothing but an interrupt ends it.
  return exitCodes.cancelled;
}
