// Which Rust toolchain there is, without starting it: rustup's proxies take 30 ms to say what their files say in one.
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import type { ResultType } from '../../cache/cache.ts';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';

export type Toolchain = {
  /** Absolute path of the cargo to start. */
  readonly cargo: string;
  /** Whole output of `rustc -vV`: the commit decides about object compatibility. */
  readonly rustc: string;
};

type ToolchainKey = { readonly files: readonly (string | null)[]; readonly rustup: string | null };

const toolchainAnswers: ResultType<
  ToolchainKey,
  { rustc: string; sysrootRustc: string; stamp: string | null }
> = {
  kind: 'cargo',
  version: 1,
};

/**
 * The toolchain that the request's PATH names. Throws an environment Failure when there is none.
 * The answer is kept under the stats of cargo, rustc and rustup's settings, and of the compiler they lead to.
 */
export async function findToolchain(context: Context): Promise<Toolchain> {
  for (const name of ['CARGO', 'RUSTC', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN']) context.trace.variable(name);
  const cargo = context.environment['CARGO'] ?? findProgram(context, 'cargo');
  const rustc = context.environment['RUSTC'] ?? findProgram(context, 'rustc');
  if (cargo === undefined || rustc === undefined) {
    throw environmentFailure(`Cannot find ${cargo === undefined ? 'cargo' : 'rustc'} on PATH`, {
      hint: 'install Rust (rustup, or the packages cargo and rustc), or set CARGO and RUSTC',
    });
  }
  const rustupHome =
    context.environment['RUSTUP_HOME'] ?? join(context.environment['HOME'] ?? homedir(), '.rustup');
  const key = {
    files: [cargo, rustc, join(rustupHome, 'settings.toml')].map(stamp),
    rustup: context.environment['RUSTUP_TOOLCHAIN'] ?? null,
  };
  const known = context.cache.get(toolchainAnswers, key);
  if (known !== undefined && stamp(known.sysrootRustc) === known.stamp) return { cargo, rustc: known.rustc };

  const ask = async (...args: string[]): Promise<string> => {
    const { stdout } = await execa(rustc, args, {
      env: context.environment,
      extendEnv: false,
      cancelSignal: context.signal,
      stdin: 'ignore',
    });
    return stdout;
  };
  try {
    const version = await ask('-vV');
    const sysrootRustc = join(await ask('--print', 'sysroot'), 'bin', 'rustc');
    context.cache.put(toolchainAnswers, key, { rustc: version, sysrootRustc, stamp: stamp(sysrootRustc) });
    return { cargo, rustc: version };
  } catch (cause) {
    context.signal.throwIfAborted();
    throw environmentFailure(`Cannot run "${rustc}"`, {
      hint: 'check the Rust installation with `rustc -vV`',
      cause,
    });
  }
}

function findProgram(context: Context, name: string): string | undefined {
  const folders = (context.environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => stamp(path) !== null);
}

/** Path, size, inode and times: what changes when a program is replaced. Null when there is no such file. */
function stamp(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || !stat.isFile()
    ? null
    : [path, stat.size, stat.ino, stat.mtimeMs, stat.ctimeMs].join(':');
}
