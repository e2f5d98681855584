// Cargo's target folders of users' projects: they live on between builds, and are the largest things in the cache.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { digest } from './stub.ts';

/** Hundreds of megabytes each: more than anybody works on in turn. */
const keptMax = 16;
/** One that is used by another daemon right now must stay. */
const restMs = 24 * 3_600_000;
const nameOfProject = 'project';

/** The folder for the project in `folder`, made when missing. Those of projects that are gone, or too many, go. */
export function liveFolder({ cache }: Context, folder: string): string {
  const root = join(cache.folder, 'cargo/projects');
  const live = join(root, digest(folder).slice(0, 32));
  mkdirSync(live, { recursive: true });
  writeFileSync(join(live, nameOfProject), folder);
  const others = readdirSync(root)
    .map((name) => join(root, name))
    .map((path) => ({ path, usedMs: usedMs(path) }))
    .toSorted((a, b) => b.usedMs - a.usedMs);
  for (const [index, { path, usedMs: used }] of others.entries()) {
    if (Date.now() - used < restMs) continue;
    if (index >= keptMax || !isAlive(path)) rmSync(path, { recursive: true, force: true });
  }
  return live;
}

const usedMs = (path: string): number =>
  statSync(join(path, nameOfProject), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isAlive(path: string): boolean {
  try {
    return existsSync(join(readFileSync(join(path, nameOfProject), 'utf8'), 'Cargo.toml'));
  } catch {
    return false;
  }
}
