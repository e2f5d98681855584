// Dictionaries and sets, in insertion order.
import { LockingIterator, Mutable, Tuple, freezeValue } from './sequence.ts';
import { isHashable, keyOf, typeName } from './value.ts';
import type { Key, StarlarkObject, Value, ValueIterator } from './value.ts';
import { fail } from './trace.ts';

/** Keys are looked up by their canonical form; where that is not the key itself, the key is kept beside it. */
export class Dict extends Mutable {
  readonly #values = new Map<Key, Value>();
  #originals: Map<Key, Value> | undefined;

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    super();
    for (const [key, value] of entries) this.set(key, value);
  }

  get typeName(): string {
    return 'dict';
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: Value): Value | undefined {
    return this.#values.get(keyOf(key));
  }

  has(key: Value): boolean {
    return this.#values.has(keyOf(key));
  }

  /** Sets without asking whether the dict may change: callers that run for the program say `mutate` first. */
  set(key: Value, value: Value): void {
    const canonical = keyOf(key);
    // A key that is already there stays as it was first written.
    if (canonical !== key && !this.#values.has(canonical)) {
      this.#originals ??= new Map();
      this.#originals.set(canonical, key);
    }
    this.#values.set(canonical, value);
  }

  delete(key: Value): Value | undefined {
    const canonical = keyOf(key);
    const value = this.#values.get(canonical);
    this.#values.delete(canonical);
    this.#originals?.delete(canonical);
    return value;
  }

  clear(): void {
    this.#values.clear();
    this.#originals = undefined;
  }

  /** A fresh array. */
  keys(): Value[] {
    const originals = this.#originals;
    const keys = Array.from(this.#values.keys());
    if (originals === undefined) return keys as Value[];
    return keys.map((key) => originals.get(key) ?? (key as Value));
  }

  values(): Value[] {
    return Array.from(this.#values.values());
  }

  entries(): [Value, Value][] {
    const originals = this.#originals;
    const entries = Array.from(this.#values) as [Value, Value][];
    if (originals === undefined) return entries;
    return entries.map(([key, value]) => [originals.get(key as Key) ?? key, value]);
  }

  forEach(visit: (key: Value, value: Value) => void): void {
    const originals = this.#originals;
    this.#values.forEach((value, key) => visit(originals?.get(key) ?? (key as Value), value));
  }

  firstKey(): Value | undefined {
    const first = this.#values.keys().next();
    if (first.done) return undefined;
    return this.#originals?.get(first.value) ?? (first.value as Value);
  }

  override truth(): boolean {
    return this.#values.size > 0;
  }

  override repr(write: (value: Value) => string): string {
    return `{${this.entries()
      .map(([key, value]) => `${write(key)}: ${write(value)}`)
      .join(', ')}}`;
  }

  override freeze(): void {
    if (!this.freezeSelf()) return;
    for (const [key, value] of this.entries()) {
      freezeValue(key);
      freezeValue(value);
    }
  }

  override length(): number {
    return this.#values.size;
  }

  override iterate(): ValueIterator {
    return new LockingIterator(this.keys(), this);
  }

  /** What cannot be a key is not in the dict. */
  override contains(value: Value): boolean {
    return isHashable(value) && this.#values.has(keyOf(value));
  }

  override equals(other: StarlarkObject, equal: (a: Value, b: Value) => boolean): boolean {
    if (!(other instanceof Dict) || other.size !== this.size) return false;
    for (const [key, value] of this.#values) {
      const theirs = other.#values.get(key);
      if (theirs === undefined || !equal(value, theirs)) return false;
    }
    return true;
  }
}

export class StarlarkSet extends Mutable {
  readonly #elements = new Map<Key, Value>();

  constructor(elements: Iterable<Value> = []) {
    super();
    for (const element of elements) this.add(element);
  }

  get typeName(): string {
    return 'set';
  }

  get size(): number {
    return this.#elements.size;
  }

  has(value: Value): boolean {
    return this.#elements.has(keyOf(value));
  }

  /** False if it was there already. Like `Dict.set`, asks nobody. */
  add(value: Value): boolean {
    const key = keyOf(value);
    if (this.#elements.has(key)) return false;
    this.#elements.set(key, value);
    return true;
  }

  delete(value: Value): boolean {
    return this.#elements.delete(keyOf(value));
  }

  clear(): void {
    this.#elements.clear();
  }

  replaceBy(elements: readonly Value[]): void {
    this.#elements.clear();
    for (const element of elements) this.add(element);
  }

  elements(): Value[] {
    return Array.from(this.#elements.values());
  }

  first(): Value | undefined {
    return this.#elements.values().next().value;
  }

  override truth(): boolean {
    return this.#elements.size > 0;
  }

  override repr(write: (value: Value) => string): string {
    return this.size === 0 ? 'set()' : `set([${this.elements().map(write).join(', ')}])`;
  }

  override freeze(): void {
    if (this.freezeSelf()) for (const element of this.#elements.values()) freezeValue(element);
  }

  override length(): number {
    return this.#elements.size;
  }

  override iterate(): ValueIterator {
    return new LockingIterator(this.elements(), this);
  }

  override contains(value: Value): boolean {
    return this.#elements.has(keyOf(value));
  }

  override equals(other: StarlarkObject): boolean {
    return other instanceof StarlarkSet && other.size === this.size && this.isSubsetOf(other);
  }

  isSubsetOf(other: StarlarkSet): boolean {
    for (const key of this.#elements.keys()) if (!other.#elements.has(key)) return false;
    return true;
  }
}

/** A dict's items as tuples. */
export function itemTuples(dict: Dict): Tuple[] {
  const items: Tuple[] = [];
  dict.forEach((key, value) => items.push(new Tuple([key, value])));
  return items;
}

/** Adds the entries of a dict, or pairs of an iterable, to `target`, as `dict(…)` and `update` do. */
export function addPairs(target: Dict, updates: Value, toArray: (value: Value) => Value[] | undefined): void {
  if (updates instanceof Dict) {
    for (const [key, value] of updates.entries()) target.set(key, value);
    return;
  }
  const pairs = toArray(updates);
  if (pairs === undefined) {
    fail(`got ${typeName(updates)}, want iterable`);
  }
  pairs.forEach((pair, at) => {
    const parts = toArray(pair);
    if (parts === undefined)
      fail(`dictionary update sequence element #${at} is not iterable (${typeName(pair)})`);
    if (parts.length !== 2) {
      fail(`dictionary update sequence element #${at} has length ${parts.length}, want 2`);
    }
    target.set(parts[0]!, parts[1]!);
  });
}
