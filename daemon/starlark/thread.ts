// What a running program needs besides its values: limits, output, and who owns the lists it makes.
import { getHeapStatistics } from 'node:v8';
import type { Position } from './diagnostic.ts';
import { fail } from './trace.ts';
import type { LineTable } from './trace.ts';

/** Shared by all mutable values a file makes: freezing it freezes them all at once. */
export class Mutability {
  isFrozen = false;
}

/** The owner of values frozen one by one. */
export const frozen = new Mutability();
frozen.isFrozen = true;

/** Steps (calls and loop turns) between two looks at the interrupt flag: well under a millisecond of small steps. */
const quantum = 512;
/** Looks at the memory in use are dearer, and memory grows slowly next to steps. */
const quantaPerMemoryCheck = 64;
/** Share of the heap's limit at which a program is stopped, while there still is room to copy its largest array and to say so. */
const heapShareMax = 0.5;
/** Part of the heap's limit that V8 keeps for new objects: what lives on must fit into the rest. */
const youngBytes = 48 * 2 ** 20;
/** Largest list, dict, set or tuple that one operation may make: 2^25 elements take 256 MB. */
export const elementsMax = 2 ** 25;
/** Largest string, in UTF-16 units; V8 itself ends at 2^29 - 24. */
export const stringUnitsMax = 2 ** 28;
/** Calls in progress, where recursion is on. JavaScript's own stack holds some 8,000 of ours. */
const callDepthMax = 1000;

export type ThreadOptions = {
  readonly print: (text: string, position: (Position & { readonly file: string }) | undefined) => void;
  /** Nonzero at index 0: stop. May be shared with another thread. */
  readonly interrupt?: Int32Array | undefined;
  readonly stepsMax?: number | undefined;
};

export class Thread {
  /** Owner of newly made values: changes while a loaded file runs. */
  mutability = new Mutability();
  /** Steps left until the next look around; compiled code counts it down. */
  fuel = quantum;
  depth = 0;
  readonly print: ThreadOptions['print'];
  /** The line tables of all that runs here: errors look them up by name, which does not keep them alive. */
  readonly lineTables: LineTable[] = [];
  readonly #interrupt: Int32Array | undefined;
  readonly #stepsMax: number;
  #steps = 0;
  #quanta = 0;

  constructor(options: ThreadOptions) {
    this.print = options.print;
    this.#interrupt = options.interrupt;
    this.#stepsMax = options.stepsMax ?? Number.POSITIVE_INFINITY;
    this.fuel = Math.min(quantum, this.#stepsMax);
  }

  /** Called by compiled code when the fuel is used up. */
  refuel(): void {
    this.#steps += Math.min(quantum, this.#stepsMax - this.#steps) - this.fuel;
    this.#checkBudget();
    this.fuel = Math.min(quantum, this.#stepsMax - this.#steps);
    if (++this.#quanta % quantaPerMemoryCheck === 0) checkMemory();
  }

  /** Counts the work of a built-in that touches `elements` things at once. */
  charge(elements: number): void {
    this.fuel -= elements;
    if (this.fuel < 0) this.refuel();
    if (elements > 1_000_000) checkMemory();
  }

  enterCall(): void {
    if (++this.depth > callDepthMax)
      fail('Starlark stack overflow', `calls nest deeper than ${callDepthMax}`);
  }

  #checkBudget(): void {
    if (this.#interrupt !== undefined && Atomics.load(this.#interrupt, 0) !== 0) {
      fail('Starlark computation cancelled: interrupted');
    }
    if (this.#steps > this.#stepsMax) fail('Starlark computation cancelled: too many steps');
  }
}

function checkMemory(): void {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  if (used_heap_size > (heap_size_limit - youngBytes) * heapShareMax) fail('out of memory');
}

/**
 * The thread whose program is running. Evaluation is synchronous, so there is one at a time; passing it through every
 * operator instead would cost each of them a parameter.
 */
export let active: Thread = new Thread({ print: () => {} });

/** Runs `work` in `thread`; nested uses return to the outer thread. */
export function runIn<T>(thread: Thread, work: () => T): T {
  const outer = active;
  active = thread;
  try {
    return work();
  } finally {
    active = outer;
  }
}

/** Counts work on something of `size` elements or units, once it is large enough to matter. */
export function chargeFor(size: number): void {
  if (size > 4096) active.charge(size / 64);
}

/** Refuses to make something larger than the bounds above. */
export function checkElements(count: number): void {
  if (count > elementsMax) fail(`excessive size (${count} elements, limit is ${elementsMax})`);
  if (count > 1000) active.charge(count / 10);
}
