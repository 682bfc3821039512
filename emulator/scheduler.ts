/**
 * Virtual time and what happens at which moment of it.
 *
 * Time is counted in whole ticks: one per guest instruction, plus those skipped while the processor was halted. What
 * must hold: alarms that fall on the same tick ring in the order in which they were set.
 */

/** The fastest that a guest's time can be counted: instructions per microsecond. */
export const MOST_TICKS_PER_MICROSECOND = 7000;

/** Something that rings once at a tick. */
export interface Alarm {
  /** Rings at an absolute tick; replaces an earlier setting. */
  setAt(tick: number): void;
  cancel(): void;
}

/** When one alarm rings, and its place among those set before and after it. Null: not set. */
export type AlarmState = { readonly tick: number; readonly order: number } | null;

interface Entry {
  readonly ring: () => void;
  state: AlarmState;
}

export class Scheduler {
  /** The present tick, from the machine that owns the scheduler. */
  readonly now: () => number;
  readonly ticksPerMicrosecond: number;
  readonly #entries: Entry[] = [];
  #nextOrder = 0;
  /** {@link nextTick}, until an alarm changes. */
  #knownNext: number | undefined;
  readonly #changed: () => void;

  /** `changed` is called whenever the earliest alarm may have moved. */
  constructor(now: () => number, ticksPerMicrosecond: number, changed: () => void) {
    this.now = now;
    this.ticksPerMicrosecond = ticksPerMicrosecond;
    this.#changed = changed;
  }

  /** Makes an alarm. Devices do this once, always in the same order: the saved state goes by that order. */
  alarm(ring: () => void): Alarm {
    const entry: Entry = { ring, state: null };
    this.#entries.push(entry);
    return {
      setAt: (tick) => {
        this.#set(entry, { tick, order: this.#nextOrder++ });
        this.#changed();
      },
      cancel: () => {
        this.#set(entry, null);
        this.#changed();
      },
    };
  }

  #set(entry: Entry, state: AlarmState): void {
    entry.state = state;
    this.#knownNext = undefined;
  }

  #earliest(): { entry: Entry; tick: number } | undefined {
    let found: { entry: Entry; tick: number; order: number } | undefined;
    for (const entry of this.#entries) {
      if (entry.state === null) continue;
      const { tick, order } = entry.state;
      if (found === undefined || tick < found.tick || (tick === found.tick && order < found.order)) {
        found = { entry, tick, order };
      }
    }
    return found;
  }

  /** The tick of the earliest alarm, or Infinity. */
  nextTick(): number {
    this.#knownNext ??= this.#earliest()?.tick ?? Infinity;
    return this.#knownNext;
  }

  /** Rings all alarms that are due, in order; one set meanwhile for the present rings too. */
  ringDue(): void {
    while (this.nextTick() <= this.now()) {
      const entry = this.#earliest()?.entry;
      if (entry === undefined) return;
      this.#set(entry, null);
      entry.ring();
    }
  }

  /** Ticks from a number of periods of a frequency, rounded up: the first tick at which they have all passed. */
  ticksOf(periods: number, hertz: number): number {
    const ticksPerSecond = this.ticksPerMicrosecond * 1e6;
    const seconds = Math.floor(periods / hertz);
    return seconds * ticksPerSecond + Math.ceil(((periods - seconds * hertz) * ticksPerSecond) / hertz);
  }

  /** Whole periods of a frequency that have passed at a tick. */
  periodsAt(tick: number, hertz: number): number {
    const ticksPerSecond = this.ticksPerMicrosecond * 1e6;
    const seconds = Math.floor(tick / ticksPerSecond);
    return seconds * hertz + Math.floor(((tick - seconds * ticksPerSecond) * hertz) / ticksPerSecond);
  }

  save(): { alarms: AlarmState[]; nextOrder: number } {
    return { alarms: this.#entries.map((entry) => entry.state), nextOrder: this.#nextOrder };
  }

  restore(state: { readonly alarms: readonly AlarmState[]; readonly nextOrder: number }): void {
    this.#entries.forEach((entry, i) => {
      this.#set(entry, state.alarms[i] ?? null);
    });
    this.#nextOrder = state.nextOrder;
  }
}
