/**
 * What page and worker say to one another. Plain values that any thread can be sent; imports nothing, because both sides use it.
 *
 * The page sends one {@link Opening}, then {@link Request}s; each request is answered by one {@link Answer}. Meanwhile the worker
 * tells how far it is ({@link Progress}) and what calls the run makes ({@link CallsMade}), unasked.
 */

/** The contents of the page, as they stand in it: raw deflate as base64. */
export interface Opening {
  readonly kind: 'open';
  readonly texts: Readonly<Record<string, string>>;
}

/** What the reader of the page can ask for. Places are instruction counts since reset. */
export type Asked =
  | { readonly what: 'go'; readonly to: number }
  | { readonly what: 'step' }
  | { readonly what: 'stepBack' }
  | { readonly what: 'continue' }
  | { readonly what: 'reverseContinue' }
  /** A line for the debugger's prompt. */
  | { readonly what: 'command'; readonly line: string }
  /** Nothing moves; what is shown of memory may have changed. */
  | { readonly what: 'look' }
  /** Samples of a stretch, as a flame graph. */
  | { readonly what: 'flames'; readonly from: number; readonly to: number };

export interface Request {
  readonly kind: 'request';
  readonly id: number;
  readonly asked: Asked;
  /** Where to show memory: an address, `$register` or symbol. */
  readonly memoryAt: string;
}

/** Ends what the worker is at, as soon as it can. */
export interface Interruption {
  readonly kind: 'interrupt';
}

export type ToWorker = Opening | Request | Interruption;

/** One call of the run, as `trace` prints it. */
export interface CallRow {
  /** The order in which calls were made. */
  readonly index: number;
  readonly level: 'kernel' | 'posix';
  readonly thread: number;
  readonly depth: number;
  readonly name: string;
  /** Where it was made. */
  readonly at: number;
  /** Instructions to its return; undefined where it never came back. */
  readonly duration?: number;
  readonly failed: boolean;
  readonly line: string;
}

export interface CodeLine {
  readonly address: number;
  readonly bytes: string;
  readonly text: string;
  /** `main+0x12`, where it is known. */
  readonly symbol?: string;
}

/** The guest at one place. */
export interface View {
  readonly place: number;
  readonly start: number;
  readonly end: number;
  /** Why it stands here, as the debugger says it. */
  readonly stop: string;
  /** Guest time since reset. */
  readonly nanoseconds: number;
  readonly registers: readonly (readonly [name: string, value: string])[];
  readonly stack: readonly { readonly address: number; readonly text: string }[];
  readonly code: readonly CodeLine[];
  readonly memory: {
    readonly address: number;
    readonly bytes: readonly number[];
    /** What is wrong with the address asked for. */
    readonly problem?: string;
  };
  /** As the debugger lists them; undefined where they cannot be read. */
  readonly files?: readonly string[];
  readonly threads: readonly { readonly id: number; readonly state: string }[];
  /** What can be stopped at: numbers and what they stand for. */
  readonly stops: readonly { readonly id: number; readonly text: string }[];
  /** Bytes written to each stream so far. */
  readonly written: Readonly<Record<Stream, number>>;
}

export type Stream = 'stdout' | 'stderr' | 'console';

export interface Flame {
  readonly name: string;
  readonly depth: number;
  readonly left: number;
  readonly right: number;
}

export interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly view: View;
  /** What the prompt printed, or what is wrong. */
  readonly said: string;
  readonly flames?: {
    readonly interval: number;
    readonly samples: number;
    readonly frames: readonly Flame[];
  };
}

/** How far the first run is. */
export interface Progress {
  readonly kind: 'progress';
  readonly done: number;
  readonly of: number;
}

export interface CallsMade {
  readonly kind: 'calls';
  readonly rows: readonly CallRow[];
}

/** The first run is over. */
export interface Opened {
  readonly kind: 'opened';
  readonly title: string;
  /** How the recorded run ended. */
  readonly end: string;
  readonly view: View;
  /** All that was written to each stream. */
  readonly output: Readonly<Record<Stream, Uint8Array>>;
}

/** Whether the run ended here as it did where it was recorded. */
export interface Verified {
  readonly kind: 'verified';
  /** Undefined where the recording has none to compare with. */
  readonly same?: boolean;
  readonly fingerprint: string;
}

/** The replay cannot be opened. */
export interface Failed {
  readonly kind: 'failed';
  readonly reason: string;
}

export type FromWorker = Answer | Progress | CallsMade | Opened | Verified | Failed;
