/**
 * A guest's snapshot as the contents of a file and back: what joins the file format, the emulator's image and the monitor's
 * state. Touches no file.
 *
 * What must hold: what comes out of a file says the same in each of its parts; a manifest that contradicts the state it
 * stands before is refused like a flipped bit.
 */
import {
  deserializeImage,
  emulatorVersion,
  ImageDataError,
  OtherEmulatorError,
  serializeImage,
  type MachineImage,
} from '../../emulator/index.ts';
import { withInputCarried } from '../guest/guest-snapshot.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import type { SnapshotContents, SnapshotMoment } from './contents.ts';
import { decodeGuestState, encodeGuestState, type GuestState } from './guest-state.ts';
import type { PlainData } from './plain-data.ts';

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
