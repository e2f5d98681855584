import { ClearCache } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { formatBytes } from './format.ts';
import { writeOut } from './output.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

/** Empties the cache, and says how much that was. */
export async function cacheClear(task: Task): Promise<number> {
  if (!task.isJson) writeOut(`removing ${task.places.cacheFolder}\n`);
  const screen = new Screen(task);
  const held = await perform(task, ClearCache, {}, screen.performance).finally(() => screen.close());
  const bytes = held.kinds.reduce((sum, kind) => sum + kind.bytes, 0);
  writeOut(
    task.isJson
      ? `${JSON.stringify({ event: 'result', ...held, exitCode: 0 })}\n`
      : `${formatBytes(bytes)} removed\n`,
  );
  return 0;
}
