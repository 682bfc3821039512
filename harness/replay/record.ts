/**
 * Takes down a run that is over, so that it can be run again elsewhere: from what the guest was made of, what it read, and how
 * it ended.
 *
 * What must hold: nothing that a run depends on is left out. What a caller did to the guest by hand, such as answering its
 * kernel calls, is no part of it; the fingerprint then tells whoever replays it.
 */
import { digestImage } from '../../emulator/index.ts';
import type { BootPlan } from '../guest/boot.ts';
import type { SymbolSource } from '../guest/crash-report.ts';
import { GuestStateError, InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { GuestIdentity } from '../guest/identity.ts';
import { contentsOf } from '../snapshots/guest-contents.ts';
import { encodePlainData } from '../snapshots/plain-data.ts';
import { RECORDING_VERSION } from './recording.ts';
import type { BootStart, PartName, RecordedRun, SnapshotStart } from './recording.ts';
import { withoutDebugSections } from './symbol-file.ts';

/** Where a run began. */
export type RunStart =
  | { readonly kind: 'boot'; readonly plan: BootPlan }
  | { readonly kind: 'snapshot'; readonly snapshot: GuestSnapshot };

export interface RecordOptions {
  /** What ran, for people. */
  readonly title: string;
  /** How it ended, for people. */
  readonly end: string;
  /** The files that name its addresses, where they are not the guest's own. */
  readonly symbols?: SymbolSource;
}

type Parts = Partial<Record<PartName, Uint8Array>>;

/** Takes down the run of a guest that stands where the replay is to end. */
export function recordRun(guest: Guest, from: RunStart, options: RecordOptions): RecordedRun {
  const { start, parts } = from.kind === 'boot' ? bootOf(from.plan) : snapshotOf(from.snapshot);
  const pieces = guest.inputGiven;
  const fingerprint = fingerprintOf(guest);
  return {
    recording: {
      version: RECORDING_VERSION,
      title: options.title,
      start,
      inputPieces: pieces.map((piece) => piece.length),
      end: {
        instructions: guest.machine.instructions,
        text: options.end,
        ...(fingerprint !== undefined && { fingerprint }),
      },
    },
    parts: {
      ...parts,
      ...symbolsOf(options.symbols ?? guest.symbolFiles, from.kind === 'boot' ? guest.identity : undefined),
      input: Buffer.concat(pieces),
    },
  };
}

/** A guest that crashed cannot be captured: where it stands says enough. */
function fingerprintOf(guest: Guest): string | undefined {
  try {
    return digestImage(guest.capture({ compiled: false }).machine);
  } catch (error) {
    if (error instanceof GuestStateError) return undefined;
    throw error;
  }
}

function bootOf({ files, commandLine, settings, options }: BootPlan): { start: BootStart; parts: Parts } {
  checkReplayable(options);
  const { memoryMiB, kernelArguments, bootTime, seed, instructionsPerMicrosecond, announceMessages } =
    settings;
  return {
    start: {
      kind: 'boot',
      programName: files.programName,
      // A boot puts the program's name and a space in front itself.
      commandLine: commandLine.slice(files.programName.length + 1),
      ...{ kernelArguments, memoryMiB, seed, instructionsPerMicrosecond, announceMessages },
      ...(options.era !== undefined && { era: options.era }),
      bootTime: bootTime.toString(),
    },
    parts: {
      kernel: files.kernel.bytes,
      program: files.program.bytes,
      ...(files.ramfs && { ramfs: files.ramfs.bytes }),
    },
  };
}

/**
 * Says whether a run with these options can be replayed.
 *
 * @throws InputError for a run that depends on more than a recording holds.
 */
export function checkReplayable({ mount }: { readonly mount?: string | undefined }): void {
  if (mount !== undefined)
    throw new InputError(
      'a folder of the host cannot go into a replay: leave out --mount, or give a --ramfs',
    );
}

function snapshotOf(snapshot: GuestSnapshot): { start: SnapshotStart; parts: Parts } {
  const { identity, moment, memoryBytes, machine, monitor, pages } = contentsOf(snapshot);
  const all = [...pages];
  return {
    start: {
      kind: 'snapshot',
      contents: { identity, moment, memoryBytes },
      pageNumbers: all.map(({ number }) => number),
    },
    parts: {
      machine: Buffer.from(encodePlainData(machine)),
      monitor: Buffer.from(encodePlainData(monitor)),
      pages: Buffer.concat(all.map(({ bytes }) => bytes)),
    },
  };
}

/** The files with symbols; those that a boot holds anyway are not taken twice. */
function symbolsOf(symbols: SymbolSource, held: GuestIdentity | undefined): Parts {
  const fileOf = (part: 'kernel' | 'program'): Uint8Array | undefined => {
    if (symbols.sha256[part] === held?.[part].sha256) return undefined;
    const file = symbols[part]();
    return file === undefined ? undefined : withoutDebugSections(file);
  };
  const [kernelSymbols, programSymbols] = [fileOf('kernel'), fileOf('program')];
  return { ...(kernelSymbols && { kernelSymbols }), ...(programSymbols && { programSymbols }) };
}
