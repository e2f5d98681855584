// Loops of the form `for a, b in …` over `enumerate(x)` and `d.items()`, without making the tuples that would be taken
// apart at once. Like the lists these functions make, a loop over them holds no lock.
import { Dict } from './dict.ts';
import { elementsOf, iterate } from './iterate.ts';
import type { Value, ValueIterator } from './value.ts';

export type PairIterator = {
  first: Value;
  second: Value;
  /** False at the end; otherwise `first` and `second` are those of the next pair. */
  next(): boolean;
  close(): void;
};

export class EnumeratedPairs implements PairIterator {
  first: Value = -1;
  second: Value = null;
  readonly #items: readonly Value[];
  #at = -1;

  constructor(items: Value) {
    this.#items = elementsOf(items, 'enumerate: for parameter x');
  }

  next(): boolean {
    if (++this.#at >= this.#items.length) return false;
    this.first = this.#at;
    this.second = this.#items[this.#at]!;
    return true;
  }

  close(): void {
    /* The elements are a copy. */
  }
}

export class DictPairs implements PairIterator {
  first: Value = null;
  second: Value = null;
  readonly #keys: readonly Value[];
  readonly #values: readonly Value[];
  #at = 0;

  constructor(dict: Dict) {
    this.#keys = dict.keys();
    this.#values = dict.values();
  }

  next(): boolean {
    if (this.#at >= this.#keys.length) return false;
    this.first = this.#keys[this.#at]!;
    this.second = this.#values[this.#at++]!;
    return true;
  }

  close(): void {
    /* Keys and values are copies. */
  }
}

/** Pairs from whatever else has a method `items`. */
export class UnpackedPairs implements PairIterator {
  first: Value = null;
  second: Value = null;
  readonly #iterator: ValueIterator;
  readonly #unpack: (item: Value, count: number) => readonly Value[];

  constructor(items: Value, unpack: (item: Value, count: number) => readonly Value[]) {
    this.#iterator = iterate(items);
    this.#unpack = unpack;
  }

  next(): boolean {
    const item = this.#iterator.next();
    if (item === undefined) return false;
    const [first, second] = this.#unpack(item, 2);
    this.first = first!;
    this.second = second!;
    return true;
  }

  close(): void {
    this.#iterator.close();
  }
}
