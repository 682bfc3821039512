/** Makes a guest: finds its files, makes a machine, lays the guest out in it as the boot protocol says. */
import { MOST_TICKS_PER_MICROSECOND } from '../../emulator/scheduler.ts';
import { eraFamily } from '../../images/abi/era.ts';
import type { EraName } from '../../images/abi/era.ts';
import { BundleError, isBundle, readBundle } from '../../images/bundle/index.ts';
import type { Machine, MachineOptions } from '../../emulator/types.ts';
import { userStore } from '../cache/index.ts';
import { checkDeadlines, checkNumber } from './check-number.ts';
import { InputError } from './errors.ts';
import { describeFiles, findGuestFiles, symbolSource } from './guest-files.ts';
import type { GuestFiles } from './guest-files.ts';
import { Guest } from './guest.ts';
import { hostFolder } from './host-folder.ts';
import type { GuestIdentity } from './identity.ts';
import { takeKeptCode } from './kept-code.ts';
import { layOut } from './monitor/boot-protocol.ts';
import type { MonitorEra } from './monitor/eras/era.ts';
import { monitorEras } from './monitor/eras/index.ts';
import { preferred, reasonsOf } from './monitor/eras/judgement.ts';
import { commandLineText } from './monitor/command-line.ts';
import { checkKinds } from './option-kinds.ts';
import { DEFAULT_BOOT_TIME, DEFAULT_INSTRUCTIONS_PER_MICROSECOND, DEFAULT_MEMORY_MIB } from './options.ts';
import type { BootOptions } from './options.ts';
import { wallClock as hostClock } from './wall-clock.ts';
import type { WallClock } from './wall-clock.ts';

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** All that a boot needs, found and checked: what is left is to make a machine. */
export interface BootPlan {
  readonly identity: GuestIdentity;
  readonly files: GuestFiles;
  readonly commandLine: string;
  readonly settings: Settings;
  readonly options: BootOptions;
}

/**
 * Finds the files of a guest and checks its options.
 *
 * @throws InputError when a file is missing or unusable, or an option cannot be carried to the guest.
 */
export async function planBoot(given: BootOptions): Promise<BootPlan> {
  checkKinds(given);
  if ((given.program as unknown) === undefined)
    throw new InputError('no program is named: give a path, bytes, or a name such as python');
  const options = given.sysroot === undefined ? given : await fromSysroot(given);
  const checked = settle(options);
  const files = await findGuestFiles(options, checked.memoryMiB);
  checkDumped(files);
  const era = monitorEras[preferred(files.era)];
  const { announces } = era.bus;
  const settings = {
    ...checked,
    kernelArguments: options.kernelArguments ?? bundledArguments(files.program.bytes),
    era,
    announceMessages: options.announceMessages ?? announces,
  };
  const commandLine = commandLineText({
    programName: files.programName,
    args: options.args,
    env: options.env,
    verbatim: options.commandLine,
  });
  tellUnreadWords(files, commandLine, options);
  return {
    identity: identityOf(files, commandLine, settings, options.era),
    files,
    commandLine,
    settings,
    options,
  };
}

/**
 * Boots a guest up to its first instruction. Run it with {@link Guest.run} and its kin; dispose of it when done.
 *
 * @throws InputError when a file is missing or unusable, or an option cannot be carried to the guest.
 */
export async function boot(options: BootOptions): Promise<Guest> {
  return await bootPlanned(await planBoot(options));
}

/** {@link boot} of what has been planned. */
export async function bootPlanned(plan: BootPlan): Promise<Guest> {
  const { identity, files, commandLine, settings, options } = plan;
  options.log?.debug?.('booting', {
    ...describeFiles(files),
    commandLine,
    memoryMiB: settings.memoryMiB,
    era: settings.era.step,
    eraWhy: reasonsOf(files.era),
    kernelArguments: settings.kernelArguments,
  });
  const startedAt = settings.wallClock();
  const mounted = options.mount === undefined ? undefined : hostFolder(options.mount);
  const newMachine = (): Promise<Machine> => createMachine(settings);
  const machine = await newMachine();
  const guest = new Guest({
    machine,
    newMachine,
    identity,
    symbols: symbolSource(files),
    wallClock: settings.wallClock,
    era: files.era,
    hostFolder: mounted,
    options: { ...options, announceMessages: settings.announceMessages },
  });
  const wallMs = settings.wallClock() - startedAt;
  guest.stages.add({ name: 'instance', instructions: 0, virtualMs: 0, wallMs });

  const end = guest.stages.start('load', machine);
  try {
    layOut(machine, {
      kernel: files.kernel.bytes,
      program: files.program.bytes,
      ramfs: files.ramfs?.bytes ?? new Uint8Array(0),
      commandLine,
      kernelArguments: settings.kernelArguments,
      era: settings.era,
      bootTime: settings.bootTime,
    });
  } catch (error) {
    guest.dispose();
    throw error;
  }
  takeKeptCode(machine, identity);
  end(machine);
  return guest;
}

const fromSysroot = async (options: BootOptions): Promise<BootOptions> =>
  await (await import('./sysroot/boot-from.ts')).withSysroot(options);

/** Words for the kernel that a bundle holds. What is wrong with a bundle is the kernel's to say. */
function bundledArguments(program: Uint8Array): string {
  try {
    return isBundle(program) ? readBundle(program).kernelArguments : '';
  } catch (error) {
    if (error instanceof BundleError) return '';
    throw error;
  }
}

/** A dumped program remembers what it was dumped with, and would read garbage from anything else. */
function checkDumped({ program, ramfs, dumped }: GuestFiles): void {
  if (dumped === undefined) return;
  const { name } = program.identity;
  if (dumped.ramfs !== (ramfs?.identity.sha256 ?? null)) {
    const wanted = dumped.ramfs === null ? 'none' : `the one with SHA-256 ${dumped.ramfs.slice(0, 12)}…`;
    throw new InputError(`${name} was dumped with another volume: start it with ${wanted} (--ramfs)`);
  }
}

/** A dumped program has its arguments and environment in its memory: those that it is started with reach nobody. */
function tellUnreadWords(
  { program, programName, dumped }: GuestFiles,
  line: string,
  { log }: BootOptions,
): void {
  const words = line.slice(programName.length + 1);
  if (dumped === undefined || words === '' || words === ';') return;
  log?.warn?.(
    `${program.identity.name} keeps the arguments and environment of its dump: ${JSON.stringify(words)} is not read`,
  );
}

/** The options with every default filled in. */
export interface Settings {
  readonly memoryMiB: number;
  readonly kernelArguments: string;
  readonly era: MonitorEra;
  readonly bootTime: bigint;
  readonly seed: number;
  readonly instructionsPerMicrosecond: number;
  readonly compile: boolean | number;
  readonly announceMessages: boolean;
  readonly wallClock: WallClock;
}

function settle(options: BootOptions): Omit<Settings, 'era' | 'announceMessages'> {
  const { bootTime = DEFAULT_BOOT_TIME } = options;
  const settings = {
    memoryMiB: options.memoryMiB ?? DEFAULT_MEMORY_MIB,
    kernelArguments: options.kernelArguments ?? '',
    bootTime: sinceEpoch(bootTime),
    seed: options.seed ?? 1,
    instructionsPerMicrosecond: options.instructionsPerMicrosecond ?? DEFAULT_INSTRUCTIONS_PER_MICROSECOND,
    compile: options.compile ?? true,
    wallClock: options.wallClock ?? hostClock,
  };
  checkNumber('memoryMiB', settings.memoryMiB, { least: 16, most: 2048 });
  checkNumber('seed', settings.seed, { most: 0xffff_ffff });
  checkNumber('instructionsPerMicrosecond', settings.instructionsPerMicrosecond, {
    least: 1,
    most: MOST_TICKS_PER_MICROSECOND,
  });
  checkRunOptions(options);
  if (settings.bootTime < 0n) throw new InputError('bootTime lies before 1970: give a later time');
  return settings;
}

/** Nanoseconds since 1970. */
export function sinceEpoch(time: Date | bigint): bigint {
  if (typeof time === 'bigint') return time;
  if (Number.isNaN(time.getTime())) throw new InputError('bootTime is an invalid Date: give a valid one');
  return BigInt(time.getTime()) * NANOSECONDS_PER_MILLISECOND;
}

/** Checks what a guest is run with, booted or restored. @throws InputError */
export function checkRunOptions({ compile, deadlines }: Pick<BootOptions, 'compile' | 'deadlines'>): void {
  if (typeof compile === 'number')
    checkNumber('compile, in instructions before it', compile, { infinite: true });
  if (deadlines !== undefined) checkDeadlines(deadlines);
}

/** What a machine is made with, for a boot as for a restore. */
export type MachineSettings = Pick<
  Settings,
  'memoryMiB' | 'instructionsPerMicrosecond' | 'seed' | 'wallClock' | 'compile' | 'bootTime'
>;

/** A machine for a guest of these settings. Loads the emulator only now. */
export async function createMachine(settings: MachineSettings): Promise<Machine> {
  const emulator = await import('../../emulator/index.ts');
  const options: MachineOptions = {
    memoryMiB: settings.memoryMiB,
    instructionsPerMicrosecond: settings.instructionsPerMicrosecond,
    randomSeed: settings.seed,
    wallClock: settings.wallClock,
    compile: settings.compile,
    bootTimeSeconds: Number(settings.bootTime / NANOSECONDS_PER_SECOND),
    codeStore: userStore(),
  };
  return await emulator.createMachine(options);
}

function identityOf(
  files: GuestFiles,
  commandLine: string,
  settings: Settings,
  given: EraName | undefined,
): GuestIdentity {
  return {
    kernel: files.kernel.identity,
    program: files.program.identity,
    ramfs: files.ramfs?.identity ?? null,
    options: {
      memoryMiB: settings.memoryMiB,
      commandLine,
      kernelArguments: settings.kernelArguments,
      era: given ?? eraFamily(settings.era.step),
      bootTime: settings.bootTime.toString(),
      seed: settings.seed,
      instructionsPerMicrosecond: settings.instructionsPerMicrosecond,
      announceMessages: settings.announceMessages,
    },
  };
}
