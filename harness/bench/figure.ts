/** What a figure of the benchmark is: one number with a name, measured by a file of figures/. */
import { medianOf } from '../study/median.ts';

/** One thing to measure, ready to be measured again and again. */
export interface Measurement {
  /** One sample, in the figure's unit. */
  sample(): Promise<number> | number;
  /** Frees what the measurement holds. */
  dispose?(): Promise<void> | void;
}

export interface Figure {
  /** The name in the JSON; part of the benchmark's promise. */
  readonly name: string;
  readonly unit: string;
  /** What is measured, in a few words. */
  readonly meaning: string;
  /** The most that is acceptable, or the least with `better: 'higher'`; shown, never a reason to fail. */
  readonly target?: number;
  readonly better?: 'lower' | 'higher';
  /** Samples to take; the median counts. */
  readonly samples: number;
  /** Samples before those, whose results do not count: code caches fill, V8 optimizes. */
  readonly warmUp: number;
  /** One line for people where this machine cannot measure the figure; undefined where it can. */
  whyNot?(): Promise<string | undefined>;
  prepare(): Promise<Measurement>;
}

/** What came of a figure. */
export interface FigureResult {
  readonly figure: Figure;
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Takes the samples of a figure. */
export async function measure(figure: Figure): Promise<FigureResult> {
  const measurement = await figure.prepare();
  try {
    for (let i = 0; i < figure.warmUp; i++) await measurement.sample();
    const samples = [];
    for (let i = 0; i < figure.samples; i++) samples.push(await measurement.sample());
    return {
      figure,
      median: medianOf(samples),
      minimum: Math.min(...samples),
      maximum: Math.max(...samples),
    };
  } finally {
    await measurement.dispose?.();
  }
}
