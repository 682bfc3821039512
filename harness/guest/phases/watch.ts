/** Where the instructions of a run went, by symbol boundaries; watching for them changes nothing in the run. */
import type { SymbolSource } from '../crash-report.ts';
import type { Guest } from '../guest.ts';
import type { GuestPhase } from '../result.ts';
import { wallClock } from '../wall-clock.ts';
import type { WallClock } from '../wall-clock.ts';
import { FIRST_PHASE, pythonBoundaries } from './boundaries.ts';
import type { Boundary } from './boundaries.ts';
import { placesIn, placesOf } from './boundary-addresses.ts';
import { ProcessPhases } from './process-phases.ts';

interface Entry {
  readonly phase: string;
  readonly instructions: number;
  readonly wallMs: number;
}

export interface PhaseOptions {
  /** Name of what comes before the first boundary: by default what a guest does from its reset. */
  readonly first?: string;
  readonly boundaries?: readonly Boundary[];
  /** Where the boundaries' addresses come from. Default: the files that the guest was made of. */
  readonly symbols?: SymbolSource;
  /** Default: the host's. */
  readonly clock?: WallClock;
}

/** Notes when each boundary is first reached. Attach before the guest runs. */
export class PhaseWatch {
  readonly #guest: Guest;
  readonly #clock: WallClock;
  readonly #entries: Entry[] = [];
  /** Of a guest with several programs. */
  readonly #several: ProcessPhases | undefined;

  constructor(guest: Guest, options: PhaseOptions = {}) {
    const { first = FIRST_PHASE, boundaries = pythonBoundaries, clock = wallClock } = options;
    const { symbols: files = guest.symbolFiles } = options;
    this.#guest = guest;
    this.#clock = clock;
    if ((files.bundled?.().length ?? 0) > 1) {
      this.#several = new ProcessPhases(guest, files, { first, boundaries, running: () => this.#running() });
      return;
    }
    const places = placesIn(files, boundaries);
    for (const boundary of boundaries) {
      const { phase, afterReturn } = boundary;
      this.#atFirst(placesOf(boundary, places), () => {
        this.#enter(phase);
        if (afterReturn === undefined) return;
        const { linear, registers } = guest.machine;
        this.#atFirst([linear.read32(registers.get('esp'))], () => {
          this.#enter(afterReturn);
        });
      });
    }
    this.#enter(first);
  }

  /** The clock, standing still while the guest is captured. */
  #running(): number {
    return this.#clock() - this.#guest.captureMs;
  }

  /** Calls the handler once, when the first of some addresses is executed. */
  #atFirst(addresses: readonly number[], handler: () => void): void {
    const removals = addresses.map((address) =>
      this.#guest.machine.onExecute(address, () => {
        for (const remove of removals) remove();
        handler();
      }),
    );
  }

  #enter(phase: string): void {
    this.#entries.push({ phase, instructions: this.#guest.machine.instructions, wallMs: this.#running() });
  }

  /**
   * The phases up to where the guest stands now; they follow one another without gaps. Where several programs run, each process has its own,
   * and they overlap.
   */
  get phases(): GuestPhase[] {
    if (this.#several !== undefined) return this.#several.phases;
    const end = { instructions: this.#guest.machine.instructions, wallMs: this.#running() };
    return this.#entries.map(({ phase, instructions, wallMs }, index) => {
      const next = this.#entries[index + 1] ?? end;
      return { name: phase, from: instructions, to: next.instructions, wallMs: next.wallMs - wallMs };
    });
  }
}
