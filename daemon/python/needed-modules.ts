// Which modules a program needs beside those that it was seen to import.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { environmentFailure } from '../../protocol/failure.ts';
import type { Context } from '../context.ts';
import { withStep } from '../step.ts';
import { bytecodeArguments, childEnvironment } from './child-environment.ts';
import type { Distribution } from './distribution.ts';
import type { Resource } from './resource.ts';

const script = fileURLToPath(new URL('./needed-modules.py', import.meta.url));
/** Names of all modules of a large application, some 100 bytes each. */
const answerBytesMax = 64 * 1024 * 1024;

/**
 * Names of packed modules, sorted: those of `roots` that are packed, and what follows from their code
 * (needed-modules.py says how). Run by the distribution's own Python, whose grammar it is.
 */
export async function neededModules(
  context: Context,
  distribution: Distribution,
  resources: readonly Resource[],
  roots: readonly string[],
): Promise<readonly string[]> {
  const modules = resources.flatMap(({ what, content, isStdlib }) =>
    what.kind === 'module-source'
      ? [
          [
            what.name,
            what.isPackage,
            isStdlib,
            ...(content.at === 'file'
              ? [content.path, null]
              : [null, context.cache.blobs.get(content.sha256)?.toString('utf8') ?? '']),
          ],
        ]
      : [],
  );
  const natives = resources.flatMap(({ what }) =>
    what.kind === 'extension-module' || what.kind === 'module-bytecode' ? [what.name] : [],
  );
  return withStep(context, 'scan', `what ${roots.length} modules import`, async () => {
    const run = await execa(
      distribution.executable,
      ['-S', '-s', ...bytecodeArguments(context, distribution), script],
      {
        env: childEnvironment(context),
        extendEnv: false,
        input: JSON.stringify({ modules, natives, roots }),
        maxBuffer: answerBytesMax,
        cancelSignal: context.signal,
        killDescendants: true,
        reject: false,
      },
    );
    context.signal.throwIfAborted();
    if (run.failed)
      throw environmentFailure(`Cannot look into the program's modules: ${run.shortMessage}`, {
        hint: 'check that this Python works, or name another one with OXD_PYTHON_DISTRIBUTION',
        cause: new Error(run.stderr),
      });
    return (JSON.parse(run.stdout) as { needed: string[] }).needed;
  });
}
