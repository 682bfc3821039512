/**
 * What a replay holds: all that a run is a function of, and how it ended where it was recorded.
 *
 * Plain data: a description that goes as JSON, and parts that go as bytes. Touches nothing; the page's worker uses it as well.
 */
import type { EraName } from '../../images/abi/era.ts';
import type { SnapshotContents } from '../snapshots/contents.ts';

export const RECORDING_VERSION = 1;

/** Bytes by name. Symbols are there where the file that runs has none; `input` holds the pieces one after another. */
export type PartName =
  | 'kernel'
  | 'program'
  | 'ramfs'
  | 'kernelSymbols'
  | 'programSymbols'
  | 'input'
  | 'pages'
  | 'machine'
  | 'monitor';

export type RecordingParts = Readonly<Partial<Record<PartName, Uint8Array>>>;

/** A run from its first instruction. The fields are those of {@link BootOptions}. */
export interface BootStart {
  readonly kind: 'boot';
  readonly programName: string;
  readonly commandLine: string;
  readonly kernelArguments: string;
  readonly memoryMiB: number;
  /** Nanoseconds since 1970, in decimal. */
  readonly bootTime: string;
  readonly seed: number;
  readonly instructionsPerMicrosecond: number;
  /** As it was given; told by the guest where it was not. */
  readonly era?: EraName;
  readonly announceMessages: boolean;
}

/** A run from a snapshot, whose pages, machine and monitor are parts. */
export interface SnapshotStart {
  readonly kind: 'snapshot';
  readonly contents: Pick<SnapshotContents, 'identity' | 'moment' | 'memoryBytes'>;
  readonly pageNumbers: readonly number[];
}

/** Where and how the run ended. */
export interface RecordedEnd {
  /** Since reset. */
  readonly instructions: number;
  /** For people, in a few words. */
  readonly text: string;
  /** Digest of the guest's whole state, as `digestImage` makes it; undefined of a guest that crashed. */
  readonly fingerprint?: string;
}

export interface Recording {
  readonly version: typeof RECORDING_VERSION;
  /** What ran, for people. */
  readonly title: string;
  readonly start: BootStart | SnapshotStart;
  /** Lengths of the pieces of standard input, in the order in which they were given. */
  readonly inputPieces: readonly number[];
  readonly end: RecordedEnd;
}

/** A recording with its bytes. */
export interface RecordedRun {
  readonly recording: Recording;
  readonly parts: RecordingParts;
}

/** The pieces of some bytes that lie one after another. */
export function piecesOf(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0;
  return lengths.map((length) => bytes.subarray(at, (at += length)));
}
