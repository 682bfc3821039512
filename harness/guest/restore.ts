/** Makes a guest from a snapshot alone: no kernel, program or volume is loaded, since all of them are in its memory. */
import { numberProblem, type NumberBounds } from '../../emulator/numbers.ts';
import { MOST_TICKS_PER_MICROSECOND } from '../../emulator/scheduler.ts';
import { checkRunOptions, createMachine, sinceEpoch } from './boot.ts';
import type { SymbolSource } from './crash-report.ts';
import { SnapshotMismatchError } from './errors.ts';
import { findGuestFiles, symbolSource } from './guest-files.ts';
import type { GuestFile } from './guest-files.ts';
import { Guest } from './guest.ts';
import type { ClockRule, GuestSnapshot } from './guest-snapshot.ts';
import { hostFolder } from './host-folder.ts';
import { identityDifferences } from './identity.ts';
import type { ComponentIdentity, GuestIdentity, OptionValue } from './identity.ts';
import { takeKeptCode } from './kept-code.ts';
import { commandLineText } from './monitor/command-line.ts';
import { checkKinds } from './option-kinds.ts';
import type { BootOptions } from './options.ts';
import { SnapshotError } from './snapshot-error.ts';
import { wallClock as hostClock } from './wall-clock.ts';

/**
 * What can be said about a guest that comes from a snapshot. What the snapshot was taken with is part of it; a kernel,
 * program, volume or command line that is named all the same is compared with it.
 */
export type RestoreOptions = Partial<
  Pick<
    BootOptions,
    | 'kernel'
    | 'program'
    | 'programName'
    | 'ramfs'
    | 'stdlib'
    | 'args'
    | 'env'
    | 'commandLine'
    | 'memoryMiB'
    | 'kernelArguments'
    | 'seed'
    | 'era'
    | 'bootTime'
    | 'instructionsPerMicrosecond'
    | 'announceMessages'
    | 'images'
    | 'stdin'
    | 'mount'
    | 'onSnapshot'
    | 'compile'
    | 'onConsole'
    | 'onOutput'
    | 'log'
    | 'deadlines'
    | 'wallClock'
  >
> & {
  /** What becomes of the guest's clock; it goes on from the snapshot's time by default. */
  readonly clock?: ClockRule;
};

/**
 * A guest in a new machine, standing where the snapshot was taken.
 *
 * @throws SnapshotMismatchError when something that is named is not what the snapshot was taken with.
 */
export async function restoreSnapshot(snapshot: GuestSnapshot, options: RestoreOptions = {}): Promise<Guest> {
  checkKinds(options);
  checkRunOptions(options);
  const settings = settingsOf(snapshot.identity);
  const symbols = await checkNamed(snapshot.identity, settings.memoryMiB, options);
  const wallClock = options.wallClock ?? hostClock;
  const parts = {
    newMachine: () => createMachine({ ...settings, wallClock, compile: options.compile ?? true }),
    identity: snapshot.identity,
    symbols,
    wallClock,
    carriesInput: true,
    ...(options.mount !== undefined && { hostFolder: hostFolder(options.mount) }),
    options: { ...options, announceMessages: settings.announceMessages },
  };
  options.log?.debug?.('restoring a snapshot', {
    instructions: snapshot.machine.instructions,
    kernel: snapshot.identity.kernel,
    program: snapshot.identity.program,
    ramfs: snapshot.identity.ramfs,
  });
  const guest = await Guest.fromSnapshot(parts, snapshot, options.clock);
  takeKeptCode(guest.machine, guest.identity);
  return guest;
}

/** The part of an identity's options that a machine is made with. */
function settingsOf({ options }: GuestIdentity): {
  memoryMiB: number;
  seed: number;
  instructionsPerMicrosecond: number;
  bootTime: bigint;
  announceMessages: boolean;
} {
  const number = (name: string, bounds: NumberBounds): number => {
    const value = options[name];
    if (typeof value !== 'number') throw missing(name);
    const problem = numberProblem(name, value, bounds);
    if (problem !== undefined) throw new SnapshotError('corrupted', `in the snapshot ${problem}`);
    return value;
  };
  const { bootTime, announceMessages } = options;
  if (typeof bootTime !== 'string' || !/^\d{1,20}$/.test(bootTime)) throw missing('bootTime');
  if (typeof announceMessages !== 'boolean') throw missing('announceMessages');
  return {
    memoryMiB: number('memoryMiB', { least: 1, most: 2048 }),
    seed: number('seed', { most: 0xffff_ffff }),
    instructionsPerMicrosecond: number('instructionsPerMicrosecond', {
      least: 1,
      most: MOST_TICKS_PER_MICROSECOND,
    }),
    bootTime: BigInt(bootTime),
    announceMessages,
  };
}

function missing(option: string): SnapshotError {
  return new SnapshotError('corrupted', `the snapshot does not say what ${option} it was taken with`);
}

/** Compares what is named with what the snapshot was taken with; what is not named is not looked for. */
async function checkNamed(
  identity: GuestIdentity,
  memoryMiB: number,
  options: RestoreOptions,
): Promise<SymbolSource> {
  const unnamed = new Uint8Array(0);
  const files = await findGuestFiles(
    { ...options, kernel: options.kernel ?? unnamed, program: options.program ?? unnamed },
    memoryMiB,
  );
  const isNamed = {
    kernel: options.kernel !== undefined,
    program: options.program !== undefined,
    ramfs: options.ramfs !== undefined || options.stdlib === true,
  };
  const named = (part: keyof typeof isNamed, file: GuestFile | undefined): ComponentIdentity | null =>
    isNamed[part] ? (file?.identity ?? null) : identity[part];
  const expected: GuestIdentity = {
    kernel: named('kernel', files.kernel) ?? identity.kernel,
    program: named('program', files.program) ?? identity.program,
    ramfs: named('ramfs', files.ramfs),
    options: { ...identity.options, ...namedOptions(files.programName, options) },
  };
  const differences = identityDifferences(identity, expected);
  if (differences.length > 0) {
    throw new SnapshotMismatchError(`the snapshot was taken with ${differences.join('; ')}`);
  }
  return symbolSource(
    files,
    (['kernel', 'program'] as const).filter((part) => isNamed[part]),
  );
}

/** Options that stand in an identity as they are given. */
const PLAIN_OPTIONS = [
  'memoryMiB',
  'kernelArguments',
  'era',
  'seed',
  'instructionsPerMicrosecond',
  'announceMessages',
] as const satisfies readonly (keyof RestoreOptions)[];

function namedOptions(programName: string, options: RestoreOptions): Record<string, OptionValue> {
  const { args, env, commandLine: verbatim, bootTime } = options;
  const lineIsNamed = args !== undefined || env !== undefined || verbatim !== undefined;
  return {
    ...(lineIsNamed ? { commandLine: commandLineText({ programName, args, env, verbatim }) } : {}),
    ...(bootTime === undefined ? {} : { bootTime: sinceEpoch(bootTime).toString() }),
    ...Object.fromEntries(
      PLAIN_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
    ),
  };
}
