import { CacheStats } from '../protocol/requests.ts';
import type { Task } from './command.ts';
import { formatBytes } from './format.ts';
import { writeOut } from './output.ts';
import { perform } from './perform.ts';
import { Screen } from './screen.ts';

/** One line for each kind of result that the cache holds. */
export async function cacheStats(task: Task): Promise<number> {
  const screen = new Screen(task);
  const report = await perform(task, CacheStats, {}, screen.performance).finally(() => screen.close());
  if (task.isJson) {
    writeOut(`${JSON.stringify({ event: 'result', ...report, exitCode: 0 })}\n`);
    return 0;
  }
  const rows = [
    ['kind', 'count', 'size'],
    ...report.kinds.map(({ kind, count, bytes }) => [kind, String(count), formatBytes(bytes)]),
  ];
  writeOut(`${report.folder}\n`);
  for (const [kind = '', count = '', size = ''] of rows)
    writeOut(`  ${kind.padEnd(14)}${count.padStart(8)}${size.padStart(12)}\n`);
  return 0;
}
