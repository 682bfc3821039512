/**
 * The arguments of `nanvixd-v86`, which are nanvixd's: options with one dash, then `--`, then a program and its arguments. Refusals
 * have nanvixd's words, because Makefiles and people know them.
 *
 * Source: ABI reference for Era M, "nanvixd". Touches the host's files only to see whether what is named is there.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { eraNames } from '../../../images/abi/era.ts';
import type { EraName } from '../../../images/abi/era.ts';

/** What to do, once everything is checked. */
export interface NanvixdRun {
  readonly kind: 'run';
  /** Path of the program, then what stands behind it, joined with single spaces: `args;ENV=value`. */
  readonly program: string;
  readonly commandLine: string;
  /** Undefined with a release, which has its own. */
  readonly kernel?: string;
  /** A release of Nanvix, as a folder or an archive; ours, not nanvixd's. */
  readonly sysroot?: string;
  readonly ramfs?: string;
  readonly kernelArguments: string;
  readonly consoleFile?: string;
  /** Folder of the log file; undefined with `-log-to-stdout`. */
  readonly logFolder?: string;
  /** Where the snapshot to start from was saved; only its stem counts. */
  readonly snapshot?: string;
  /** Folder of the host for the guest's host files. */
  readonly mount?: string;
  /** Era of Nanvix's interface; ours, not nanvixd's. */
  readonly era?: EraName;
  readonly gdbPort?: number;
}

export type NanvixdArguments =
  | NanvixdRun
  /** Usage was asked for. For nanvixd that is a wrong usage all the same. */
  | { readonly kind: 'help' }
  /** One line, and status 1. */
  | { readonly kind: 'refused'; readonly message: string };

/** Options that take a value and are served. */
const VALUES = [
  '-bin-dir',
  '-ramfs',
  '-console-file',
  '-log-dir',
  '-tmp-dir',
  '-kernel-args',
  '-snapshot',
  '-mount',
  '-gdb-port',
  '-hwloc',
  '-era',
  '-sysroot',
] as const;
/** Options that only a network, another virtual machine or a cloud hypervisor could serve. */
const NEEDS_MORE: ReadonlySet<string> = new Set([
  '-http-addr',
  '-clh-bin-path',
  '-netns-pool-size',
  '-control-plane-socket-type',
  '-gateway-socket-type',
  '-system-vm-socket-type',
  '-gateway-sockaddr',
  '-l2',
  '-l2-snapshot-path',
  '-allow-host-networking',
  '-allow-host',
  '-block-host',
]);

const DEFAULT_BIN_FOLDER = './bin';
const DEFAULT_LOG_FOLDER = './logs';
const KERNEL = 'kernel.elf';
const LARGEST_PORT = 65_535;

type Option = (typeof VALUES)[number];

interface Words {
  readonly values: ReadonlyMap<Option, string>;
  readonly logToStdout: boolean;
  /** Undefined without `--`. */
  readonly program: readonly string[] | undefined;
}

const refused = (message: string): NanvixdArguments => ({ kind: 'refused', message });

/** Reads a command line, without `node` and the script. */
export function readArguments(words: readonly string[]): NanvixdArguments {
  const read = readWords(words.filter((word) => word.trim() !== ''));
  if ('kind' in read) return read;
  const { values, logToStdout, program: [program, ...rest] = [] } = read;
  if (read.program === undefined)
    return refused('must specify either HTTP mode (-http-addr) or interactive mode (--)');
  if (program === undefined) return refused('missing value for: --');
  if (logToStdout && values.has('-log-dir'))
    return refused('-log-dir and -log-to-stdout are mutually exclusive');
  const sysroot = values.get('-sysroot');
  const kernel =
    sysroot === undefined ? join(values.get('-bin-dir') ?? DEFAULT_BIN_FOLDER, KERNEL) : undefined;
  const wrong = whatIsWrong(kernel, values);
  if (wrong !== undefined) return refused(wrong);
  const port = values.get('-gdb-port');
  const era = eraNames.find((name) => name === values.get('-era'));
  return {
    kind: 'run',
    program,
    commandLine: rest.join(' '),
    ...named('kernel', kernel),
    ...named('sysroot', sysroot),
    kernelArguments: values.get('-kernel-args') ?? '',
    ...named('ramfs', values.get('-ramfs')),
    ...named('consoleFile', values.get('-console-file')),
    ...named('snapshot', values.get('-snapshot')),
    ...named('mount', values.get('-mount')),
    ...(era === undefined ? {} : { era }),
    ...(logToStdout ? {} : { logFolder: values.get('-log-dir') ?? DEFAULT_LOG_FOLDER }),
    ...(port === undefined ? {} : { gdbPort: Number(port) }),
  };
}

function named<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, string>);
}

function readWords(words: readonly string[]): Words | NanvixdArguments {
  const values = new Map<Option, string>();
  let logToStdout = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return { values, logToStdout, program: words.slice(at + 1) };
    if (word === '-help') return { kind: 'help' };
    if (word === '-log-to-stdout') {
      logToStdout = true;
      continue;
    }
    if (word === '-http-addr' && words.includes('--'))
      return refused('cannot use both HTTP mode (-http-addr) and interactive mode (--) simultaneously');
    if (NEEDS_MORE.has(word))
      return refused(`${word} is not supported by nanvixd-v86: it runs one machine without a network`);
    // Our own option is also known by the two dashes that it has in the other commands.
    const option = VALUES.find((one) => one === (word === '--sysroot' ? '-sysroot' : word));
    if (option === undefined) return refused(`invalid argument: ${word}`);
    at += 1;
    const value = words[at];
    if (value === undefined || value === '--') return refused(`missing value for: ${word}`);
    values.set(option, value);
  }
  return { values, logToStdout, program: undefined };
}

/** What of the named files is not there, in nanvixd's words. */
function whatIsWrong(kernel: string | undefined, values: ReadonlyMap<Option, string>): string | undefined {
  const port = values.get('-gdb-port');
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= LARGEST_PORT))
    return `invalid value for -gdb-port: ${port}`;
  const snapshot = values.get('-snapshot');
  if (snapshot !== undefined && kindOf(snapshot) !== 'file')
    return kindOf(snapshot) === 'missing'
      ? `snapshot path does not exist: ${snapshot}`
      : `snapshot path is not a file: ${snapshot}`;
  const mount = values.get('-mount');
  if (mount !== undefined && kindOf(mount) !== 'folder')
    return kindOf(mount) === 'missing'
      ? `mount directory does not exist: ${mount}`
      : `mount path is not a directory: ${mount}`;
  const era = values.get('-era');
  if (era !== undefined && !eraNames.some((name) => name === era))
    return `invalid value for -era: ${era} (give ${eraNames.join(', ')})`;
  if (kernel !== undefined && kindOf(kernel) !== 'file')
    return `kernel binary not available locally (required in standalone mode): ${kernel}: no such file`;
  return undefined;
}

function kindOf(path: string): 'file' | 'folder' | 'missing' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'missing';
  }
}

/** What `-help` prints. */
export const USAGE = `Usage: nanvixd-v86 [OPTIONS] -- PROGRAM [ARGS...]

Runs PROGRAM on the kernel in the folder of binaries, in the v86 emulator. Takes nanvixd's options:

  -help              prints this
  -bin-dir DIR       the folder with kernel.elf (default: ./bin)
  -ramfs FILE        the image of the file system
  -kernel-args WORDS words for the kernel; \`snapshot\` saves to snapshots/ and ends with status 0
  -console-file FILE where the kernel's console goes (default: standard error)
  -log-dir DIR       where the log goes (default: ./logs)
  -log-to-stdout     the log goes to standard output
  -tmp-dir DIR       accepted; no temporary file is made
  -hwloc JSON        accepted; the machine has one processor
  -snapshot FILE     starts from what was saved in snapshots/ under the stem of FILE; PROGRAM is still required
  -sysroot DIR       a release of Nanvix, as a folder or an archive: its kernel and daemons; PROGRAM may be a name in it
  -mount DIR         a folder of the host for the guest's host files; nothing outside it is reachable
  -era NAME          the era of Nanvix's interface, where files and guest do not tell it: 2024, S, M, M1 to M5 (not nanvixd's)
  -gdb-port PORT     waits for gdb on the loopback interface

ARGS are joined with spaces: "arguments;NAME=value NAME=value".
`;
