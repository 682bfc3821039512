/** The options by which a command line describes a guest; shared by every command that boots one. */
import type { Command } from 'commander';
import { eraNames } from '../../images/abi/era.ts';
import type { EraName } from '../../images/abi/era.ts';
import type { BootOptions } from '../guest/options.ts';
import { guestLog } from './log.ts';
import { instant, milliseconds, oneOf, wholeNumber } from './parse.ts';

/**
 * Instructions for which a command compiles nothing but the very hottest pages: a short run, such as hello with its 23 million, ends
 * sooner without other compiled code, because a new process has to optimize all of it first.
 */
export const COMPILE_AFTER = 60_000_000;

/** As commander hands them over. */
export interface GuestOptionValues {
  readonly kernel?: string;
  readonly sysroot?: string;
  readonly ramfs?: string;
  readonly stdlib?: true;
  readonly memory?: number;
  readonly kernelArgs?: string;
  readonly seed?: number;
  readonly bootTime?: Date;
  readonly era?: EraName;
  readonly mount?: string;
  readonly compile: boolean;
  readonly deadlineVirtual?: number;
  readonly deadlineWall?: number;
  readonly deadlineInstructions?: number;
}

/** Adds the options to a command; `deadlines: false` for one whose guest may stand as long as it likes. */
export function addGuestOptions(command: Command, { deadlines = true } = {}): Command {
  command
    .optionsGroup('The guest:')
    .option('--kernel <file>', "kernel's ELF file, instead of the one built here")
    .option(
      '--sysroot <folder|archive>',
      'a release of Nanvix: take its kernel and daemons; the program may be a base name in it',
    )
    .option('--ramfs <folder|image>', 'the volume mounted at /: a FAT image, or a folder to make one from')
    .option(
      '--stdlib',
      "add CPython's standard library to the volume, as /lib/python3.11 or that of --python",
    )
    .option(
      '--memory <MiB>',
      'RAM; the kernels built here know 128 and 256 (default: 256)',
      wholeNumber(16, 2048),
    )
    .option('--kernel-args <words>', 'words for the kernel, for example "snapshot"')
    .option(
      '--seed <number>',
      'seed of all that the guest can draw as random (default: 1)',
      wholeNumber(0, 0xffff_ffff),
    )
    .option(
      '--boot-time <time>',
      "the guest's clock at reset, ISO 8601 (default: 2026-01-01T00:00:00Z)",
      instant,
    )
    .option('--mount <folder>', "a folder of the host for the guest's host files (Era M)")
    .option(
      '--era <name>',
      "the era of Nanvix's interface: 2024, S, M or a step of it, M1 to M5 (default: told by the files and the guest)",
      oneOf(eraNames),
    )
    .option('--no-compile', 'interpret only: slower, the same to the instruction');
  if (!deadlines) return command;
  return command
    .optionsGroup('Where the run ends at the latest:')
    .option('--deadline-virtual <ms>', 'end the run after so much guest time (default: 600000)', milliseconds)
    .option('--deadline-wall <ms>', 'end the run after so much real time (default: 120000)', milliseconds)
    .option(
      '--deadline-instructions <number>',
      'end the run after so many guest instructions (default: no limit)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    );
}

/** What they mean to {@link boot}. */
export function bootOptionsOf(values: GuestOptionValues): Omit<BootOptions, 'program'> {
  const { deadlineVirtual, deadlineWall, deadlineInstructions } = values;
  return {
    ...(values.kernel === undefined ? {} : { kernel: values.kernel }),
    ...(values.sysroot === undefined ? {} : { sysroot: values.sysroot }),
    ...(values.ramfs === undefined ? {} : { ramfs: values.ramfs }),
    ...(values.stdlib === undefined ? {} : { stdlib: true }),
    ...(values.memory === undefined ? {} : { memoryMiB: values.memory }),
    ...(values.kernelArgs === undefined ? {} : { kernelArguments: values.kernelArgs }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.bootTime === undefined ? {} : { bootTime: values.bootTime }),
    ...(values.era === undefined ? {} : { era: values.era }),
    ...(values.mount === undefined ? {} : { mount: values.mount }),
    compile: values.compile ? COMPILE_AFTER : false,
    log: guestLog(),
    deadlines: {
      ...(deadlineVirtual === undefined ? {} : { virtualMs: deadlineVirtual }),
      ...(deadlineWall === undefined ? {} : { wallMs: deadlineWall }),
      ...(deadlineInstructions === undefined ? {} : { instructions: deadlineInstructions }),
    },
  };
}
