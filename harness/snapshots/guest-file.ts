/**
 * A guest's snapshot into a file and out of it: what joins the file format, the emulator's image and the monitor's state.
 *
 * What must hold: what comes out of a file says the same in each of its parts; a manifest that contradicts the state it
 * stands before is refused like a flipped bit.
 */
import {
  deserializeImage,
  emulatorVersion,
  ImageDataError,
  loadEmulator,
  OtherEmulatorError,
  serializeImage,
  type MachineImage,
} from '../../emulator/index.ts';
import { userStore } from '../cache/index.ts';
import { withInputCarried, type GuestSnapshot } from '../guest/guest.ts';
import type { SnapshotContents, SnapshotMoment } from './contents.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import { decodeGuestState, encodeGuestState, type GuestState } from './guest-state.ts';
import type { SnapshotManifest } from './manifest.ts';
import type { PlainData } from './plain-data.ts';
import { readSnapshot } from './read.ts';
import { writeSnapshot, type WrittenSnapshot } from './write.ts';

/** A snapshot that came out of a file, and what the file said of itself. */
export interface LoadedSnapshot {
  readonly snapshot: GuestSnapshot;
  readonly manifest: SnapshotManifest;
  /** Length of the file. */
  readonly bytes: number;
}

/** What is written besides the guest itself. */
export interface SaveOptions {
  /**
   * True takes along the code compiled so far, where the snapshot has any ({@link Guest.warm} makes one that has). Left out
   * when not given: for short runs it is not worth its time, and it is used only by who asks for it.
   */
  readonly compiled?: boolean;
}

/** What is taken from a file besides the guest itself. */
export interface LoadOptions {
  /**
   * True uses the compiled code in the file, if it has any. It is a program for the host, locked into the emulator's memory:
   * written to harm it could never come back, or make the guest's results a lie. So it is left alone when not asked for.
   */
  readonly trustCompiled?: boolean;
}

/**
 * Writes a snapshot to a file. What {@link loadSnapshot} would refuse is refused here, before anything is written.
 *
 * @throws {@link SnapshotError} when it cannot be written.
 */
export async function saveSnapshot(
  path: string,
  snapshot: GuestSnapshot,
  options: SaveOptions = {},
): Promise<WrittenSnapshot> {
  const contents = contentsOf(snapshot, options);
  // Pages are bytes of any kind, and compiled code is checked by who trusts it: all else is looked at as a reader does.
  snapshotOf({ ...contents, pages: [] });
  return await writeSnapshot(path, contents);
}

/**
 * Reads and verifies a snapshot file. It fits any guest of the same identity; {@link restoreSnapshot} makes one.
 *
 * @throws {@link SnapshotError}: see FORMAT.md for its kinds.
 */
export async function loadSnapshot(path: string, options: LoadOptions = {}): Promise<LoadedSnapshot> {
  const { contents, manifest, bytes } = await readSnapshot(path, () => {
    // A machine will be wanted next.
    loadEmulator(userStore());
  });
  try {
    return { snapshot: snapshotOf(contents, options), manifest, bytes };
  } catch (error) {
    throw error instanceof SnapshotError ? error.inFile(path) : error;
  }
}

/** A snapshot as the contents of a file. */
export function contentsOf(snapshot: GuestSnapshot, options: SaveOptions = {}): SnapshotContents {
  const { memoryBytes, state, pages, modules } = serializeImage(snapshot.machine, options);
  return {
    identity: { emulator: emulatorVersion(), ...snapshot.identity },
    moment: momentOf(snapshot.machine, snapshot),
    memoryBytes,
    machine: state as unknown as PlainData,
    monitor: encodeGuestState({ ...withInputCarried(snapshot), unreadInput: snapshot.input.unread }),
    pages,
    ...(modules === undefined ? {} : { modules }),
  };
}

/** The snapshot that contents stand for. @throws {@link SnapshotError} of kind `mismatch` or `corrupted`. */
export function snapshotOf(contents: SnapshotContents, options: LoadOptions = {}): GuestSnapshot {
  const { emulator, ...identity } = contents.identity;
  const here = emulatorVersion();
  if (emulator.sha256 !== here.sha256) {
    throw new SnapshotError(
      'mismatch',
      `taken with ${emulator.name} ${emulator.version} (${emulator.sha256.slice(0, 12)}), and this is ${here.name} ` +
        `${here.version} (${here.sha256.slice(0, 12)}): use the release that took it, or take it again`,
    );
  }
  const machine = imageOf(contents, options);
  checkOptions(contents);
  const state = decodeGuestState(contents.monitor);
  checkMoment(contents.moment, momentOf(machine, state));
  const { monitor, calls, unreadInput } = state;
  const input = { carried: unreadInput, start: 0, continued: true, unread: unreadInput };
  return { machine, identity, monitor, calls, input };
}

function imageOf(contents: SnapshotContents, { trustCompiled = false }: LoadOptions): MachineImage {
  const { memoryBytes, machine: state, pages, modules } = contents;
  try {
    return deserializeImage({
      memoryBytes,
      state,
      pages,
      ...(trustCompiled && modules !== undefined ? { modules } : {}),
    });
  } catch (error) {
    if (!(error instanceof ImageDataError)) throw error;
    const kind = error instanceof OtherEmulatorError ? 'mismatch' : 'corrupted';
    throw new SnapshotError(kind, error.message, { cause: error });
  }
}

function momentOf(machine: MachineImage, { calls }: Pick<GuestState, 'calls'>): SnapshotMoment {
  const last = calls.recent.at(-1);
  return {
    instructions: machine.instructions,
    virtualNanoseconds: machine.virtualNanoseconds,
    kernelCall: last === undefined ? null : { index: last.index, number: last.number, name: last.name },
  };
}

/** What a machine is made with is told twice: by the options, and by the state, which is known to be one. */
function checkOptions({ identity, memoryBytes, machine }: SnapshotContents): void {
  const { ticksPerMicrosecond } = machine as Readonly<Record<string, PlainData>>;
  const expected = { memoryMiB: memoryBytes / 2 ** 20, instructionsPerMicrosecond: ticksPerMicrosecond };
  for (const [name, found] of Object.entries(expected)) {
    const said = identity.options[name];
    if (said === found) continue;
    throw new SnapshotError(
      'corrupted',
      `the manifest says ${name} ${JSON.stringify(said)}, and the state says ${JSON.stringify(found)}`,
    );
  }
}

function checkMoment(said: SnapshotMoment, found: SnapshotMoment): void {
  for (const field of ['instructions', 'virtualNanoseconds', 'kernelCall'] as const) {
    const [one, other] = [JSON.stringify(said[field]), JSON.stringify(found[field])];
    if (one !== other) {
      throw new SnapshotError('corrupted', `the manifest says ${field} ${one}, and the state says ${other}`);
    }
  }
}
