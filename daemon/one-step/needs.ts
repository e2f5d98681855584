// What has to be installed for a program without a config, and whether a lock pins it.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readFileSync } from 'node:fs';
import { inputFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import type { Distribution } from '../python/distribution.ts';
import { lockReference, lockedVersions } from '../python/lock-file.ts';
import { pipInputs } from '../python/pip-inputs.ts';
import { unmetRequirements } from '../python/satisfied.ts';
import { isLocked } from '../python/strictness.ts';
import type { Install, Planning } from './plan.ts';

export type Lock = { readonly path: string; readonly word: string };

/** The lock file that was named, or one beside the program: pylock.NAME.toml before pylock.toml. */
export function findLock(context: Context, planning: Planning, name?: string): Lock | undefined {
  const { oneStep, folder } = planning;
  const wordOf = (path: string): Lock => ({ path, word: relativeTo(folder, path) });
  if (oneStep.lock !== undefined) {
    context.trace.file(oneStep.lock);
    if (lockReference(oneStep.lock) === undefined)
      throw inputFailure(`Cannot use the lock file ${oneStep.lock}: its name is not that of one`, {
        hint: 'PEP 751 calls them pylock.toml or pylock.NAME.toml; `uv export --format pylock.toml` writes one',
      });
    if (existsSync(oneStep.lock)) return wordOf(oneStep.lock);
    throw inputFailure(`Cannot read the lock file ${oneStep.lock}: there is no such file`);
  }
  const names = [...(name === undefined ? [] : [`pylock.${name}.toml`]), 'pylock.toml'];
  const paths = names.map((lock) => join(folder, lock));
  for (const path of paths) context.trace.file(path);
  const found = paths.find((path) => existsSync(path));
  return found === undefined ? undefined : wordOf(found);
}

/** Inside of the config's folder as people write it, else absolute. */
export function relativeTo(folder: string, path: string): string {
  const inside = relative(folder, path);
  return inside.startsWith('..') ? path : inside === '' ? '.' : inside;
}

/** `--locked` wants all that is installed to be pinned, also what an earlier build has installed without. */
export function checkPinned(
  context: Context,
  { folder }: Planning,
  installs: readonly Install[],
  subject: string,
): void {
  if (!isLocked(context)) return;
  const loose = installs.flatMap(({ args }) => pipInputs(context, { args, directory: folder }).unpinned);
  if (loose.length > 0)
    throw inputFailure(`Cannot build ${subject} with --locked: nothing pins ${loose.join(', ')}`, {
      hint: 'lock it in a pylock.toml beside it (`uv export --format pylock.toml`, `pip lock`), or give hashes in a requirements file',
    });
}

/** Tells when a lock is not, or no longer, what the program asks for; with `--locked` that is the end. */
export async function checkLock(
  context: Context,
  distribution: Distribution,
  lock: Lock,
  asked: {
    readonly requirements: readonly string[];
    readonly extras: readonly string[];
    readonly by: string;
  },
): Promise<void> {
  const packages = lockedVersions(lock.path, readFileSync(lock.path, 'utf8'));
  const { requirements, extras, by } = asked;
  const unmet = await unmetRequirements(context, distribution, { requirements, extras, packages });
  if (unmet.length === 0) return;
  const [what] = unmet.map(([text, version]) =>
    version === null ? `it has no ${text}` : `it has ${version} for ${text}`,
  );
  const more = unmet.length === 1 ? '' : `, and ${unmet.length - 1} more`;
  const message = `${lock.path} does not satisfy ${by}: ${what}${more}`;
  const hint = 'lock it again';
  if (isLocked(context)) throw inputFailure(message, { hint });
  context.report({
    event: 'diagnostic',
    diagnostic: { severity: 'warning', source: 'oxd', message, hint },
  });
}
