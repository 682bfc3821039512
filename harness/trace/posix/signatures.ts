/**
 * What the arguments and results of POSIX calls mean: one row per call, in the order of the arguments.
 *
 * A call without a row is shown with its six words. Source: the system-call interface of Linux for i386 as musl 1.2.3 calls
 * it; 64-bit values are split into a low and a high word.
 */
import * as constants from './constants.ts';
import type { StructureName } from './structures.ts';
import type { ChoiceTable, FlagTable } from '../values.ts';

/** Where the number of bytes of a buffer is said: an argument by its position, or the result. */
type Length = number | 'result';

/** What one argument means. */
export type PosixType =
  | {
      readonly kind:
        | 'int'
        | 'unsigned'
        | 'hex'
        | 'mode'
        | 'pointer'
        | 'descriptor'
        | 'directory'
        | 'string'
        | 'signal'
        | 'open-flags';
    }
  | { readonly kind: 'flags'; readonly table: FlagTable; readonly none: string }
  | { readonly kind: 'choice'; readonly table: ChoiceTable }
  | { readonly kind: 'buffer'; readonly direction: 'in' | 'out'; readonly length: Length }
  | { readonly kind: 'vector'; readonly direction: 'in' | 'out'; readonly count: number }
  | { readonly kind: 'structure'; readonly direction: 'in' | 'out'; readonly structure: StructureName }
  /** The low word of a 64-bit value; the high one is the next argument and is not shown. */
  | { readonly kind: 'offset64' }
  | { readonly kind: 'poll'; readonly count: number }
  | { readonly kind: 'entries' }
  | { readonly kind: 'futex-operation' }
  /** The argument of fcntl or ioctl, which means what the command says. */
  | { readonly kind: 'command-argument' }
  /** A word that has been shown with the one before it. */
  | { readonly kind: 'hidden' };

/** What a call returns when it succeeds. */
export type PosixResult = 'number' | 'pointer' | 'descriptor' | 'mode' | 'never';

/** What a call does to the table of open files, beside what its result says. */
export type DescriptorEffect =
  | { readonly kind: 'opens'; readonly directory?: number; readonly path: number }
  | { readonly kind: 'closes' | 'duplicates' | 'controls'; readonly descriptor: number }
  | { readonly kind: 'changes-directory'; readonly path?: number; readonly descriptor?: number };

export interface PosixSignature {
  readonly arguments: readonly { readonly name: string; readonly type: PosixType }[];
  readonly result: PosixResult;
  readonly effect?: DescriptorEffect;
}

type Arguments = readonly (readonly [name: string, type: PosixType])[];

function call(list: Arguments, result: PosixResult = 'number', effect?: DescriptorEffect): PosixSignature {
  const described = list.map(([name, type]) => ({ name, type }));
  return effect === undefined ? { arguments: described, result } : { arguments: described, result, effect };
}

const flags = (table: FlagTable, none = '0'): PosixType => ({ kind: 'flags', table, none });
const choice = (table: ChoiceTable): PosixType => ({ kind: 'choice', table });
const input = (structure: StructureName): PosixType => ({ kind: 'structure', direction: 'in', structure });
const output = (structure: StructureName): PosixType => ({ kind: 'structure', direction: 'out', structure });
const reads = (length: number): PosixType => ({ kind: 'buffer', direction: 'in', length });
const fills = (length: Length): PosixType => ({ kind: 'buffer', direction: 'out', length });

const int = { kind: 'int' } as const;
const size = { kind: 'unsigned' } as const;
const pointer = { kind: 'pointer' } as const;
const mode = { kind: 'mode' } as const;
const fd = ['fd', { kind: 'descriptor' }] as const;
const path = ['path', { kind: 'string' }] as const;
const dirfd = ['dirfd', { kind: 'directory' }] as const;
const hidden = ['', { kind: 'hidden' }] as const;
const offset = [['offset', { kind: 'offset64' }], hidden] as const;
const openMode = { kind: 'open-flags' } as const;
const at = flags(constants.atFlags);
const protection = flags(constants.memoryProtections, 'PROT_NONE');
const clock = ['clock', choice(constants.clocks)] as const;
const inputVector = ['iov', { kind: 'vector', direction: 'in', count: 2 }] as const;
const outputVector = ['iov', { kind: 'vector', direction: 'out', count: 2 }] as const;
const user = [
  ['user', int],
  ['group', int],
] as const;

export const posixSignatures: Readonly<Record<string, PosixSignature>> = {
  open: call([path, ['flags', openMode], ['mode', mode]], 'descriptor', { kind: 'opens', path: 0 }),
  openat: call([dirfd, path, ['flags', openMode], ['mode', mode]], 'descriptor', {
    kind: 'opens',
    directory: 0,
    path: 1,
  }),
  creat: call([path, ['mode', mode]], 'descriptor', { kind: 'opens', path: 0 }),
  close: call([fd], 'number', { kind: 'closes', descriptor: 0 }),
  dup: call([fd], 'descriptor', { kind: 'duplicates', descriptor: 0 }),
  dup2: call([fd, ['target', int]], 'descriptor', { kind: 'duplicates', descriptor: 0 }),
  dup3: call([fd, ['target', int], ['flags', openMode]], 'descriptor', { kind: 'duplicates', descriptor: 0 }),
  fcntl64: call(
    [fd, ['command', choice(constants.descriptorCommands)], ['argument', { kind: 'command-argument' }]],
    'number',
    { kind: 'controls', descriptor: 0 },
  ),
  ioctl: call([fd, ['request', choice(constants.ioctls)], ['argument', { kind: 'command-argument' }]]),

  read: call([fd, ['buffer', fills('result')], ['count', size]]),
  write: call([fd, ['buffer', reads(2)], ['count', size]]),
  pread64: call([fd, ['buffer', fills('result')], ['count', size], ...offset]),
  pwrite64: call([fd, ['buffer', reads(2)], ['count', size], ...offset]),
  readv: call([fd, outputVector, ['count', int]]),
  writev: call([fd, inputVector, ['count', int]]),
  preadv: call([fd, outputVector, ['count', int], ...offset]),
  pwritev: call([fd, inputVector, ['count', int], ...offset]),
  lseek: call([fd, ['offset', int], ['whence', choice(constants.whence)]]),
  _llseek: call([
    fd,
    ['high', size],
    ['low', size],
    ['position', output('offset64')],
    ['whence', choice(constants.whence)],
  ]),
  fsync: call([fd]),
  fdatasync: call([fd]),
  sync: call([]),
  truncate64: call([path, ['length', { kind: 'offset64' }], hidden]),
  ftruncate64: call([fd, ['length', { kind: 'offset64' }], hidden]),
  getdents64: call([fd, ['entries', { kind: 'entries' }], ['size', size]]),
  poll: call([
    ['fds', { kind: 'poll', count: 1 }],
    ['count', size],
    ['milliseconds', int],
  ]),
  ppoll: call([
    ['fds', { kind: 'poll', count: 1 }],
    ['count', size],
    ['timeout', input('timespec32')],
  ]),
  ppoll_time64: call([
    ['fds', { kind: 'poll', count: 1 }],
    ['count', size],
    ['timeout', input('timespec64')],
  ]),

  stat64: call([path, ['stat', output('stat64')]]),
  lstat64: call([path, ['stat', output('stat64')]]),
  fstat64: call([fd, ['stat', output('stat64')]]),
  fstatat64: call([dirfd, path, ['stat', output('stat64')], ['flags', at]]),
  statx: call([dirfd, path, ['flags', at], ['mask', flags(constants.statxMask)], ['statx', output('statx')]]),
  access: call([path, ['mode', flags(constants.accessModes, 'F_OK')]]),
  faccessat: call([dirfd, path, ['mode', flags(constants.accessModes, 'F_OK')]]),
  faccessat2: call([dirfd, path, ['mode', flags(constants.accessModes, 'F_OK')], ['flags', at]]),
  chmod: call([path, ['mode', mode]]),
  fchmod: call([fd, ['mode', mode]]),
  fchmodat: call([dirfd, path, ['mode', mode]]),
  chown32: call([path, ...user]),
  fchown32: call([fd, ...user]),
  fchownat: call([dirfd, path, ...user, ['flags', at]]),
  utimensat: call([dirfd, path, ['times', input('timespec32')], ['flags', at]]),
  utimensat_time64: call([dirfd, path, ['times', input('timespec64')], ['flags', at]]),
  mkdir: call([path, ['mode', mode]]),
  mkdirat: call([dirfd, path, ['mode', mode]]),
  rmdir: call([path]),
  unlink: call([path]),
  unlinkat: call([dirfd, path, ['flags', at]]),
  rename: call([
    ['from', { kind: 'string' }],
    ['to', { kind: 'string' }],
  ]),
  renameat: call([dirfd, ['from', { kind: 'string' }], dirfd, ['to', { kind: 'string' }]]),
  renameat2: call([
    dirfd,
    ['from', { kind: 'string' }],
    dirfd,
    ['to', { kind: 'string' }],
    ['flags', flags(constants.renameFlags)],
  ]),
  link: call([
    ['from', { kind: 'string' }],
    ['to', { kind: 'string' }],
  ]),
  linkat: call([dirfd, ['from', { kind: 'string' }], dirfd, ['to', { kind: 'string' }], ['flags', at]]),
  symlink: call([['target', { kind: 'string' }], path]),
  symlinkat: call([['target', { kind: 'string' }], dirfd, path]),
  readlink: call([path, ['buffer', fills('result')], ['size', size]]),
  readlinkat: call([dirfd, path, ['buffer', fills('result')], ['size', size]]),
  chdir: call([path], 'number', { kind: 'changes-directory', path: 0 }),
  fchdir: call([fd], 'number', { kind: 'changes-directory', descriptor: 0 }),
  getcwd: call([
    ['buffer', fills('result')],
    ['size', size],
  ]),
  umask: call([['mask', mode]], 'mode'),
  statfs64: call([path, ['size', size], ['statfs', pointer]]),
  fstatfs64: call([fd, ['size', size], ['statfs', pointer]]),

  mmap2: call(
    [
      ['address', pointer],
      ['length', size],
      ['protection', protection],
      ['flags', flags(constants.mapFlags)],
      fd,
      ['page_offset', size],
    ],
    'pointer',
  ),
  munmap: call([
    ['address', pointer],
    ['length', size],
  ]),
  mprotect: call([
    ['address', pointer],
    ['length', size],
    ['protection', protection],
  ]),
  mremap: call(
    [
      ['address', pointer],
      ['old_length', size],
      ['new_length', size],
      ['flags', flags(constants.remapFlags)],
      ['wanted', pointer],
    ],
    'pointer',
  ),
  madvise: call([
    ['address', pointer],
    ['length', size],
    ['advice', choice(constants.advice)],
  ]),
  mlock: call([
    ['address', pointer],
    ['length', size],
  ]),
  msync: call([
    ['address', pointer],
    ['length', size],
    ['flags', { kind: 'hex' }],
  ]),
  brk: call([['address', pointer]], 'pointer'),

  clock_gettime32: call([clock, ['time', output('timespec32')]]),
  clock_gettime64: call([clock, ['time', output('timespec64')]]),
  clock_getres_time32: call([clock, ['resolution', output('timespec32')]]),
  clock_getres_time64: call([clock, ['resolution', output('timespec64')]]),
  clock_nanosleep_time32: call([
    clock,
    ['flags', flags(constants.timerFlags)],
    ['request', input('timespec32')],
    ['remaining', pointer],
  ]),
  clock_nanosleep_time64: call([
    clock,
    ['flags', flags(constants.timerFlags)],
    ['request', input('timespec64')],
    ['remaining', pointer],
  ]),
  nanosleep: call([
    ['request', input('timespec32')],
    ['remaining', pointer],
  ]),
  gettimeofday_time32: call([
    ['time', output('timespec32')],
    ['zone', pointer],
  ]),
  time: call([['time', output('word')]]),
  times: call([['times', pointer]]),
  getrusage: call([
    ['who', choice(constants.usageTargets)],
    ['usage', pointer],
  ]),

  futex: call([
    ['word', pointer],
    ['operation', { kind: 'futex-operation' }],
    ['value', int],
    ['timeout', input('timespec32')],
    ['target', pointer],
    ['compare', int],
  ]),
  futex_time64: call([
    ['word', pointer],
    ['operation', { kind: 'futex-operation' }],
    ['value', int],
    ['timeout', input('timespec64')],
    ['target', pointer],
    ['compare', int],
  ]),
  clone: call([
    ['flags', flags(constants.cloneFlags)],
    ['stack', pointer],
    ['tid_result', pointer],
    ['data_area', pointer],
    ['clear_on_exit', pointer],
    ['start', input('cloneStart')],
  ]),
  set_thread_area: call([['data_area', pointer]]),
  set_tid_address: call([['word', pointer]]),
  gettid: call([]),
  getpid: call([]),
  getppid: call([]),
  getpgid: call([['pid', int]]),
  getsid: call([['pid', int]]),
  sched_yield: call([]),
  exit: call([['status', int]], 'never'),
  exit_group: call([['status', int]], 'never'),

  rt_sigaction: call([
    ['signal', { kind: 'signal' }],
    ['action', input('sigaction')],
    ['old', output('sigaction')],
    ['mask_bytes', size],
  ]),
  rt_sigprocmask: call([
    ['how', choice(constants.signalMaskActions)],
    ['set', input('sigset')],
    ['old', output('sigset')],
    ['mask_bytes', size],
  ]),
  rt_sigpending: call([
    ['set', output('sigset')],
    ['mask_bytes', size],
  ]),
  kill: call([
    ['pid', int],
    ['signal', { kind: 'signal' }],
  ]),
  tkill: call([
    ['tid', int],
    ['signal', { kind: 'signal' }],
  ]),
  tgkill: call([
    ['pid', int],
    ['tid', int],
    ['signal', { kind: 'signal' }],
  ]),

  getuid32: call([]),
  geteuid32: call([]),
  getgid32: call([]),
  getegid32: call([]),
  uname: call([['name', output('utsname')]]),
  prlimit64: call([
    ['pid', int],
    ['resource', choice(constants.resources)],
    ['wanted', input('rlimit64')],
    ['old', output('rlimit64')],
  ]),
  ugetrlimit: call([
    ['resource', choice(constants.resources)],
    ['limit', output('rlimit32')],
  ]),
  sysinfo: call([['information', pointer]]),
  getrandom: call([
    ['buffer', pointer],
    ['count', size],
    ['flags', flags(constants.randomFlags)],
  ]),
};
