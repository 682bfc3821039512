/**
 * Which of the code in v86's table this machine has compiled itself: in the pages of that, it knows what was executed, and compiles no more
 * than that when they are compiled anew (rewrite-executed.ts).
 */

import type { CompiledCode } from './compiled-code.ts';
import { Executed, Own } from './internals.ts';

/** What is needed of the running v86. */
interface RunningV86 {
  word(address: number): number;
  setByte(address: number, value: number): void;
}

export class CodeFromHere {
  readonly #v86: RunningV86;
  readonly #code = new WeakSet<CompiledCode>();

  constructor(v86: RunningV86) {
    this.#v86 = v86;
  }

  /** The code that goes into a slot has just been compiled. */
  compiled(slot: number, code: CompiledCode): void {
    this.#code.add(code);
    this.#mark(slot, code);
  }

  /** Other code is in all slots now. */
  replaced(code: readonly (CompiledCode | undefined)[]): void {
    for (const [slot, one] of code.entries()) this.#mark(slot, one);
  }

  #mark(slot: number, code: CompiledCode | undefined): void {
    const isFromHere = code !== undefined && this.#code.has(code);
    this.#v86.setByte(this.#v86.word(Own.probeMap) + Executed.slotsFromHere + slot, isFromHere ? 1 : 0);
  }
}
