// The programs of a C compiler, as whoever builds has them installed: cc, ar, objcopy.
import { execa } from 'execa';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';

/** Compiling a list of modules takes 50 ms, archiving thousands of objects or linking Python a second; on a busy machine some. */
const toolMs = 120_000;

const programs = { CC: 'cc', AR: 'ar', OBJCOPY: 'objcopy' } as const;

/**
 * Runs the program that the variable `tool` names, or the usual one. When it fails, throws a Failure "Cannot `act`" with
 * what the program said; `hintFor` makes the way out of that, where there is one.
 */
export async function runCompilerTool(
  context: Context,
  tool: keyof typeof programs,
  args: readonly string[],
  act: string,
  hintFor: (said: string) => string | undefined = () => undefined,
): Promise<void> {
  const program = context.environment[tool] ?? programs[tool];
  const run = await execa(program, args, {
    env: context.environment,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: toolMs,
    cancelSignal: context.signal,
    killDescendants: true,
  });
  context.signal.throwIfAborted();
  if (!run.failed) return;
  if (run.code === 'ENOENT')
    throw environmentFailure(`Cannot ${act}: "${program}" is not installed`, {
      hint: 'install a C compiler with its tools, such as the packages gcc and binutils',
    });
  const said = run.stderr ?? '';
  const hint = hintFor(said);
  throw environmentFailure(
    `Cannot ${act}: ${program} failed\n${said}`.trimEnd(),
    hint === undefined ? {} : { hint },
  );
}
