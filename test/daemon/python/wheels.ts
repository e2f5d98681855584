// Wheels made on the spot, and how to have pip find nothing else.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PythonRig, pythons } from './python-rig.ts';

export const wheelScript = fileURLToPath(new URL('./wheel.py', import.meta.url));

/** Puts a wheel into the rig's folder "wheels". */
export function makeWheel(rig: PythonRig, name: string, version: string, ...rest: string[]): void {
  mkdirSync(join(rig.folder, 'wheels'), { recursive: true });
  execFileSync(pythons['3.11'], ['-I', wheelScript, join(rig.folder, 'wheels'), name, version, ...rest]);
}

export const offline = ['--no-index', '--find-links', 'wheels'];
