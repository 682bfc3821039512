/** A guest at one instant, as a value: what a capture gives and a restore takes. */
import type { MachineImage } from '../../emulator/types.ts';
import type { GuestIdentity } from './identity.ts';
import type { CallHistory } from './kernel-calls/call-ring.ts';
import type { MonitorState } from './monitor/monitor.ts';
import { INPUT_START } from './monitor/standard-input.ts';

/** Standard input at one instant. */
export interface SnapshotInput {
  /** What the monitor's position counts pieces of; undefined when it counts the carried ones alone. */
  readonly source?: object;
  /** Pieces from before those of the source. */
  readonly carried: readonly Uint8Array[];
  /** The first piece of the source that comes after the carried ones. */
  readonly start: number;
  /**
   * True when the source only goes on after what another guest, or a file, had left unread: no other guest's source is like
   * it, whatever its options.
   */
  readonly continued: boolean;
  /** What the host had handed over and the guest had not read. */
  readonly unread: readonly Uint8Array[];
}

/**
 * A guest at one instant: machine, monitor and the history of its kernel calls. A value: it can be restored any number of
 * times, into any guest of the same identity.
 */
export interface GuestSnapshot {
  readonly machine: MachineImage;
  readonly monitor: MonitorState;
  readonly calls: CallHistory;
  readonly identity: GuestIdentity;
  readonly input: SnapshotInput;
}

/** What a restore does with the guest's clock. Guest time never goes backwards from the snapshot's own time. */
export type ClockRule =
  /** It goes on from the snapshot's time: the default, and the only one that repeats a run exactly. */
  | 'continue'
  /** It jumps forward by so many nanoseconds. */
  | { readonly advanceNanoseconds: bigint }
  /** It jumps forward to a time since 1970, in nanoseconds, or stays if that has passed. */
  | { readonly atLeast: bigint };

/** A snapshot whose unread input needs no source: it can leave the process. */
export function withInputCarried(snapshot: GuestSnapshot): GuestSnapshot {
  const { unread } = snapshot.input;
  const streams = { ...snapshot.monitor.streams, input: INPUT_START };
  return {
    ...snapshot,
    monitor: { ...snapshot.monitor, streams },
    input: { carried: unread, start: 0, continued: true, unread },
  };
}
