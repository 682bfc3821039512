/**
 * One thing at a time lets the guest run; what an editor asks for meanwhile is done when the guest stands.
 *
 * A run to the next stop point is broken off for that and taken up again, so that a breakpoint set meanwhile counts at
 * once; a step is let come to its end.
 */
import { inBackground } from '../index.ts';
import type { Operation } from '../index.ts';
import type { DebugStop } from '../debug-stop.ts';

interface Running {
  readonly abort: AbortController;
  readonly resumable: boolean;
  readonly waiting: (() => void)[];
  /** It is not taken up again. */
  ended: boolean;
}

export class Runner {
  readonly #onStand: () => void;
  #running: Running | undefined;

  /** @param onStand Called whenever the guest has run and stands again. */
  constructor(onStand: () => void) {
    this.#onStand = onStand;
  }

  get runs(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Lets the guest run.
   *
   * @param make Begins the operation, anew after each time it was broken off.
   * @param resumable True for a run to the next stop point.
   * @returns Where it ended; undefined if it was paused.
   */
  async run(make: () => Operation<DebugStop>, resumable: boolean): Promise<DebugStop | undefined> {
    for (;;) {
      const running = this.#begin(resumable);
      try {
        const stop = await inBackground(make(), running.abort.signal);
        if (stop !== undefined || running.ended) return stop;
      } finally {
        this.#end(running);
      }
    }
  }

  /** Does something that may let the guest run, and can be interrupted. */
  async during(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = this.#begin(false);
    try {
      await work(running.abort.signal);
    } finally {
      this.#end(running);
    }
  }

  /** Breaks off whatever runs, for good. */
  pause(): void {
    if (this.#running === undefined) return;
    this.#running.ended = true;
    this.#running.abort.abort();
  }

  /** Does something while the guest stands: at once, or when it next does. */
  whenStanding(action: () => void): void {
    const running = this.#running;
    if (running === undefined) {
      action();
      return;
    }
    running.waiting.push(action);
    if (running.resumable) running.abort.abort();
  }

  #begin(resumable: boolean): Running {
    this.#running = { abort: new AbortController(), resumable, waiting: [], ended: false };
    return this.#running;
  }

  #end({ waiting }: Running): void {
    this.#running = undefined;
    this.#onStand();
    for (const action of waiting) action();
  }
}
