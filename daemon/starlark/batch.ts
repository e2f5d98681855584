// The door for foreign test suites: one JSON request a line, one JSON answer a line.
import { hostFunction, hostType } from './host.ts';
import type { Diagnostic } from './diagnostic.ts';
import { dialectOf } from './dialect.ts';
import { checkFile, evaluateFile, toDiagnostics } from './evaluate.ts';
import { callValue } from './runtime.ts';
import { loadSource, unreadable } from './load-source.ts';
import { json } from './json.ts';
import { List, freezeValue } from './sequence.ts';
import { nearestName } from './spelling.ts';
import { module, struct } from './struct.ts';
import { fail } from './trace.ts';
import type { Value } from './value.ts';

export type BatchRequest = {
  readonly id: unknown;
  readonly file: string;
  readonly mode?: 'exec' | 'check' | 'parse';
  readonly options?: readonly string[];
  readonly predeclared?: readonly string[];
};

export type BatchError = {
  readonly line: number;
  readonly col: number;
  readonly message: string;
  readonly file: string;
  /** Innermost first. */
  readonly stack: readonly {
    readonly name: string;
    readonly file: string;
    readonly line: number;
    readonly col: number;
  }[];
};

export type BatchAnswer =
  | {
      readonly id: unknown;
      readonly ok: boolean;
      readonly output: string;
      readonly errors: readonly BatchError[];
    }
  | { readonly id: unknown; readonly ok: false; readonly unsupported: string };

/** How files are read; an error for one that cannot be. */
export type ReadSource = (file: string) => string;

/** A runaway test ends after about a minute. */
const stepsMax = 2_000_000_000;

export type BatchHost = {
  readonly read: ReadSource;
  /** The file that `load(name)` in the file `from` means. */
  readonly resolve: (name: string, from: string) => string;
};

/** Answers one line of input. */
export function answerBatchLine(line: string, host: BatchHost): string {
  const request = JSON.parse(line) as BatchRequest;
  return JSON.stringify(answerBatch(request, host));
}

export function answerBatch(request: BatchRequest, host: BatchHost): BatchAnswer {
  const { id, file } = request;
  if (typeof file !== 'string') return notAsked(id, 'not a request: "file" is missing', '');
  const { options, unknown } = dialectOf(request.options ?? []);
  if (unknown !== undefined) return { id, ok: false, unsupported: unknown };
  const mode = request.mode ?? 'exec';
  if (!['exec', 'check', 'parse'].includes(mode)) return { id, ok: false, unsupported: mode };
  let source: string;
  try {
    source = host.read(file);
  } catch (error) {
    return notAsked(id, unreadable(error, file), file);
  }
  const predeclared = predeclaredFor(request);
  if (mode !== 'exec') {
    const diagnostics = checkFile({ file, source, options, predeclared, syntaxOnly: mode === 'parse' });
    return answer(id, '', diagnostics, file);
  }
  let output = '';
  const result = evaluateFile({
    file,
    source,
    options,
    predeclared,
    stepsMax,
    print: (text) => {
      output += `${text}\n`;
    },
    load: (name, from) => loadSource(name, host.resolve(name, from), host.read),
  });
  return answer(id, output, 'diagnostics' in result ? result.diagnostics : [], file);
}

/** The answer where there was nothing to look at. */
function notAsked(id: unknown, message: string, file: string): BatchAnswer {
  return { id, ok: false, output: '', errors: [{ line: 1, col: 1, message, file, stack: [] }] };
}

function answer(id: unknown, output: string, diagnostics: readonly Diagnostic[], file: string): BatchAnswer {
  const errors = diagnostics.map((diagnostic) => toError(diagnostic, file));
  return { id, ok: errors.length === 0, output, errors };
}

function toError(diagnostic: Diagnostic, file: string): BatchError {
  const stack = (diagnostic.stack ?? [])
    .toReversed()
    .map((frame) => ({ name: frame.name, file: frame.file, line: frame.line, col: frame.column }));
  const [innermost] = stack;
  return {
    line: innermost?.line ?? diagnostic.range?.start.line ?? 1,
    col: innermost?.col ?? diagnostic.range?.start.column ?? 1,
    message: diagnostic.message,
    file: innermost?.file ?? diagnostic.file ?? file,
    stack,
  };
}

const hasfieldsType = hostType<{ readonly fields: Map<string, Value>; isFrozen: boolean }>({
  name: 'hasfields',
  fields: {
    names: ({ fields }) => [...fields.keys()].toSorted(),
    get: ({ fields }, name) => fields.get(name),
    set: (self, name, value) => {
      if (self.isFrozen) fail('cannot set field on a frozen hasfields');
      if (name.startsWith('no')) {
        const near = nearestName(name, self.fields.keys());
        fail(`no .${name} field${near === undefined ? '' : ` (did you mean .${near}?)`}`);
      }
      self.fields.set(name, value);
      return true;
    },
  },
  key: 'identity',
  binary: (_, operator, other) => (operator === '+' && other instanceof List ? 42 : undefined),
  repr: () => 'hasfields',
  freeze: (self) => {
    self.isFrozen = true;
    for (const value of self.fields.values()) freezeValue(value);
  },
});

/** What the suites' own preludes are built of. */
const helpers = new Map<string, Value>([
  ['struct', struct],
  ['module', module],
  ['json', json],
  [
    'catch',
    hostFunction('catch(f)', (f: Value) => {
      try {
        callValue(f, []);
        return null;
      } catch (error) {
        return toDiagnostics(error)[0]!.message;
      }
    }),
  ],
  [
    'freeze',
    hostFunction('freeze(x)', (x: Value) => {
      freezeValue(x);
      return x;
    }),
  ],
  [
    'hasfields',
    hostFunction('hasfields()', () => hasfieldsType.make({ fields: new Map(), isFrozen: false })),
  ],
]);

/** Names that a request only wants to exist are None. */
function predeclaredFor(request: BatchRequest): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ...(request.predeclared ?? []).map((name) => [name, null] as const),
    ...helpers,
  ]);
}
