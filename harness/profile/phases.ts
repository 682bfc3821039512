/** Where the instructions of a run went, by symbol boundaries; watching for them changes nothing in the run. */
import type { Guest } from '../guest.ts';
import type { GuestSymbols } from '../symbols/index.ts';
import type { WallClock } from '../wall-clock.ts';
import { FIRST_PHASE, pythonBoundaries, SPECIALIZED_SUFFIXES } from './boundaries.ts';
import type { Boundary } from './boundaries.ts';

/** A stretch of a run. Instruction counts are since reset. */
export interface PhaseSpan {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Wall milliseconds the stretch took. */
  readonly wallMs: number;
}

interface Entry {
  readonly phase: string;
  readonly instructions: number;
  readonly wallMs: number;
}

function addressOf(symbols: GuestSymbols, name: string): number | undefined {
  for (const suffix of SPECIALIZED_SUFFIXES) {
    const found = symbols.named(name + suffix);
    if (found !== undefined) return found.address;
  }
  return undefined;
}

/** Notes when each boundary is first reached. Attach before the guest runs. */
export class PhaseWatch {
  readonly #guest: Guest;
  readonly #clock: WallClock;
  readonly #entries: Entry[] = [];

  constructor(
    guest: Guest,
    symbols: GuestSymbols,
    clock: WallClock,
    boundaries: readonly Boundary[] = pythonBoundaries,
  ) {
    this.#guest = guest;
    this.#clock = clock;
    this.#enter(FIRST_PHASE);
    for (const { phase, symbol } of boundaries) {
      const address = addressOf(symbols, symbol);
      if (address === undefined) continue;
      const remove = guest.machine.onExecute(address, () => {
        remove();
        this.#enter(phase);
      });
    }
  }

  #enter(phase: string): void {
    this.#entries.push({ phase, instructions: this.#guest.machine.instructions, wallMs: this.#clock() });
  }

  /** The phases up to where the guest stands now; they follow one another without gaps. */
  get spans(): PhaseSpan[] {
    const end = { instructions: this.#guest.machine.instructions, wallMs: this.#clock() };
    return this.#entries.map(({ phase, instructions, wallMs }, index) => {
      const next = this.#entries[index + 1] ?? end;
      return { name: phase, from: instructions, to: next.instructions, wallMs: next.wallMs - wallMs };
    });
  }
}
