/**
 * What a start-up report shows, as plain JSON values: the study writes it, the report draws it, and the report of the
 * next day compares itself with it.
 *
 * Instructions and calls are exact and the same on every machine; wall milliseconds are this machine's own.
 */

/** Wall times of repeated runs, in milliseconds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** What was measured of one build of the guest. */
export interface Figures {
  /** Guest instructions from reset to exit. */
  readonly instructions: number;
  /** How often the program entered the kernel. */
  readonly kernelCalls: number;
  /** 4 KiB pages mapped for the program whose accessed bit is set when it exits. */
  readonly pagesTouched: number;
  /** Distinct 4 KiB pages that instructions were fetched from. */
  readonly codePages: number;
  /** Program and ramfs together, in bytes. */
  readonly imageBytes: number;
  readonly virtualMs: number;
  readonly wallMs: Spread;
}

/** Whether what the reference said of a change holds on this guest. */
export interface Verdict {
  readonly holds: 'yes' | 'no' | 'not measurable';
  /** One sentence. */
  readonly why: string;
}

/** One row of the study: a build or a way of running it, compared with the reference build. */
export interface VariantRow {
  readonly name: string;
  /** What is different from the reference, in words. */
  readonly change: string;
  readonly figures: Figures;
  /** Milliseconds that the reference says the change saves; absent where it says nothing. */
  readonly claimedMs?: number;
  readonly verdict?: Verdict;
}

/** A stretch of a run between two symbol boundaries; instruction counts are counted from reset. */
export interface PhaseSpan {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** One kernel call as a mark on the time line. */
export interface CallMark {
  readonly name: string;
  readonly at: number;
  /** Instructions until it returned. */
  readonly duration: number;
}

/** A call stack, outermost function first, and how many samples were taken in it. */
export interface StackSample {
  readonly frames: readonly string[];
  readonly samples: number;
}

/** One figure that moved since the report before. */
export interface Change {
  readonly row: string;
  readonly figure: string;
  readonly before: number;
  readonly after: number;
}

export interface StartupReport {
  /** Raised when a field changes its meaning or disappears. */
  readonly version: 1;
  readonly title: string;
  /** When it was made, ISO 8601; handed in, so that the same study gives the same bytes. */
  readonly created: string;
  /** What it was measured on and with: one line each, such as `v86` and its version. */
  readonly environment: Readonly<Record<string, string>>;
  /** The row that all others are compared with. */
  readonly reference: VariantRow;
  readonly variants: readonly VariantRow[];
  readonly phases: readonly PhaseSpan[];
  readonly calls: readonly CallMark[];
  /** Instructions between two samples. */
  readonly sampleInterval: number;
  readonly stacks: readonly StackSample[];
  readonly cold: Figures;
  readonly restored: Figures;
  /** Undefined when there is no report to compare with; empty when nothing moved. */
  readonly changes?: readonly Change[];
}
