/**
 * Why a debugged guest stands where it stands: one value of a union, told apart by `kind`.
 *
 * What must hold: `instructions` is the place in history; going there again finds the same guest.
 */
import type { RecordedCall } from './history.ts';
import type { CrashReport, ProtocolViolation, Stop } from '../guest/stop.ts';
import type { CallResult } from './call-result.ts';
import type { FaultFrame } from './fault-gates.ts';

/** What every stop has. */
interface Place {
  /** Instruction count the guest stands at. */
  readonly instructions: number;
  /** The stop point that was met first; undefined where the command itself asked to stop here. */
  readonly point?: number;
  /** All stop points that were met here. */
  readonly points?: readonly number[];
}

export type DebugStop = Place &
  (
    | { readonly kind: 'call'; readonly call: RecordedCall }
    /** The call has come back: the guest stands in the program, behind its INT. */
    | { readonly kind: 'return'; readonly call: RecordedCall; readonly result: CallResult }
    /** Before the instruction at this address. */
    | { readonly kind: 'breakpoint'; readonly address: number }
    /**
     * A watched range was touched. Forwards, the guest stands behind the instruction that did it; backwards, before it.
     * `previous` and `value` are the bytes before and behind it.
     */
    | {
        readonly kind: 'watchpoint';
        readonly address: number;
        readonly access: 'read' | 'write';
        readonly previous: Uint8Array;
        readonly value: Uint8Array;
      }
    /** The processor has raised an exception: before the first instruction of the kernel's handler. */
    | { readonly kind: 'fault'; readonly fault: FaultFrame }
    /** As many instructions as asked for were executed, or undone. */
    | { readonly kind: 'step' }
    /** The instruction count asked for. */
    | { readonly kind: 'reached' }
    /** The first instruction of history: there is nothing before. */
    | { readonly kind: 'start' }
    /** The caller gave up waiting; the guest can go on. */
    | { readonly kind: 'interrupted' }
    | { readonly kind: 'exit'; readonly status: number; readonly panic?: string }
    | { readonly kind: 'crash' | 'halted'; readonly crash: CrashReport }
    | { readonly kind: 'protocol-error'; readonly violation: ProtocolViolation; readonly crash: CrashReport }
    /** The kernel asked for a snapshot, or obeyed a pause request; standard input has nothing yet. */
    | { readonly kind: 'snapshot' | 'paused' | 'input' }
  );

export type DebugStopKind = DebugStop['kind'];

/** True where the guest's run is over: it can only go back. */
export function isEnd(stop: DebugStop): boolean {
  return stop.kind === 'exit' || stop.kind === 'crash' || stop.kind === 'halted';
}

/** A stop of the guest itself, as the debugger tells it. */
export function fromGuestStop(stop: Stop, instructions: number): DebugStop {
  switch (stop.kind) {
    case 'exit':
      return { ...stop, instructions };
    case 'crash':
    case 'halted':
      return { kind: stop.kind, crash: stop.crash, instructions };
    case 'protocol-error':
      return { kind: 'protocol-error', violation: stop.violation, crash: stop.crash, instructions };
    case 'snapshot':
    case 'paused':
    case 'input':
      return { kind: stop.kind, instructions };
    case 'breakpoint':
      return { kind: 'breakpoint', address: stop.address, instructions };
    case 'watchpoint':
    case 'kernel-call':
    case 'reached':
    case 'deadline':
    case 'requested':
      return { kind: 'reached', instructions };
  }
}
