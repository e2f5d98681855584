// A read-eval-print loop, one piece of input at a time. Reading lines and drawing prompts is the caller's business.
import type { Diagnostic } from './diagnostic.ts';
import type { DialectOptions } from './dialect.ts';
import { evaluateIn } from './evaluate.ts';
import type { EvaluateRequest } from './evaluate.ts';
import { parse } from './parser.ts';
import { repr } from './repr.ts';
import { SourceText } from './source-text.ts';
import { Thread } from './thread.ts';
import type { ThreadOptions } from './thread.ts';
import type { Value } from './value.ts';

export type ReplOptions = ThreadOptions & {
  readonly predeclared?: ReadonlyMap<string, Value>;
  readonly options?: DialectOptions;
  readonly load?: EvaluateRequest['load'];
};

export type ReplOutcome =
  /** More lines are needed. */
  | { readonly outcome: 'incomplete' }
  /** `text` is the value of a final expression, as `repr` writes it; None shows nothing. */
  | { readonly outcome: 'done'; readonly text: string | undefined }
  | { readonly outcome: 'failed'; readonly diagnostics: readonly Diagnostic[] };

export class Repl {
  readonly #options: ReplOptions;
  readonly #names: Map<string, Value>;
  #inputs = 0;

  constructor(options: ReplOptions) {
    this.#options = options;
    this.#names = new Map(options.predeclared);
  }

  /** The names known so far, for completion. */
  names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** Evaluates the lines typed so far. A block is complete once a blank line follows it. */
  feed(text: string): ReplOutcome {
    if (!isComplete(text)) return { outcome: 'incomplete' };
    const { options, load } = this.#options;
    const result = evaluateIn(new Thread(this.#options), {
      file: `<input ${++this.#inputs}>`,
      source: text,
      predeclared: this.#names,
      // One input can be a loop, and may bind names again; each input is a file of its own, so values must stay mutable.
      options: { ...options, topLevelControl: true, globalReassign: true },
      keepMutable: true,
      ...(load === undefined ? {} : { load }),
    });
    if ('diagnostics' in result) return { outcome: 'failed', diagnostics: result.diagnostics };
    for (const [name, value] of result.globals) this.#names.set(name, value);
    const { last } = result;
    return { outcome: 'done', text: last === undefined || last === null ? undefined : repr(last) };
  }
}

function isComplete(text: string): boolean {
  const { diagnostics } = parse(new SourceText('<input>', text));
  const endsOpen = diagnostics.some(
    ({ message }) => message.startsWith('got end of file') || message === 'unexpected EOF in string',
  );
  if (endsOpen && !text.endsWith('\n\n')) return false;
  const lines = text.trimEnd().split('\n');
  const isBlock = /^(?:def|for|if|while)\b/.test(lines[0] ?? '');
  return !isBlock || text.endsWith('\n\n');
}
