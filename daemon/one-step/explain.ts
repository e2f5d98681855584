import { Failure } from '../../protocol/failure.ts';

/** Evaluates. Of a config that nobody has written, the place of a failure tells nobody anything. */
export async function explainWritten<T>(text: string | undefined, evaluate: () => Promise<T>): Promise<T> {
  try {
    return await evaluate();
  } catch (error) {
    if (text === undefined || !(error instanceof Failure)) throw error;
    const { kind, message, hint, logFile, diagnostics } = error;
    throw new Failure(kind, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(logFile === undefined ? {} : { logFile }),
      diagnostics: diagnostics.filter(({ source }) => source !== 'config'),
      cause: error,
    });
  }
}
