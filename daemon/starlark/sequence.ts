// Lists, tuples and ranges, and stepping through arrays.
import { Mutability, active, chargeFor, frozen } from './thread.ts';
import { fail } from './trace.ts';
import { StarlarkObject, isHashable, keyOf, keyText } from './value.ts';
import type { Key, Value, ValueIterator } from './value.ts';

/** Something that may be changed unless it is frozen or being iterated over. */
export abstract class Mutable extends StarlarkObject {
  owner: Mutability = active.mutability;
  /** Iterations in progress. */
  locks = 0;

  /** Begins every mutation; `verb` says which. */
  mutate(verb: string): void {
    if (this.owner.isFrozen || this.locks > 0) this.#refuse(verb);
  }

  get isFrozen(): boolean {
    return this.owner.isFrozen;
  }

  #refuse(verb: string): never {
    const what =
      this.typeName === 'list'
        ? 'list'
        : this.typeName === 'dict' || this.typeName === 'set'
          ? 'hash table'
          : this.typeName;
    if (this.owner.isFrozen) fail(`cannot ${verb} frozen ${what}`);
    fail(`cannot ${verb} ${what} during iteration`);
  }

  /** Marks this value alone as frozen; false if it was already. */
  protected freezeSelf(): boolean {
    if (this.owner === frozen) return false;
    this.owner = frozen;
    return true;
  }
}

export class ArrayIterator implements ValueIterator {
  readonly #items: readonly Value[];
  #at = 0;

  constructor(items: readonly Value[]) {
    this.#items = items;
  }

  next(): Value | undefined {
    return this.#at < this.#items.length ? this.#items[this.#at++] : undefined;
  }

  close(): void {
    /* Arrays that nobody can change need no lock. */
  }
}

/** Iterates over `items` and keeps `locked` from changing until closed. */
export class LockingIterator implements ValueIterator {
  readonly #items: readonly Value[];
  readonly #locked: Mutable;
  #at = 0;

  constructor(items: readonly Value[], locked: Mutable) {
    this.#items = items;
    this.#locked = locked;
    locked.locks++;
  }

  next(): Value | undefined {
    return this.#at < this.#items.length ? this.#items[this.#at++] : undefined;
  }

  close(): void {
    this.#locked.locks--;
  }
}

function writeItems(items: readonly Value[], write: (value: Value) => string): string {
  chargeFor(items.length * 8);
  return items.map(write).join(', ');
}

export class List extends Mutable {
  items: Value[];

  constructor(items: Value[] = []) {
    super();
    this.items = items;
  }

  get typeName(): string {
    return 'list';
  }

  override truth(): boolean {
    return this.items.length > 0;
  }

  override repr(write: (value: Value) => string): string {
    return `[${writeItems(this.items, write)}]`;
  }

  override freeze(): void {
    if (this.freezeSelf()) for (const item of this.items) freezeValue(item);
  }

  override length(): number {
    return this.items.length;
  }

  override iterate(): ValueIterator {
    return new LockingIterator(this.items, this);
  }

  override slice(start: number, step: number, count: number): Value {
    return new List(sliceArray(this.items, start, step, count));
  }
}

export class Tuple extends StarlarkObject {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  get typeName(): string {
    return 'tuple';
  }

  override truth(): boolean {
    return this.items.length > 0;
  }

  override repr(write: (value: Value) => string): string {
    return this.items.length === 1 ? `(${write(this.items[0]!)},)` : `(${writeItems(this.items, write)})`;
  }

  override isHashable(): boolean {
    return this.items.every(isHashable);
  }

  override hashKey(): Key {
    let text = '\0t';
    for (const item of this.items) text += keyText(keyOf(item));
    return text;
  }

  override freeze(): void {
    for (const item of this.items) freezeValue(item);
  }

  override length(): number {
    return this.items.length;
  }

  override iterate(): ValueIterator {
    return new ArrayIterator(this.items);
  }

  override slice(start: number, step: number, count: number): Value {
    return new Tuple(sliceArray(this.items, start, step, count));
  }
}

export const emptyTuple = new Tuple([]);

function sliceArray(items: readonly Value[], start: number, step: number, count: number): Value[] {
  chargeFor(count);
  if (step === 1) return items.slice(start, start + count);
  return Array.from({ length: count }, (_, at) => items[start + at * step]!);
}

export class Range extends StarlarkObject {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly count: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.count = Math.max(0, Math.ceil((stop - start) / step));
  }

  get typeName(): string {
    return 'range';
  }

  override truth(): boolean {
    return this.count > 0;
  }

  override repr(): string {
    if (this.step !== 1) return `range(${this.start}, ${this.stop}, ${this.step})`;
    return this.start === 0 ? `range(${this.stop})` : `range(${this.start}, ${this.stop})`;
  }

  at(index: number): number {
    return this.start + index * this.step;
  }

  override length(): number {
    return this.count;
  }

  override iterate(): ValueIterator {
    return new RangeIterator(this.start, this.step, this.count);
  }

  override slice(start: number, step: number, count: number): Value {
    return new Range(this.at(start), this.at(start) + this.step * step * count, this.step * step);
  }

  override equals(other: StarlarkObject): boolean {
    if (!(other instanceof Range) || other.count !== this.count) return false;
    return this.count === 0 || (other.start === this.start && (this.count === 1 || other.step === this.step));
  }
}

class RangeIterator implements ValueIterator {
  #value: number;
  #left: number;
  readonly #step: number;

  constructor(start: number, step: number, count: number) {
    this.#value = start;
    this.#step = step;
    this.#left = count;
  }

  next(): Value | undefined {
    if (this.#left === 0) return undefined;
    this.#left--;
    const value = this.#value;
    this.#value += this.#step;
    return value;
  }

  close(): void {
    /* A range cannot change. */
  }
}

export function freezeValue(value: Value): void {
  if (typeof value === 'object' && value !== null) value.freeze();
}
