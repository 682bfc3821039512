/**
 * What the protocol needs of whatever is debugged: no more than gdb's packets can ask.
 *
 * commands.ts speaks to this interface alone, so that it can be tested without a guest.
 */

/** How gdb lets the target go. */
export type ResumeAction =
  | { readonly kind: 'continue' | 'step' | 'reverse-continue' | 'reverse-step' }
  /** Steps as long as the program counter lies in [start, end). */
  | { readonly kind: 'range-step'; readonly start: number; readonly end: number };

/** Why the target stopped, as far as gdb wants to know it. */
export type StopReason =
  | { readonly kind: 'software-breakpoint' | 'hardware-breakpoint' }
  | { readonly kind: 'watch'; readonly access: 'read' | 'write' | 'access'; readonly address: number }
  | { readonly kind: 'call-entry' | 'call-return'; readonly number: number }
  /** There is no more history in the direction of travel. */
  | { readonly kind: 'history-begin' | 'history-end' };

export type TargetStop =
  | {
      readonly kind: 'stopped';
      /** In gdb's own numbering, see {@link Signal}. */
      readonly signal: number;
      readonly thread: number;
      readonly reason?: StopReason;
      /** One line for the user, shown before the stop. */
      readonly note?: string;
    }
  | { readonly kind: 'exited'; readonly status: number };

/** Signals in gdb's numbering. Source: GDB, include/gdb/signals.def. */
export const Signal = { none: 0, interrupt: 2, trap: 5, segmentationFault: 11 } as const;

/** What `Z` packets set. The numbers are the protocol's. */
export const breakpointKinds = {
  0: 'software',
  1: 'hardware',
  2: 'write',
  3: 'read',
  4: 'access',
} as const;

export type BreakpointKind = (typeof breakpointKinds)[keyof typeof breakpointKinds];

export interface TargetThread {
  /** Positive. */
  readonly id: number;
  /** For people, such as `blocked`. */
  readonly description: string;
}

/** Methods that change something answer false when it cannot be done; they never throw for what gdb asks. */
export interface GdbTarget {
  threads(): readonly TargetThread[];
  currentThread(): number;
  /** Bytes of a register in the order of target-description.ts; undefined when it does not exist. */
  readRegister(thread: number, index: number): Uint8Array | undefined;
  writeRegister(thread: number, index: number, bytes: Uint8Array): boolean;
  /** The longest readable part of a range from its start. */
  readMemory(address: number, length: number): Uint8Array;
  writeMemory(address: number, bytes: Uint8Array): boolean;
  insertBreakpoint(kind: BreakpointKind, address: number, length: number): boolean;
  removeBreakpoint(kind: BreakpointKind, address: number, length: number): boolean;
  /** Calls to stop at, on entry and return: numbers, all of them, or none. */
  catchCalls(calls: readonly number[] | 'all' | 'none'): boolean;
  /** Why the target stands where it stands. */
  stop(): TargetStop;
  /** Lets the target go; resolves when it has stopped, at the latest shortly after the signal. */
  resume(action: ResumeAction, signal: AbortSignal): Promise<TargetStop>;
  /** Runs a command of the `monitor` kind; what it prints goes to `print`. The signal stops a target that it lets go. */
  monitor(line: string, print: (text: string) => void, signal: AbortSignal): Promise<void>;
}
