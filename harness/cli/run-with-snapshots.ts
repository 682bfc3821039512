/** What `run` does beyond running: takes a snapshot on the way, and tells the phases. */
import { InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { PhaseWatch } from '../guest/phases/watch.ts';
import type { GuestPhase, RunResult } from '../guest/result.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import type { Stop } from '../guest/stop.ts';
import { log } from './log.ts';
import { noteOutputFailure } from './output-failures.ts';
import type { StartOptionValues } from './start-guest.ts';

/** As commander hands them over. */
export interface SnapshotOptionValues extends Pick<StartOptionValues, 'restore' | 'trustCompiled'> {
  readonly snapshotTo?: string;
  readonly snapshotAt?: number;
  readonly snapshotThen: 'continue' | 'exit';
  readonly snapshotCompiled?: boolean;
  /** Both ask for the phases of the run. */
  readonly phases?: true;
  readonly json?: true;
}

/** A run, and whether the snapshot that was asked for was taken. */
export interface SnapshotRun {
  readonly result: RunResult;
  /** One line for people when it was not. */
  readonly missed?: string;
  /** Where the instructions went, if that was asked for. */
  readonly phases?: readonly GuestPhase[];
}

/** Says what cannot be before anything is done. Throws {@link InputError}. */
export function checkSnapshotOptions({
  snapshotTo,
  snapshotAt,
  snapshotCompiled,
}: SnapshotOptionValues): void {
  if (snapshotTo === undefined && snapshotAt !== undefined) {
    throw new InputError('--snapshot-at says when, but not where to: name a file with --snapshot-to');
  }
  if (snapshotTo === undefined && snapshotCompiled === true) {
    throw new InputError('--snapshot-compiled says what, but not where to: name a file with --snapshot-to');
  }
}

/** Runs a guest to its end. A snapshot that cannot be written is told with all that could not, and ends nothing. */
export async function runWithSnapshots(guest: Guest, snapshots: SnapshotOptionValues): Promise<SnapshotRun> {
  const watch = await watchPhases(guest, snapshots);
  const run: SnapshotRun =
    snapshots.snapshotTo === undefined
      ? { result: guest.result(await guest.runToEnd()) }
      : await takeOnTheWay(guest, snapshots.snapshotTo, snapshots);
  return watch === undefined ? run : { ...run, phases: watch.phases };
}

/** Code compiled with watched addresses is of no use to a machine without, so only --phases itself asks for both. */
async function watchPhases(guest: Guest, values: SnapshotOptionValues): Promise<PhaseWatch | undefined> {
  const withCompiledCode = values.snapshotCompiled === true || values.trustCompiled === true;
  if (values.phases !== true && (values.json !== true || withCompiledCode)) return undefined;
  const { PhaseWatch } = await import('../guest/phases/watch.ts');
  if (values.restore === undefined) return new PhaseWatch(guest);
  // To find what the snapshot was made of takes some 30 ms: done for those who ask for nothing else.
  if (values.phases !== true) return new PhaseWatch(guest, { first: 'restored' });
  const { restoredPhases } = await import('./observed-guest.ts');
  return new PhaseWatch(guest, await restoredPhases(guest));
}

async function takeOnTheWay(guest: Guest, path: string, values: SnapshotOptionValues): Promise<SnapshotRun> {
  const { snapshotAt, snapshotThen, snapshotCompiled: compiled = false } = values;
  const stop = await runTo(guest, snapshotAt);
  if (stop.kind !== 'kernel-call' && stop.kind !== 'reached') {
    const where =
      snapshotAt === undefined
        ? 'the program made no snapshot call'
        : `the run ended before instruction ${snapshotAt}`;
    return { result: guest.result(stop), missed: `${path} was not written: ${where}` };
  }
  const { saveSnapshot } = await import('../snapshots/guest-file.ts');
  try {
    const { bytes } = await saveSnapshot(path, guest.capture({ compiled }), { compiled });
    await log('debug', 'saved a snapshot', { file: path, bytes, instructions: guest.machine.instructions });
  } catch (error) {
    if (!(error instanceof SnapshotError) || error.kind !== 'unwritable') throw error;
    noteOutputFailure(error.message);
  }
  return { result: snapshotThen === 'exit' ? exited(guest) : guest.result(await guest.runToEnd()) };
}

/** To the snapshot call or to an instruction, with input awaited on the way. */
async function runTo(guest: Guest, instructions: number | undefined): Promise<Stop> {
  const next = (): Stop =>
    instructions === undefined ? guest.runToSnapshot() : guest.runToInstruction(instructions);
  let stop = next();
  while (stop.kind === 'input') {
    await guest.inputReady();
    stop = next();
  }
  return stop;
}

/** Like the real monitor, which saves and ends with status 0. */
function exited(guest: Guest): RunResult {
  return guest.result({ kind: 'exit', status: 0 });
}
