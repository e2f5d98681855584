// What `oxd starlark` does, without a terminal: text goes out through callbacks.
import { answerBatchLine } from './batch.ts';
import type { BatchHost } from './batch.ts';
import { formatDiagnostic } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { DialectOptions } from './dialect.ts';
import { checkFile, evaluateFile } from './evaluate.ts';
import type { LoadedSource } from './evaluate.ts';
import { json } from './json.ts';
import { module, struct } from './struct.ts';
import type { Value } from './value.ts';

/** The names of `oxd starlark` besides the language's own. */
export const commandPredeclared: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['struct', struct],
  ['module', module],
  ['json', json],
]);

export type RunFileRequest = {
  readonly file: string;
  readonly source: string;
  readonly options?: DialectOptions;
  /** Only report what can be found without running. */
  readonly checkOnly?: boolean;
  /** Diagnostics as one JSON object a line instead of text. */
  readonly json?: boolean;
  readonly load?: (name: string, from: string) => LoadedSource | undefined;
  readonly interrupt?: Int32Array;
  readonly output: (text: string) => void;
  readonly errors: (text: string) => void;
};

/** Runs a file; gives the exit code: 0, or 1 if there were errors. */
export function runFile(request: RunFileRequest): 0 | 1 {
  const { file, source, options = {}, output } = request;
  const diagnostics = request.checkOnly
    ? checkFile({ file, source, options, predeclared: commandPredeclared })
    : runDiagnostics(request, options, output);
  for (const diagnostic of diagnostics) {
    request.errors(request.json ? `${JSON.stringify(diagnostic)}\n` : formatDiagnostic(diagnostic));
  }
  return diagnostics.length === 0 ? 0 : 1;
}

function runDiagnostics(
  request: RunFileRequest,
  options: DialectOptions,
  output: (text: string) => void,
): readonly Diagnostic[] {
  const { file, source, load, interrupt } = request;
  const result = evaluateFile({
    file,
    source,
    options,
    predeclared: commandPredeclared,
    print: (text) => output(`${text}\n`),
    ...(load === undefined ? {} : { load }),
    ...(interrupt === undefined ? {} : { interrupt }),
  });
  return 'diagnostics' in result ? result.diagnostics : [];
}

/** Answers JSON lines until the input ends. A line that is no request is answered with what is wrong with it. */
export async function runBatch(
  lines: AsyncIterable<string>,
  host: BatchHost,
  output: (line: string) => void,
): Promise<void> {
  for await (const line of lines) {
    if (line.trim() === '') continue;
    try {
      output(answerBatchLine(line, host));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const wrong = { line: 1, col: 1, message: `not a request: ${message}`, file: '', stack: [] };
      output(JSON.stringify({ id: null, ok: false, output: '', errors: [wrong] }));
    }
  }
}
