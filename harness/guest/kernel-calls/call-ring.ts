/**
 * The last kernel calls of a guest, kept in a ring of numbers so that recording one costs next to nothing and a crash
 * report can always show them.
 */
import { kernelCallByNumber } from '../../../images/abi/eras.ts';
import type { EraName } from '../../../images/abi/eras.ts';
import type { KernelCall } from '../stop.ts';

/** Calls kept. A power of two is not required. */
export const RECENT_CALLS = 32;

const FIELDS = 9;

/** A captured ring: the calls in order, and how many there were since reset. */
export interface CallHistory {
  readonly count: number;
  readonly recent: readonly KernelCall[];
}

/** Name of a kernel call; `call<number>` for one that is not in the era's table. */
export function kernelCallName(number: number, era: EraName): string {
  return kernelCallByNumber(number, era)?.name ?? `call${number}`;
}

export class CallRing {
  readonly #era: () => EraName;
  readonly #slots = new Float64Array(RECENT_CALLS * FIELDS);
  #count = 0;

  /** @param era By which calls are named: asked each time, since it may not be known from the start. */
  constructor(era: () => EraName) {
    this.#era = era;
  }

  /** Calls recorded since reset, including those that are no longer kept. */
  get count(): number {
    return this.#count;
  }

  /** Arguments are those of {@link KernelCall}, in its order; separate ones, so that nothing is allocated. */
  record(
    number: number,
    a: number,
    b: number,
    c: number,
    d: number,
    vector: number,
    returnAddress: number,
    instructions: number,
  ): void {
    const at = (this.#count % RECENT_CALLS) * FIELDS;
    const slots = this.#slots;
    slots[at] = this.#count;
    slots[at + 1] = number;
    slots[at + 2] = a;
    slots[at + 3] = b;
    slots[at + 4] = c;
    slots[at + 5] = d;
    slots[at + 6] = vector;
    slots[at + 7] = returnAddress;
    slots[at + 8] = instructions;
    this.#count += 1;
  }

  /** The call recorded last. Only after at least one {@link record}. */
  last(): KernelCall {
    return this.#decode(this.#count - 1);
  }

  /** Oldest first. */
  recent(): KernelCall[] {
    const kept = Math.min(this.#count, RECENT_CALLS);
    return Array.from({ length: kept }, (_, i) => this.#decode(this.#count - kept + i));
  }

  capture(): CallHistory {
    return { count: this.#count, recent: this.recent() };
  }

  restore(history: CallHistory): void {
    this.#count = history.count - history.recent.length;
    for (const call of history.recent) {
      const [a, b, c, d] = call.arguments;
      this.record(call.number, a, b, c, d, call.vector, call.returnAddress, call.instructions);
    }
  }

  #decode(index: number): KernelCall {
    const at = (index % RECENT_CALLS) * FIELDS;
    const field = (offset: number): number => this.#slots[at + offset] ?? 0;
    return {
      index: field(0),
      number: field(1),
      name: kernelCallName(field(1), this.#era()),
      arguments: [field(2), field(3), field(4), field(5)],
      vector: field(6),
      returnAddress: field(7),
      instructions: field(8),
    };
  }
}
