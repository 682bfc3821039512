/** What a caller can say about a guest before it boots, with every default written down. */
import type { EraName } from '../../images/abi/era.ts';
import type { BootImages } from '../../images/types.ts';
import type { Log } from './log.ts';
import type { WallClock } from './wall-clock.ts';

/** The path of a file on the host, or its bytes. */
export type FileSource = string | Uint8Array;

/**
 * Where the guest's standard input comes from.
 *
 * - bytes or text: all of it is there at once, then end of file;
 * - a function: asked for the next piece whenever the guest reads and nothing is left; undefined means end of file;
 * - an asynchronous iterable such as a Node stream: `guest.run()` stops with kind `input` while it has nothing.
 */
export type InputSource =
  string | Uint8Array | (() => Uint8Array | undefined) | AsyncIterable<Uint8Array | string>;

/** Where a run ends at the latest. Each is measured from the start of the call that runs the guest. */
export interface Deadlines {
  /** Milliseconds of the host's clock; default {@link DEFAULT_WALL_DEADLINE_MS}. Infinity: none. */
  readonly wallMs?: number;
  /** Milliseconds of guest time; default {@link DEFAULT_VIRTUAL_DEADLINE_MS}. Infinity: none. */
  readonly virtualMs?: number;
  /** Guest instructions; none by default. */
  readonly instructions?: number;
}

export const DEFAULT_WALL_DEADLINE_MS = 120_000;
export const DEFAULT_VIRTUAL_DEADLINE_MS = 600_000;
export const DEFAULT_MEMORY_MIB = 256;
export const DEFAULT_INSTRUCTIONS_PER_MICROSECOND = 1000;
/** 2026-01-01T00:00:00Z in nanoseconds since 1970. A fixed time, so that runs repeat. */
export const DEFAULT_BOOT_TIME = 1_767_225_600_000_000_000n;

/** What to do when the kernel writes the snapshot command to port 0x604. */
export type SnapshotPolicy = 'ignore' | 'stop' | 'capture-and-continue';

export interface BootOptions {
  /** The kernel's ELF file; by default the one built here. */
  readonly kernel?: FileSource;
  /** The program's ELF file; the bare name `python` means the one built here, `python-full` the one with all modules and the whole library, `python-tests` that with CPython's tests, `python3.13` a later release, as do `python3.14` and `python3.14.2` where its source archive was given (`nanvix-v86 images --cpython`). */
  readonly program: FileSource;
  /**
   * A release of Nanvix, as a folder or an archive (.tar, .tar.gz, .tar.bz2, .zip). Its kernel is taken unless one is named, `program`
   * may be a base name in it, and where it has procd, memd and vfsd, a bundle of these and the program is booted.
   */
  readonly sysroot?: string;
  /** What the guest calls the program: argument 0. By default the base name of its path. */
  readonly programName?: string;
  /** The volume mounted at `/`: a FAT image, or a folder to make one from. By default the one built for the named program, else none. */
  readonly ramfs?: FileSource;
  /** Lay the standard library of the program, such as `/lib/python3.11`, below the ramfs folder; false by default. Start Python with `PYTHONHOME=/`. */
  readonly stdlib?: boolean;
  /** Arguments after the program's name. No argument can hold a space or a semicolon: the protocol separates by them. */
  readonly args?: readonly string[];
  /** The program's environment. Neither can hold a space. */
  readonly env?: Readonly<Record<string, string>>;
  /** Everything behind the program's name verbatim, as `args;ENV=value ENV=value`; replaces `args` and `env`. */
  readonly commandLine?: string;
  /** Standard input; by default at end of file from the start. */
  readonly stdin?: InputSource;
  /** Words for the kernel, such as `snapshot`; empty by default. At most 256 bytes. */
  readonly kernelArguments?: string;
  /** RAM in MiB: default {@link DEFAULT_MEMORY_MIB}. Nanvix fixes it when a kernel is compiled, ours reads it at start. */
  readonly memoryMiB?: number;
  /** Time since 1970 at which the guest's clock starts, in nanoseconds or as a Date; default {@link DEFAULT_BOOT_TIME}. */
  readonly bootTime?: bigint | Date;
  /** Seed of all that the guest can draw as random; 1 by default. */
  readonly seed?: number;
  /** Guest instructions per microsecond of guest time, 1 to 7000; default {@link DEFAULT_INSTRUCTIONS_PER_MICROSECOND}. */
  readonly instructionsPerMicrosecond?: number;
  /**
   * The era of Nanvix's interface: `2024` (v1.1.0), `S` (March to May 2026), `M` (later) or one of M's steps, `M1` to `M5`. When not
   * given it is told by the files and by what the guest does, and is S where nothing tells; `log` hears which and why. A guest that
   * turns out to be of another era than the one given ends with a stop of kind `protocol-error`.
   */
  readonly era?: EraName;
  /**
   * A folder of the host for the guest's host files (Era M, whose vfsd asks for them). Nothing outside it is reachable, by whatever path
   * or link. Without one each request gets an error. What is in it is no part of a guest's identity or of a snapshot.
   */
  readonly mount?: string;
  /** Raise IRQ 9 when a message waits for the guest. By default as in its era: not in 2024 and S, where every answer is there at once, but in M. */
  readonly announceMessages?: boolean;
  /** What the snapshot command of the kernel does; `ignore` by default. */
  readonly onSnapshot?: SnapshotPolicy;
  /**
   * False runs everything in the interpreter; a number compiles only the very hottest for so many instructions, which suits a
   * short run in a process of its own. True by default. The result is the same to the instruction.
   */
  readonly compile?: boolean | number;
  /** Called with each piece of the kernel's console as it is written. */
  readonly onConsole?: (bytes: Uint8Array) => void;
  /** Called with each piece of the program's output as it is written. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** Told what the harness does with the guest; nobody by default. */
  readonly log?: Log;
  readonly deadlines?: Deadlines;
  /** What is built here, when the caller has it already; by default it is built or found when something of it is wanted. */
  readonly images?: BootImages;
  /** The host's clock; another one makes wall deadlines testable. */
  readonly wallClock?: WallClock;
}
