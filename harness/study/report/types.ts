/**
 * What a start-up report shows, as plain JSON values: the study writes it, the report draws it, and the report of the
 * next day compares itself with it.
 *
 * Instructions and calls are exact and the same on every machine; wall milliseconds are this machine's own.
 */

/** Wall times of repeated runs in a machine that has compiled their code before, in milliseconds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** What was counted of one run: the same on every machine. */
export interface ExactFigures {
  /** Guest instructions from reset, or from the snapshot, to exit. */
  readonly instructions: number;
  /** How often the program entered the kernel. */
  readonly kernelCalls: number;
  /**
   * 4 KiB pages mapped for the program whose accessed bit is set when it exits; null for a run from a snapshot, in which
   * the bits tell of the time before too.
   */
  readonly pagesTouched: number | null;
  /** Distinct 4 KiB pages of the program's code that were executed. */
  readonly codePages: number;
  /** Program and ramfs together, in bytes. */
  readonly imageBytes: number;
  readonly virtualMs: number;
}

/** What was measured of one build of the guest. */
export interface Figures extends ExactFigures {
  readonly wallMs: Spread;
}

/** Whether what the reference said of a change holds on this guest. */
export interface Verdict {
  readonly holds: 'yes' | 'no';
  /** One sentence, with the figures it rests on. */
  readonly why: string;
}

/** One row of the study: a build or a way of running it, compared with the reference build. */
export interface VariantRow {
  readonly name: string;
  /** What is different from the reference, in words. */
  readonly change: string;
  readonly figures: Figures;
  readonly phases: readonly Phase[];
  /** The release of CPython and where its run starts; absent for the usual release. */
  readonly release?: { readonly python: string; readonly from: 'reset' | 'snapshot' };
  /** What the reference says of the change; absent where it says nothing. */
  readonly claim?: {
    /** Its own words. */
    readonly says: string;
    /** Milliseconds that the change is said to save; absent where it gives no number. */
    readonly savesMs?: number;
    /** The same as a share of the reference's boot, as the bars show it: above 0 for what this row gives up. */
    readonly share?: number;
  };
  readonly verdict?: Verdict;
}

/** A stretch of a run between two symbol boundaries; instruction counts are counted from reset. */
export interface Phase {
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

/** What is to be known of the report before, besides what moved since. */
export interface ComparedWith {
  /** When it was made, ISO 8601. */
  readonly created: string;
  /** Rows that only this report has. */
  readonly added: readonly string[];
  /** Rows that only the one before has. */
  readonly gone: readonly string[];
}

export interface StartupReport {
  /** Raised when a field changes its meaning or disappears. */
  readonly version: 2;
  readonly title: string;
  /** When it was made, ISO 8601; handed in, so that the same study gives the same bytes. */
  readonly created: string;
  /** What it was measured on and with: one line each, such as `v86` and its version. */
  readonly environment: Readonly<Record<string, string>>;
  /** The row that all others are compared with. */
  readonly reference: VariantRow;
  readonly variants: readonly VariantRow[];
  readonly phases: readonly Phase[];
  readonly calls: readonly CallMark[];
  /** Instructions between two samples. */
  readonly sampleInterval: number;
  readonly stacks: readonly StackSample[];
  readonly cold: Figures;
  readonly restored: Figures;
  /** Undefined when there is no report to compare with; empty when nothing moved. */
  readonly changes?: readonly Change[];
  /** The report that it was compared with. */
  readonly comparedWith?: ComparedWith;
}
