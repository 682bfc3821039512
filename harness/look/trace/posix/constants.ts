/** Names of the values POSIX calls take, as musl's headers for i386 spell and number them. */
import { choiceText, flagsText, type ChoiceTable, type FlagTable } from '../values.ts';

/** Flags of open without how it is accessed. */
export const openFlags: FlagTable = [
  ['O_CREAT', 0o100],
  ['O_EXCL', 0o200],
  ['O_NOCTTY', 0o400],
  ['O_TRUNC', 0o1000],
  ['O_APPEND', 0o2000],
  ['O_NONBLOCK', 0o4000],
  ['O_SYNC', 0o4010000],
  ['O_DSYNC', 0o10000],
  ['O_ASYNC', 0o20000],
  ['O_DIRECT', 0o40000],
  ['O_LARGEFILE', 0o100000],
  ['O_TMPFILE', 0o20200000],
  ['O_DIRECTORY', 0o200000],
  ['O_NOFOLLOW', 0o400000],
  ['O_NOATIME', 0o1000000],
  ['O_CLOEXEC', 0o2000000],
  ['O_PATH', 0o10000000],
];

/** O_CREAT, and the bit of O_TMPFILE that is not O_DIRECTORY. */
export const CREATION_FLAGS = 0o20000100;

const ACCESS_MODE_BITS = 3;
const openAccess = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'];

/** `O_RDONLY|O_CREAT`: how a file is accessed is a number, not bits. */
export function openFlagsText(flags: number): string {
  const names = flagsText(flags & ~ACCESS_MODE_BITS, openFlags, '');
  const access = openAccess[flags & ACCESS_MODE_BITS] ?? '';
  return names === '' ? access : `${access}|${names}`;
}

export const descriptorFlags: FlagTable = [['FD_CLOEXEC', 1]];

export const atFlags: FlagTable = [
  ['AT_SYMLINK_NOFOLLOW', 0x100],
  ['AT_REMOVEDIR', 0x200],
  ['AT_SYMLINK_FOLLOW', 0x400],
  ['AT_NO_AUTOMOUNT', 0x800],
  ['AT_EMPTY_PATH', 0x1000],
  ['AT_STATX_FORCE_SYNC', 0x2000],
  ['AT_STATX_DONT_SYNC', 0x4000],
];

/** AT_FDCWD as the word that is passed. */
export const CURRENT_DIRECTORY = 0xffffff9c;

export const accessFlags: FlagTable = [
  ['AT_EACCESS', 0x200],
  ['AT_SYMLINK_NOFOLLOW', 0x100],
  ['AT_EMPTY_PATH', 0x1000],
];

export const fallocateModes: FlagTable = [
  ['FALLOC_FL_KEEP_SIZE', 1],
  ['FALLOC_FL_PUNCH_HOLE', 2],
  ['FALLOC_FL_COLLAPSE_RANGE', 8],
  ['FALLOC_FL_ZERO_RANGE', 0x10],
];

export const fileAdvice: ChoiceTable = {
  0: 'POSIX_FADV_NORMAL',
  1: 'POSIX_FADV_RANDOM',
  2: 'POSIX_FADV_SEQUENTIAL',
  3: 'POSIX_FADV_WILLNEED',
  4: 'POSIX_FADV_DONTNEED',
  5: 'POSIX_FADV_NOREUSE',
};

export const syncFlags: FlagTable = [
  ['MS_ASYNC', 1],
  ['MS_INVALIDATE', 2],
  ['MS_SYNC', 4],
];

export const priorityTargets: ChoiceTable = { 0: 'PRIO_PROCESS', 1: 'PRIO_PGRP', 2: 'PRIO_USER' };

export const waitOptions: FlagTable = [
  ['WNOHANG', 1],
  ['WUNTRACED', 2],
  ['WCONTINUED', 8],
];

export const addressFamilies: ChoiceTable = { 0: 'AF_UNSPEC', 1: 'AF_UNIX', 2: 'AF_INET', 10: 'AF_INET6' };

export const socketTypes: FlagTable = [
  ['SOCK_SEQPACKET', 5],
  ['SOCK_RAW', 3],
  ['SOCK_STREAM', 1],
  ['SOCK_DGRAM', 2],
  ['SOCK_NONBLOCK', 0o4000],
  ['SOCK_CLOEXEC', 0o2000000],
];

export const messageFlags: FlagTable = [
  ['MSG_OOB', 1],
  ['MSG_PEEK', 2],
  ['MSG_CTRUNC', 8],
  ['MSG_TRUNC', 0x20],
  ['MSG_DONTWAIT', 0x40],
  ['MSG_WAITALL', 0x100],
  ['MSG_NOSIGNAL', 0x4000],
  ['MSG_CMSG_CLOEXEC', 0x40000000],
];

export const shutdowns: ChoiceTable = { 0: 'SHUT_RD', 1: 'SHUT_WR', 2: 'SHUT_RDWR' };

export const accessModes: FlagTable = [
  ['R_OK', 4],
  ['W_OK', 2],
  ['X_OK', 1],
];

export const memoryProtections: FlagTable = [
  ['PROT_READ', 1],
  ['PROT_WRITE', 2],
  ['PROT_EXEC', 4],
  ['PROT_GROWSDOWN', 0x01000000],
  ['PROT_GROWSUP', 0x02000000],
];

export const mapFlags: FlagTable = [
  ['MAP_SHARED', 1],
  ['MAP_PRIVATE', 2],
  ['MAP_FIXED', 0x10],
  ['MAP_ANONYMOUS', 0x20],
  ['MAP_GROWSDOWN', 0x100],
  ['MAP_NORESERVE', 0x4000],
  ['MAP_POPULATE', 0x8000],
  ['MAP_NONBLOCK', 0x10000],
  ['MAP_STACK', 0x20000],
  ['MAP_FIXED_NOREPLACE', 0x100000],
];

export const remapFlags: FlagTable = [
  ['MREMAP_MAYMOVE', 1],
  ['MREMAP_FIXED', 2],
];

export const advice: ChoiceTable = {
  0: 'MADV_NORMAL',
  1: 'MADV_RANDOM',
  2: 'MADV_SEQUENTIAL',
  3: 'MADV_WILLNEED',
  4: 'MADV_DONTNEED',
  8: 'MADV_FREE',
};

export const whence: ChoiceTable = {
  0: 'SEEK_SET',
  1: 'SEEK_CUR',
  2: 'SEEK_END',
  3: 'SEEK_DATA',
  4: 'SEEK_HOLE',
};

export const descriptorCommands: ChoiceTable = {
  0: 'F_DUPFD',
  1: 'F_GETFD',
  2: 'F_SETFD',
  3: 'F_GETFL',
  4: 'F_SETFL',
  8: 'F_SETOWN',
  9: 'F_GETOWN',
  12: 'F_GETLK64',
  13: 'F_SETLK64',
  14: 'F_SETLKW64',
  1030: 'F_DUPFD_CLOEXEC',
};

/** Numbers of those commands of fcntl that more is known of. */
export const descriptorCommand = {
  getFlags: 1,
  setFlags: 2,
  getStatus: 3,
  setStatus: 4,
  getLock: 12,
  setLock: 13,
  setLockWaiting: 14,
} as const;

/** Commands of fcntl that take no argument. */
export const commandsWithoutArgument: ReadonlySet<number> = new Set([1, 3, 9]);

export const lockTypes: ChoiceTable = { 0: 'F_RDLCK', 1: 'F_WRLCK', 2: 'F_UNLCK' };

/** Commands of fcntl whose result is a new descriptor. */
export const duplicatingCommands: ReadonlySet<number> = new Set([0, 1030]);

/** Requests of ioctl; others are shown in hexadecimal. */
export const ioctls: ChoiceTable = {
  0x5401: 'TCGETS',
  0x5402: 'TCSETS',
  0x540f: 'TIOCGPGRP',
  0x5413: 'TIOCGWINSZ',
  0x541b: 'FIONREAD',
  0x5421: 'FIONBIO',
  0x5450: 'FIONCLEX',
  0x5451: 'FIOCLEX',
};

export const clocks: ChoiceTable = {
  0: 'CLOCK_REALTIME',
  1: 'CLOCK_MONOTONIC',
  2: 'CLOCK_PROCESS_CPUTIME_ID',
  3: 'CLOCK_THREAD_CPUTIME_ID',
  4: 'CLOCK_MONOTONIC_RAW',
  5: 'CLOCK_REALTIME_COARSE',
  6: 'CLOCK_MONOTONIC_COARSE',
  7: 'CLOCK_BOOTTIME',
};

export const intervalTimers: ChoiceTable = { 0: 'ITIMER_REAL', 1: 'ITIMER_VIRTUAL', 2: 'ITIMER_PROF' };

export const timerFlags: FlagTable = [['TIMER_ABSTIME', 1]];

export const signals: ChoiceTable = Object.fromEntries(
  [
    'SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM',
    'SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO',
    'SIGPWR SIGSYS',
  ]
    .flatMap((line) => line.split(' '))
    .map((name, index) => [index + 1, name]),
);

export const signalMaskActions: ChoiceTable = { 0: 'SIG_BLOCK', 1: 'SIG_UNBLOCK', 2: 'SIG_SETMASK' };

export const signalActionFlags: FlagTable = [
  ['SA_NOCLDSTOP', 1],
  ['SA_NOCLDWAIT', 2],
  ['SA_SIGINFO', 4],
  ['SA_RESTORER', 0x04000000],
  ['SA_ONSTACK', 0x08000000],
  ['SA_RESTART', 0x10000000],
  ['SA_NODEFER', 0x40000000],
  ['SA_RESETHAND', 0x80000000],
];

const futexOperations: ChoiceTable = {
  0: 'FUTEX_WAIT',
  1: 'FUTEX_WAKE',
  3: 'FUTEX_REQUEUE',
  4: 'FUTEX_CMP_REQUEUE',
  5: 'FUTEX_WAKE_OP',
  6: 'FUTEX_LOCK_PI',
  7: 'FUTEX_UNLOCK_PI',
  9: 'FUTEX_WAIT_BITSET',
  10: 'FUTEX_WAKE_BITSET',
};
const FUTEX_PRIVATE = 128;
const FUTEX_CLOCK_REALTIME = 256;
const futexKind = (operation: number): number => operation & ~(FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME);

/** `FUTEX_WAIT_PRIVATE`. */
export function futexOperationText(operation: number): string {
  const name = choiceText(futexKind(operation), futexOperations);
  const isPrivate = (operation & FUTEX_PRIVATE) === 0 ? '' : '_PRIVATE';
  return `${name}${isPrivate}${(operation & FUTEX_CLOCK_REALTIME) === 0 ? '' : '|FUTEX_CLOCK_REALTIME'}`;
}

/** Whether the fourth argument is how long to wait. */
export function futexWaits(operation: number): boolean {
  return [0, 6, 9].includes(futexKind(operation));
}

/** How many arguments an operation takes. */
export function futexArguments(operation: number): number {
  const counts: Readonly<Record<number, number>> = { 0: 4, 1: 3, 3: 5, 6: 4, 7: 2 };
  return counts[futexKind(operation)] ?? 6;
}

export const cloneFlags: FlagTable = [
  ['CLONE_VM', 0x100],
  ['CLONE_FS', 0x200],
  ['CLONE_FILES', 0x400],
  ['CLONE_SIGHAND', 0x800],
  ['CLONE_THREAD', 0x10000],
  ['CLONE_SYSVSEM', 0x40000],
  ['CLONE_SETTLS', 0x80000],
  ['CLONE_PARENT_SETTID', 0x100000],
  ['CLONE_CHILD_CLEARTID', 0x200000],
  ['CLONE_DETACHED', 0x400000],
];

export const statxMask: FlagTable = [
  ['STATX_ALL', 0xfff],
  ['STATX_BASIC_STATS', 0x7ff],
  ['STATX_TYPE', 1],
  ['STATX_MODE', 2],
  ['STATX_NLINK', 4],
  ['STATX_UID', 8],
  ['STATX_GID', 0x10],
  ['STATX_ATIME', 0x20],
  ['STATX_MTIME', 0x40],
  ['STATX_CTIME', 0x80],
  ['STATX_INO', 0x100],
  ['STATX_SIZE', 0x200],
  ['STATX_BLOCKS', 0x400],
  ['STATX_BTIME', 0x800],
];

export const renameFlags: FlagTable = [
  ['RENAME_NOREPLACE', 1],
  ['RENAME_EXCHANGE', 2],
];

export const randomFlags: FlagTable = [
  ['GRND_NONBLOCK', 1],
  ['GRND_RANDOM', 2],
];

export const resources: ChoiceTable = {
  0: 'RLIMIT_CPU',
  1: 'RLIMIT_FSIZE',
  2: 'RLIMIT_DATA',
  3: 'RLIMIT_STACK',
  4: 'RLIMIT_CORE',
  5: 'RLIMIT_RSS',
  6: 'RLIMIT_NPROC',
  7: 'RLIMIT_NOFILE',
  8: 'RLIMIT_MEMLOCK',
  9: 'RLIMIT_AS',
};

export const usageTargets: ChoiceTable = { 0: 'RUSAGE_SELF', 1: 'RUSAGE_THREAD', [-1]: 'RUSAGE_CHILDREN' };

export const pollEvents: FlagTable = [
  ['POLLIN', 1],
  ['POLLPRI', 2],
  ['POLLOUT', 4],
  ['POLLERR', 8],
  ['POLLHUP', 0x10],
  ['POLLNVAL', 0x20],
];

const fileTypes: ChoiceTable = {
  0o010000: 'S_IFIFO',
  0o020000: 'S_IFCHR',
  0o040000: 'S_IFDIR',
  0o060000: 'S_IFBLK',
  0o100000: 'S_IFREG',
  0o120000: 'S_IFLNK',
  0o140000: 'S_IFSOCK',
};

/** A file's mode as `S_IFREG|0644`. */
export function fileModeText(mode: number): string {
  const type = fileTypes[mode & 0o170000];
  const permissions = `0${(mode & 0o7777).toString(8)}`;
  return type === undefined ? permissions : `${type}|${permissions}`;
}
