/**
 * What a trace records: plain JSON values, one per call.
 *
 * This is the format of `trace --json` and of `trace diff`: newline-delimited JSON, a {@link TraceHeader} first, then one
 * {@link CallRecord} per line, in the order in which calls came back ({@link CallRecord.index} has the order in which they
 * were made), a {@link TraceEnd} last. A field is only ever added; a change of meaning raises {@link TRACE_VERSION}.
 */
import type { StopKind } from '../../guest/stop.ts';
import type { StackFrame } from '../symbols/index.ts';

export const TRACE_VERSION = 1;

/** Where a call was seen: at the kernel's gate, or at the POSIX layer inside the program. */
export type TraceLevel = 'kernel' | 'posix';

/** The first line of a recorded trace: what ran. */
export interface TraceHeader {
  readonly type: 'trace';
  readonly version: typeof TRACE_VERSION;
  readonly levels: readonly TraceLevel[];
  /** SHA-256 of what ran; null where there was no volume. */
  readonly kernel: string;
  readonly program: string;
  readonly ramfs: string | null;
  /** Options of the guest that it can see the effect of. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** One argument, as it was when the call was made; what the call fills in, as it was when the call returned. */
export interface CallArgument {
  readonly name: string;
  /** The word passed, unsigned. */
  readonly value: number;
  /** Decoded, for people: `"/test.py"`, `O_RDONLY|O_CLOEXEC`, `3</test.py>`, `{tv_sec=1, tv_nsec=0}`. */
  readonly text: string;
  /** The call itself writes what this points to, so that `text` is only the pointer until it has come back. */
  readonly out?: true;
}

/** What a call returned. */
export interface CallResultRecord {
  /** The value, signed where the interface says so; a failed call's is the negated error number. */
  readonly value: number;
  readonly text: string;
  /** Name of the error, or its number in decimal where it has no name; only of failed calls. */
  readonly errno?: string;
}

/** How a call ended. */
export type CallCompletion =
  /** It came back. */
  | 'returned'
  /** Someone outside the guest answered in the kernel's place. */
  | 'answered'
  /** It ends the thread or the program, so it never comes back. */
  | 'never-returns'
  /** The program has jumped out of it, as by longjmp from a signal's handler. */
  | 'abandoned'
  /** It had not come back when the trace ended. */
  | 'unfinished';

export interface CallRecord {
  readonly type: 'call';
  /** Counts the calls of a trace from 0, in the order in which they were made. */
  readonly index: number;
  readonly level: TraceLevel;
  /** The call of the same thread that this one was made in: a POSIX call around a kernel call. */
  readonly parent?: number;
  /** How many calls are around this one. */
  readonly depth: number;
  /**
   * Number of the process, in guests that have several. Negative where it is not known: −2 is the second address space that was seen.
   */
  readonly process?: number;
  /** Name of the process's program, where the guest has several and it is known. */
  readonly program?: string;
  /** Identifier of the thread; 0 when the trace began too late to know it. */
  readonly thread: number;
  readonly number: number;
  readonly name: string;
  readonly arguments: readonly CallArgument[];
  /** Instructions executed since reset when the call was made. */
  readonly instructions: number;
  /** Guest time since reset when the call was made, in nanoseconds. */
  readonly nanoseconds: number;
  readonly completion: CallCompletion;
  /** Absent unless the call came back or was answered. */
  readonly result?: CallResultRecord;
  /** Instructions from the call to its return, those of other threads meanwhile included; absent as `result`. */
  readonly duration?: number;
  /** Guest time from the call to its return, in nanoseconds; more than its instructions take where the guest idled. */
  readonly elapsed?: number;
  /** Address of the instruction behind the call. */
  readonly returnAddress: number;
  /** Symbol of that address, where there is one. */
  readonly caller?: string;
  /** The call stack, innermost first, when it was asked for. */
  readonly stack?: readonly StackFrame[];
}

/** A piece of the kernel's console, whole lines where it writes lines, between the calls where it was written. */
export interface LogRecord {
  readonly type: 'log';
  readonly text: string;
  /** Instructions executed since reset when it was written. */
  readonly instructions: number;
  /** Guest time since reset, in nanoseconds. */
  readonly nanoseconds: number;
}

/** The last line of a recorded trace: how the run ended. It is missing where the tracing process was killed. */
export interface TraceEnd {
  readonly type: 'end';
  /** Why the guest came back. */
  readonly outcome: StopKind;
  readonly exitStatus: number;
  /** Since reset. */
  readonly instructions: number;
  readonly nanoseconds: number;
}

/** One line of a recorded trace. */
export type TraceLine = TraceHeader | CallRecord | LogRecord | TraceEnd;
