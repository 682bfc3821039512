/**
 * A snapshot as values, between a machine and a file: what the writer takes and the reader gives back.
 *
 * What must hold: nothing here is tied to a machine, a process or a place on disk.
 */
import type { ComponentIdentity, OptionValue } from '../guest/identity.ts';
import type { PlainData } from './plain-data.ts';

/** The emulator: its version, and the digest of the code whose memory layout the state follows. */
export interface EmulatorIdentity {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** Everything that went into the machine a snapshot was taken from. */
export interface SnapshotIdentity {
  readonly emulator: EmulatorIdentity;
  readonly kernel: ComponentIdentity;
  readonly program: ComponentIdentity;
  /** Null when the guest was booted without a volume. */
  readonly ramfs: ComponentIdentity | null;
  /** The host's options that a guest can see: memory size, command line, kernel arguments, seed, clock. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** The last kernel call before a snapshot, or the one it was taken at, by its place in the run. */
export interface SnapshotCall {
  /** How many kernel calls came before it. */
  readonly index: number;
  readonly number: number;
  readonly name: string;
}

/** When a snapshot was taken. */
export interface SnapshotMoment {
  readonly instructions: number;
  readonly virtualNanoseconds: number;
  /** Null when there was none before it. */
  readonly kernelCall: SnapshotCall | null;
}

/** One page of guest RAM that is not all zero. */
export interface GuestPage {
  /** Physical address divided by 4096. */
  readonly number: number;
  /** 4096 bytes; read only. */
  readonly bytes: Uint8Array;
}

/** All of a snapshot. */
export interface SnapshotContents {
  readonly identity: SnapshotIdentity;
  readonly moment: SnapshotMoment;
  /** Size of guest RAM. */
  readonly memoryBytes: number;
  /** Processor and devices, as the emulator serializes them. */
  readonly machine: PlainData;
  /** The monitor's own state. */
  readonly monitor: PlainData;
  /** The pages that are not all zero, ascending. */
  readonly pages: Iterable<GuestPage>;
  /** Code compiled from the guest's pages, as the emulator serializes it. */
  readonly modules?: Uint8Array;
}
