/** Measures the phases of a guest's life: instructions, guest time and wall time of each, in order. */
import type { Phase, PhaseName } from '../result.ts';
import type { WallClock } from '../wall-clock.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

interface Counters {
  readonly instructions: number;
  readonly virtualNanoseconds: number;
}

export class PhaseRecorder {
  readonly #clock: WallClock;
  #phases: readonly Phase[] = [];

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  get phases(): readonly Phase[] {
    return this.#phases;
  }

  /** Forgets all phases: from here on another run is measured. */
  restart(): void {
    this.#phases = [];
  }

  /** Starts measuring; the function returned ends it. Pieces of one phase that follow one another are added up. */
  start(name: PhaseName, counters: Counters): (counters: Counters) => void {
    const { instructions, virtualNanoseconds } = counters;
    const startedAt = this.#clock();
    return (end) => {
      this.add({
        name,
        instructions: end.instructions - instructions,
        virtualMs: (end.virtualNanoseconds - virtualNanoseconds) / NANOSECONDS_PER_MILLISECOND,
        wallMs: this.#clock() - startedAt,
      });
    };
  }

  add(phase: Phase): void {
    const last = this.#phases.at(-1);
    if (last?.name !== phase.name) {
      this.#phases = [...this.#phases, phase];
      return;
    }
    const sum = {
      name: phase.name,
      instructions: last.instructions + phase.instructions,
      virtualMs: last.virtualMs + phase.virtualMs,
      wallMs: last.wallMs + phase.wallMs,
    };
    this.#phases = [...this.#phases.slice(0, -1), sum];
  }
}

/** All phases added up. */
export function totalOf(phases: readonly Phase[]): Omit<Phase, 'name'> {
  return {
    instructions: phases.reduce((sum, phase) => sum + phase.instructions, 0),
    virtualMs: phases.reduce((sum, phase) => sum + phase.virtualMs, 0),
    wallMs: phases.reduce((sum, phase) => sum + phase.wallMs, 0),
  };
}
