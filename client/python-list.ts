import { basename } from 'node:path';
import { type PythonsReport, Pythons } from '../protocol/python-requests.ts';
import type { Task } from './command.ts';
import { writeOut } from './output.ts';
import { ask, pythonRequest } from './python-request.ts';

/** One line for each Python: those that can be packed, archives that can be downloaded, and the rest with the reason. */
export async function pythonList(task: Task): Promise<number> {
  const report = await ask(task, Pythons, pythonRequest(task, undefined));
  if (task.isJson) writeOut(`${JSON.stringify({ event: 'result', ...report, exitCode: 0 })}\n`);
  else for (const line of listText(report)) writeOut(`${line}\n`);
  return 0;
}

export function listText({ installed, known }: PythonsReport): string[] {
  const usable = installed.filter(({ refused }) => refused === undefined);
  const rows = [
    ...usable.map(({ version, linking, path }) => [version ?? '', linking ?? '', path]),
    ...known.map(({ version, linking, url, isCached }) => [
      version,
      linking,
      isCached ? 'in the cache' : `not downloaded: ${decodeURIComponent(basename(url))}`,
    ]),
  ];
  const refused = installed.filter((python) => python.refused !== undefined);
  return [
    ...rows.map(([version = '', linking = '', place = '']) =>
      [version.padEnd(9), linking.padEnd(8), place].join(' '),
    ),
    ...(refused.length === 0 ? [] : ['', 'cannot be packed:']),
    ...refused.map(({ version = '?', path, refused: reason }) => `${version.padEnd(9)} ${path}: ${reason}`),
  ];
}
