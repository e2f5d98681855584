import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Debian installs LLVM's programs under names with its version, and not all of them under plain ones. */
const llvmVersions = [13, 14, 15, 16, 17, 18, 19, 20, 21];

/** A program on the PATH. */
export function programNamed(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  const names = name.startsWith('llvm-')
    ? [name, ...llvmVersions.map((version) => `${name}-${version}`)]
    : [name];
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
