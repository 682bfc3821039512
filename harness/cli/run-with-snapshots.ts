/** What `run` does beyond running: starts from a snapshot file, and takes one on the way. */
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../guest/errors.ts';
import type { Guest } from '../guest/guest.ts';
import type { PhaseWatch } from '../guest/phases/watch.ts';
import type { BootOptions } from '../guest/options.ts';
import type { GuestPhase, RunResult } from '../guest/result.ts';
import type { Stop } from '../guest/stop.ts';

/** As commander hands them over. */
export interface SnapshotOptionValues {
  readonly snapshotTo?: string;
  readonly snapshotAt?: number;
  readonly snapshotThen: 'continue' | 'exit';
  readonly snapshotCompiled?: boolean;
  readonly restore?: string;
  readonly trustCompiled?: boolean;
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
  if (snapshots.snapshotTo === undefined && snapshots.snapshotCompiled === true) {
    throw new InputError('--snapshot-compiled says what, but not where to: name a file with --snapshot-to');
  }
  if (snapshots.restore === undefined && snapshots.trustCompiled === true) {
    throw new InputError('--trust-compiled says what to do with a snapshot: name one with --restore');
  }
  if (snapshots.snapshotTo !== undefined) checkFolderOf(snapshots.snapshotTo);
  const guest = await start(compiledAtOnce(options, snapshots), snapshots);
  try {
    const watch = await watchPhases(guest, snapshots);
    const run: SnapshotRun =
      snapshots.snapshotTo === undefined
        ? { result: guest.result(await guest.runToEnd()) }
        : await takeOnTheWay(guest, snapshots.snapshotTo, snapshots);
    return watch === undefined ? run : { ...run, phases: watch.phases };
  } finally {
    guest.dispose();
  }
}

/** A snapshot that could not be written is told before the guest has run to where it is taken. */
function checkFolderOf(path: string): void {
  const folder = dirname(resolve(path));
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`no snapshot can be written to ${folder} (${code ?? 'error'}): check --snapshot-to`);
  }
}

/** Compiled code is of use only in a machine that may run it from the start. */
function compiledAtOnce(
  options: Partial<BootOptions>,
  { snapshotCompiled = false, trustCompiled = false }: SnapshotOptionValues,
): Partial<BootOptions> {
  const isWanted = (snapshotCompiled || trustCompiled) && options.compile !== false;
  return isWanted ? { ...options, compile: true } : options;
}

/** Code compiled with watched addresses is of no use to a machine without, so only --phases itself asks for both. */
async function watchPhases(guest: Guest, values: SnapshotOptionValues): Promise<PhaseWatch | undefined> {
  const withCompiledCode = values.snapshotCompiled === true || values.trustCompiled === true;
  if (values.phases !== true && (values.json !== true || withCompiledCode)) return undefined;
  const { PhaseWatch } = await import('../guest/phases/watch.ts');
  if (values.restore === undefined) return new PhaseWatch(guest);
  // To find what the snapshot was made of takes some 30 ms: done for those who ask for nothing else.
  if (values.phases !== true) return new PhaseWatch(guest, { first: 'restored' });
  const { symbolsBuiltFor } = await import('../snapshots/find-symbols.ts');
  return new PhaseWatch(guest, { first: 'restored', symbols: await symbolsBuiltFor(guest.identity) });
}

async function start(
  options: Partial<BootOptions>,
  { restore, trustCompiled = false }: SnapshotOptionValues,
): Promise<Guest> {
  if (restore !== undefined) {
    const { loadSnapshot } = await import('../snapshots/guest-file.ts');
    const { restoreSnapshot } = await import('../guest/restore.ts');
    const { snapshot } = await loadSnapshot(restore, { trustCompiled });
    return await restoreSnapshot(snapshot, options);
  }
  const { program } = options;
  if (program === undefined) throw new InputError('name a program to run, or a snapshot with --restore');
  const { boot } = await import('../guest/boot.ts');
  return await boot({ ...options, program });
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
  await saveSnapshot(path, guest.capture({ compiled }), { compiled });
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
