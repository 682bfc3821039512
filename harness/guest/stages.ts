/** Measures the stages in which the harness takes a guest through its life, such as load, run and restore: instructions, guest time and wall time of each, in order. */
import type { Stage, StageName } from './result.ts';
import type { WallClock } from './wall-clock.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

interface Counters {
  readonly instructions: number;
  readonly virtualNanoseconds: number;
}

export class StageRecorder {
  readonly #clock: WallClock;
  #stages: readonly Stage[] = [];

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  get stages(): readonly Stage[] {
    return this.#stages;
  }

  /** Forgets all stages: from here on another run is measured. */
  restart(): void {
    this.#stages = [];
  }

  /** Starts measuring; the function returned ends it. Pieces of one stage that follow one another are added up. */
  start(name: StageName, counters: Counters): (counters: Counters) => void {
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

  add(stage: Stage): void {
    const last = this.#stages.at(-1);
    if (last?.name !== stage.name) {
      this.#stages = [...this.#stages, stage];
      return;
    }
    const sum = {
      name: stage.name,
      instructions: last.instructions + stage.instructions,
      virtualMs: last.virtualMs + stage.virtualMs,
      wallMs: last.wallMs + stage.wallMs,
    };
    this.#stages = [...this.#stages.slice(0, -1), sum];
  }
}

/** All stages added up. */
export function totalOf(stages: readonly Stage[]): Omit<Stage, 'name'> {
  return {
    instructions: stages.reduce((sum, stage) => sum + stage.instructions, 0),
    virtualMs: stages.reduce((sum, stage) => sum + stage.virtualMs, 0),
    wallMs: stages.reduce((sum, stage) => sum + stage.wallMs, 0),
  };
}
