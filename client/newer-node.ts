// Started by a Node that is too old, as a global `oxd` may be: hand over to one that is not.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { exitCodes } from '../protocol/failure.ts';
import { become } from './become.ts';
import { writeError } from './output.ts';

/** Runs the same command line with a Node that is new enough; says what is needed when there is none. */
export async function runWithNewerNode(): Promise<number> {
  const script = realpathSync(process.argv[1] ?? '');
  const node = [...candidates(dirname(dirname(script)))].find(
    (path) => existsSync(path) && isNewEnough(path),
  );
  if (node !== undefined) return become(node, [script, ...process.argv.slice(2)]);
  writeError(
    `error: oxd needs Node 24.12 or newer, and this is ${process.version} (${process.execPath})\n` +
      'hint: install Node 24, or set OXD_NODE to the path of one\n',
  );
  return exitCodes.environment;
}

function* candidates(packageFolder: string): Generator<string> {
  if (process.env['OXD_NODE']) yield process.env['OXD_NODE'];
  // The npm package `node`, in a checkout of ours or beside us. Not .bin/node: a script in between would cost a start.
  for (const modules of [join(packageFolder, 'node_modules'), dirname(packageFolder)])
    yield join(modules, 'node', 'bin', 'node');
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) yield join(folder, 'node');
  for (const versions of [
    join(homedir(), '.nvm', 'versions', 'node'),
    join(homedir(), '.local', 'share', 'fnm', 'node-versions'),
  ])
    if (existsSync(versions))
      for (const name of readdirSync(versions)) {
        yield join(versions, name, 'bin', 'node');
        yield join(versions, name, 'installation', 'bin', 'node');
      }
}

function isNewEnough(path: string): boolean {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  const [, major = '0', minor = '0'] = /^v(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return Number(major) > 24 || (Number(major) === 24 && Number(minor) >= 12);
}
