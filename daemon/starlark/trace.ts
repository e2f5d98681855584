// Errors of running programs, and where they happened.
//
// Compiled functions do not note where they are: that would cost at every step. Instead the generated JavaScript holds
// each operation that can fail on a line of its own, and V8 knows in which line every frame of its stack is.
import type { Diagnostic, StackFrame } from './diagnostic.ts';
import type { SourceText, Span } from './source-text.ts';

/** Maps the lines of one generated script back to its source. */
export type LineTable = {
  readonly source: SourceText;
  /** Per generated line (from 1): where the operation is said to be, and its range; -1 where nothing can fail. */
  readonly at: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Per generated line: the function it belongs to. */
  readonly functions: readonly string[];
};

export type Frame = { readonly name: string; readonly source: SourceText; readonly at: number } & Span;

const prefix = 'starlark:';
const tables = new Map<string, WeakRef<LineTable>>();
const forgotten = new FinalizationRegistry<string>((script) => tables.delete(script));
let scripts = 0;

/** A name for a new script, under which its frames will be found while `table` is alive. */
export function registerScript(table: LineTable): string {
  const script = `${prefix}${++scripts}`;
  tables.set(script, new WeakRef(table));
  forgotten.register(table, script);
  return script;
}

/** Far above any stack the depth limit allows. */
const framesMax = 100_000;

/** Functions written in TypeScript carry this before their name, to be found on the stack. */
export const nativePrefix = 'builtin ';

/** The Starlark calls in progress, innermost first. */
export function captureFrames(limit = framesMax): Frame[] {
  return capture(limit).frames;
}

/** The same, and the built-in function that the innermost of them was calling. */
function capture(limit: number): { frames: Frame[]; native: string | undefined } {
  const { stackTraceLimit } = Error;
  const prepareStackTrace: unknown = Reflect.get(Error, 'prepareStackTrace');
  const frames: Frame[] = [];
  let native: string | undefined;
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = (_, sites) => {
      for (const site of sites) {
        const script = site.getFileName();
        if (!script?.startsWith(prefix)) {
          const name = frames.length === 0 ? site.getFunctionName() : null;
          if (name?.startsWith(nativePrefix)) native = name.slice(nativePrefix.length);
          continue;
        }
        const table = tables.get(script)?.deref();
        const line = site.getLineNumber() ?? 0;
        const at = table?.at[line - 1] ?? -1;
        if (table === undefined || at < 0) continue;
        frames.push({
          name: table.functions[line - 1]!,
          source: table.source,
          at,
          start: table.starts[line - 1]!,
          end: table.ends[line - 1]!,
        });
      }
      return '';
    };
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder);
    void holder.stack;
  } finally {
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
    Error.stackTraceLimit = stackTraceLimit;
  }
  return { frames, native };
}

/** A Starlark program failed. Its frames are those at the moment of creation. */
export class EvalError extends Error {
  readonly frames: readonly Frame[];
  /** The built-in function that failed, if one did. */
  readonly native: string | undefined;
  readonly hint: string | undefined;
  /** Set when a file could not be compiled: what is wrong with it, instead of a place in a running program. */
  readonly diagnostics: readonly Diagnostic[] | undefined;

  constructor(
    message: string,
    options: { hint?: string | undefined; cause?: unknown; diagnostics?: readonly Diagnostic[] } = {},
  ) {
    const { stackTraceLimit } = Error;
    // Our own frames say it all; V8's text for them would be costly.
    Error.stackTraceLimit = 0;
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'EvalError';
    const { frames, native } = capture(framesMax);
    this.frames = frames;
    this.native = native;
    this.hint = options.hint;
    this.diagnostics = options.diagnostics;
  }

  toDiagnostic(): Diagnostic {
    const innermost = this.frames[0];
    if (innermost === undefined) {
      return {
        severity: 'error',
        source: 'config',
        message: this.message,
        ...(this.hint === undefined ? {} : { hint: this.hint }),
      };
    }
    const { source } = innermost;
    return {
      ...source.error(innermost, this.message, this.hint),
      stack: this.frames.map(stackFrame).toReversed(),
      ...(this.native === undefined ? {} : { builtin: this.native }),
    };
  }
}

export function stackFrame(frame: Frame): StackFrame {
  return { name: frame.name, file: frame.source.file, ...frame.source.position(frame.at) };
}

/** Ends the running program with an error. */
export function fail(message: string, hint?: string): never {
  throw new EvalError(message, { hint });
}
