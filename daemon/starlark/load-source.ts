// Reading files that `load` names.
import type { LoadedSource } from './evaluate.ts';
import { fail } from './trace.ts';

/** The text of a file that `load(name)` means; if it cannot be read, the load statement fails. */
export function loadSource(name: string, file: string, read: (file: string) => string): LoadedSource {
  let source: string;
  try {
    source = read(file);
  } catch (error) {
    return fail(`cannot load ${name}: ${unreadable(error, file)}`);
  }
  return { file, source };
}

/** Why a file cannot be read, in the words of the Go implementation. */
export function unreadable(error: unknown, file: string): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `open ${file}: no such file or directory`;
  return error instanceof Error ? error.message : String(error);
}
