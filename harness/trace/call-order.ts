/**
 * Brings calls, which complete innermost first, into an order people can read: each outermost call with all calls made
 * inside it, by the order in which they were made.
 *
 * What must hold: every call put in comes out exactly once, at the latest in {@link CallOrder.finish}.
 */
import type { CallRecord } from './record.ts';

export class CallOrder {
  readonly #write: (call: CallRecord) => void;
  /** Complete inner calls whose outermost call is not complete, by thread. */
  readonly #held = new Map<number, CallRecord[]>();
  /** Threads whose outermost call will never come back: their inner calls wait for nothing. */
  readonly #ending = new Set<number>();
  readonly #written = new Set<number>();

  /** @param write Called for each call, in the order to print. */
  constructor(write: (call: CallRecord) => void) {
    this.#write = write;
  }

  /** Takes a call that is complete. */
  add(call: CallRecord): void {
    if (call.depth > 0 && !this.#ending.has(call.thread)) {
      const held = this.#held.get(call.thread);
      if (held === undefined) this.#held.set(call.thread, [call]);
      else held.push(call);
      return;
    }
    if (call.depth === 0 && call.completion === 'never-returns') this.#ending.add(call.thread);
    this.#out(call);
    const inner = this.#held.get(call.thread) ?? [];
    this.#held.delete(call.thread);
    for (const one of inner.sort((a, b) => a.index - b.index)) this.#out(one);
  }

  /** Writes what is left, complete or not. `all` are the tracer's records. */
  finish(all: readonly CallRecord[]): void {
    for (const call of all) if (!this.#written.has(call.index)) this.#out(call);
  }

  #out(call: CallRecord): void {
    this.#written.add(call.index);
    this.#write(call);
  }
}
