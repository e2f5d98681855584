// The Python that typing "python3" starts.
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';

/**
 * The first python3 on PATH, or undefined. Behind a shim of pyenv it is the version that pyenv is set to; no shim is
 * started, as each takes 50 ms. Other version managers' scripts are passed over.
 */
export function usualPython(context: Context): string | undefined {
  for (const name of ['PATH', 'PYENV_VERSION']) context.trace.variable(name);
  const folders = (context.environment['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  for (const folder of folders) {
    const path = join(folder, 'python3');
    if (!existsSync(path)) continue;
    if (isProgram(path)) return path;
    const behind = behindPyenvShim(context, path);
    if (behind !== undefined) return behind;
  }
  return undefined;
}

/** PYENV_ROOT/shims/python3 leads to PYENV_ROOT/versions/NAME/bin/python3; "system" means the next on PATH. */
function behindPyenvShim(context: Context, shim: string): string | undefined {
  const root = dirname(dirname(shim));
  const setting = join(root, 'version');
  context.trace.file(setting);
  const chosen = context.environment['PYENV_VERSION'] ?? read(setting);
  const [name] = (chosen ?? '').split(/[:\s]/);
  if (name === undefined || name === '') return undefined;
  const path = join(root, 'versions', name, 'bin', 'python3');
  return existsSync(path) ? path : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Scripts named python3 are version managers' shims: slow, and what they lead to is found in its own place. */
export function isProgram(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const start = Buffer.alloc(4);
    return readSync(file, start, 0, 4, 0) === 4 && start.equals(Buffer.from('\x7fELF', 'latin1'));
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
