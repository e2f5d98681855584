import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** The first of the names that is a program on the PATH. */
export function programNamed(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  for (const name of names)
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // The next one.
      }
    }
  return undefined;
}

/** What a program prints on both streams. Throws with it when the program fails. */
export function outputOf(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** Options for a test that needs programs which not every machine has. */
export function needs(programs: Readonly<Record<string, string | undefined>>): { readonly skip?: string } {
  const absent = Object.entries(programs).flatMap(([name, path]) => (path === undefined ? [name] : []));
  return absent.length === 0 ? {} : { skip: `${absent.join(', ')} not on this machine` };
}
