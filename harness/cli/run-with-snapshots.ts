/** What `run` does beyond running: starts from a snapshot file, and takes one on the way. */
import { InputError } from '../errors.ts';
import type { Guest } from '../guest.ts';
import type { BootOptions } from '../options.ts';
import type { RunResult } from '../result.ts';
import type { Stop } from '../stop.ts';

/** As commander hands them over. */
export interface SnapshotOptionValues {
  readonly snapshotTo?: string;
  readonly snapshotAt?: number;
  readonly snapshotThen: 'continue' | 'exit';
  readonly restore?: string;
}

/** A run, and whether the snapshot that was asked for was taken. */
export interface SnapshotRun {
  readonly result: RunResult;
  /** One line for people when it was not. */
  readonly missed?: string;
}

/**
 * Boots a guest, or restores one, and runs it to its end.
 *
 * @throws InputError for what cannot be booted, SnapshotError for a file that is refused or cannot be written.
 */
export async function runWithSnapshots(
  options: Partial<BootOptions>,
  snapshots: SnapshotOptionValues,
): Promise<SnapshotRun> {
  if (snapshots.snapshotTo === undefined && snapshots.snapshotAt !== undefined) {
    throw new InputError('--snapshot-at says when, but not where to: name a file with --snapshot-to');
  }
  const guest = await start(options, snapshots.restore);
  try {
    if (snapshots.snapshotTo === undefined) return { result: guest.result(await guest.runToEnd()) };
    return await takeOnTheWay(guest, snapshots.snapshotTo, snapshots);
  } finally {
    guest.dispose();
  }
}

async function start(options: Partial<BootOptions>, restore: string | undefined): Promise<Guest> {
  if (restore !== undefined) {
    const { loadSnapshot } = await import('../snapshots/guest-file.ts');
    const { restoreSnapshot } = await import('../restore.ts');
    return await restoreSnapshot((await loadSnapshot(restore)).snapshot, options);
  }
  const { program } = options;
  if (program === undefined) throw new InputError('name a program to run, or a snapshot with --restore');
  const { boot } = await import('../boot.ts');
  return await boot({ ...options, program });
}

async function takeOnTheWay(guest: Guest, path: string, values: SnapshotOptionValues): Promise<SnapshotRun> {
  const { snapshotAt, snapshotThen } = values;
  const stop = await runTo(guest, snapshotAt);
  if (stop.kind !== 'kernel-call' && stop.kind !== 'reached') {
    const where =
      snapshotAt === undefined
        ? 'the program made no snapshot call'
        : `the run ended before instruction ${snapshotAt}`;
    return { result: guest.result(stop), missed: `${path} was not written: ${where}` };
  }
  const { saveSnapshot } = await import('../snapshots/guest-file.ts');
  await saveSnapshot(path, guest.capture({ compiled: false }));
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
