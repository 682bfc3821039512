/**
 * How far a guest has come: instructions executed, and ticks of virtual time.
 *
 * v86 counts instructions in 32 bits; here they are whole. One tick is one instruction, or passes while the processor is
 * halted. What must hold: {@link Progress.settle} is called at least once in 2 ** 32 instructions.
 */

export interface ProgressState {
  readonly instructions: number;
  readonly idleTicks: number;
}

export class Progress {
  /** v86's counter, as it stands. */
  readonly #counter: () => number;
  #instructionsSettled = 0;
  #counterSettled = 0;
  #idleTicks = 0;

  constructor(counter: () => number) {
    this.#counter = counter;
  }

  get instructions(): number {
    return this.#instructionsSettled + ((this.#counter() - this.#counterSettled) >>> 0);
  }

  /** The present moment of virtual time. */
  get tick(): number {
    return this.instructions + this.#idleTicks;
  }

  /** Takes note of the counter before it can come round. @returns The counter. */
  settle(): number {
    this.#instructionsSettled = this.instructions;
    this.#counterSettled = this.#counter();
    return this.#counterSettled;
  }

  /** Lets time pass in which nothing is executed. */
  idle(ticks: number): void {
    this.#idleTicks += ticks;
  }

  save(): ProgressState {
    return { instructions: this.instructions, idleTicks: this.#idleTicks };
  }

  /** To be called when v86's counter has been put back as well. */
  restore(state: ProgressState): void {
    this.#instructionsSettled = state.instructions;
    this.#counterSettled = this.#counter();
    this.#idleTicks = state.idleTicks;
  }
}
