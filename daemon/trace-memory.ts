import type { Cache } from '../cache/cache.ts';
import { type TraceRecord, parseTrace, serializeTrace } from './trace.ts';

export type TracedResult<Result> = { readonly record: TraceRecord; readonly result: Result };

/** Traces of this many builds stay parsed: a thousand modules take some 300 KB. */
const tracesMax = 24;

/** The last trace and result of each build: in memory for this daemon, in the cache for the next one. */
export class TraceMemory {
  readonly #cache: Cache;
  readonly #recent = new Map<string, TracedResult<unknown>>();

  readonly #failed = new Map<string, TraceRecord>();
  readonly #asking = new Set<string>();

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  get<Result>(key: string): TracedResult<Result> | undefined {
    const recent = this.#recent.get(key);
    if (recent !== undefined) {
      this.#keep(key, recent);
      return recent as TracedResult<Result>;
    }
    const text = this.#cache.traces.get(key);
    if (text === undefined) return undefined;
    const [result, trace] = JSON.parse(text) as [Result, string];
    const record = parseTrace(trace);
    if (record === undefined) return undefined;
    const stored = { record, result };
    this.#keep(key, stored);
    return stored;
  }

  /** A build that asked its user is asked for again each time: its answers were meant for it alone. */
  ask(key: string, record: TraceRecord): void {
    this.#asking.add(key);
    this.fail(key, record);
  }

  hasAsked(key: string): boolean {
    return this.#asking.has(key);
  }

  put(key: string, record: TraceRecord, result: unknown): void {
    this.#asking.delete(key);
    this.#failed.delete(key);
    this.#keep(key, { record, result });
    this.#cache.traces.put(key, JSON.stringify([result, serializeTrace(record)]));
  }

  /** A build that failed leaves no result: the last good one stands, and what it looked at is known to watchers. */
  fail(key: string, record: TraceRecord): void {
    this.#failed.set(key, record);
    for (const oldest of this.#failed.keys()) {
      if (this.#failed.size <= tracesMax) break;
      this.#failed.delete(oldest);
    }
  }

  /** The mistake was taken back: what the last good build looked at is true again. */
  recover(key: string): void {
    this.#failed.delete(key);
  }

  lookedAt(key: string): TraceRecord | undefined {
    return this.#failed.get(key) ?? this.get(key)?.record;
  }

  /** The cache was emptied: what its traces refer to is gone. */
  clear(): void {
    this.#recent.clear();
    this.#failed.clear();
  }

  #keep(key: string, trace: TracedResult<unknown>): void {
    this.#recent.delete(key);
    this.#recent.set(key, trace);
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= tracesMax) break;
      this.#recent.delete(oldest);
      this.#failed.delete(oldest);
    }
  }
}
