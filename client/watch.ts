import type { BuildEvent } from '../protocol/events.ts';
import { exitCodes, Failure } from '../protocol/failure.ts';
import { type BuildRequest, Watch } from '../protocol/requests.ts';
import { flagValue, type Task } from './command.ts';
import { placeOutput } from './output-file.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

/** Builds again and again until interrupted; one line per round. */
export async function watch(task: Task, request: BuildRequest): Promise<number> {
  const screen = new Screen(task);
  const { listener, ...performance } = screen.performance;
  let rounds = 0;
  const output = flagValue(task, '--output');
  const perRound = (event: BuildEvent): boolean => {
    if (event.event === 'artifact' && output !== undefined) placeOutput(task, output, [event]);
    if (event.event === 'round') rounds += 1;
    // Where it is written is said by the first round.
    return task.isJson || rounds === 0 || event.event !== 'artifact';
  };
  try {
    await perform(task, Watch, request, {
      ...performance,
      listener: (events) => listener?.(events.filter(perRound)),
    });
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'cancelled')) throw error;
  } finally {
    await screen.close();
  }
  // Nothing but an interrupt ends it.
  return exitCodes.cancelled;
}
