/** What the calls about files and descriptors mean: one row per call, in the order of the arguments. */
import * as constants from './constants.ts';
import {
  call,
  choice,
  dirfd,
  fd,
  fills,
  flags,
  hidden,
  input,
  int,
  mode,
  offset,
  output,
  path,
  pointer,
  reads,
  size,
  string,
  type PosixSignatures,
  type PosixType,
} from './signature.ts';

const openMode = { kind: 'open-flags' } as const;
const hex = { kind: 'hex' } as const;
const at = flags(constants.atFlags);
const inputVector = ['iov', { kind: 'vector', direction: 'in', count: 2 }] as const;
const outputVector = ['iov', { kind: 'vector', direction: 'out', count: 2 }] as const;
const user = [
  ['user', int],
  ['group', int],
] as const;
const descriptorSet: PosixType = { kind: 'set', direction: 'in', unit: 'bits', length: 0 };
const selected = [
  ['count', int],
  ['readable', descriptorSet],
  ['writable', descriptorSet],
  ['exceptional', descriptorSet],
] as const;

/** Whether open takes a mode. */
const creates = (flagBits: number): boolean => (flagBits & constants.CREATION_FLAGS) !== 0;

const descriptorControl = call(
  [fd, ['command', choice(constants.descriptorCommands)], ['argument', { kind: 'command-argument' }]],
  'number',
  {
    effect: { kind: 'controls', descriptor: 0 },
    shown: ([, command = 0]) => (constants.commandsWithoutArgument.has(command) ? 2 : 3),
  },
);

export const fileCalls: PosixSignatures = {
  open: call([path, ['flags', openMode], ['mode', mode]], 'descriptor', {
    effect: { kind: 'opens', path: 0 },
    shown: ([, flagBits = 0]) => (creates(flagBits) ? 3 : 2),
  }),
  openat: call([dirfd, path, ['flags', openMode], ['mode', mode]], 'descriptor', {
    effect: { kind: 'opens', directory: 0, path: 1 },
    shown: ([, , flagBits = 0]) => (creates(flagBits) ? 4 : 3),
  }),
  creat: call([path, ['mode', mode]], 'descriptor', { effect: { kind: 'opens', path: 0 } }),
  close: call([fd], 'number', { effect: { kind: 'closes', descriptor: 0 } }),
  dup: call([fd], 'descriptor', { effect: { kind: 'duplicates', descriptor: 0 } }),
  dup2: call([fd, ['target', int]], 'descriptor', { effect: { kind: 'duplicates', descriptor: 0 } }),
  dup3: call([fd, ['target', int], ['flags', flags(constants.openFlags)]], 'descriptor', {
    effect: { kind: 'duplicates', descriptor: 0 },
  }),
  pipe: call([['fds', output('twoWords')]]),
  pipe2: call([
    ['fds', output('twoWords')],
    ['flags', flags(constants.openFlags)],
  ]),
  flock: call([fd, ['operation', hex]]),
  memfd_create: call(
    [
      ['name', string],
      ['flags', hex],
    ],
    'descriptor',
  ),
  epoll_create: call([['size', int]], 'descriptor'),
  epoll_create1: call([['flags', hex]], 'descriptor'),
  epoll_ctl: call([fd, ['operation', int], ['target', int], ['event', pointer]]),
  epoll_wait: call([fd, ['events', pointer], ['count', int], ['timeout', int]]),
  epoll_pwait: call([fd, ['events', pointer], ['count', int], ['timeout', int], ['mask', pointer]]),
  eventfd: call([['start', size]], 'descriptor'),
  eventfd2: call(
    [
      ['start', size],
      ['flags', hex],
    ],
    'descriptor',
  ),
  fcntl64: descriptorControl,
  fcntl: descriptorControl,
  ioctl: call([
    fd,
    ['request', { kind: 'choice', table: constants.ioctls, hex: true }],
    ['argument', { kind: 'command-argument' }],
  ]),

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
    ['offset', { kind: 'high-offset64' }],
    hidden,
    ['position', output('offset64')],
    ['whence', choice(constants.whence)],
  ]),
  fsync: call([fd]),
  fdatasync: call([fd]),
  syncfs: call([fd]),
  sync: call([]),
  fadvise64_64: call([
    fd,
    ...offset,
    ['length', { kind: 'offset64' }],
    hidden,
    ['advice', choice(constants.fileAdvice)],
  ]),
  fallocate: call([
    fd,
    ['mode', flags(constants.fallocateModes)],
    ...offset,
    ['length', { kind: 'offset64' }],
    hidden,
  ]),
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

  _newselect: call([...selected, ['timeout', input('timeval32')]]),
  pselect6: call([...selected, ['timeout', input('timespec32')], ['mask', pointer]]),
  pselect6_time64: call([...selected, ['timeout', input('timespec64')], ['mask', pointer]]),

  stat64: call([path, ['stat', output('stat64')]]),
  lstat64: call([path, ['stat', output('stat64')]]),
  fstat64: call([fd, ['stat', output('stat64')]]),
  fstatat64: call([dirfd, path, ['stat', output('stat64')], ['flags', at]]),
  statx: call([dirfd, path, ['flags', at], ['mask', flags(constants.statxMask)], ['statx', output('statx')]]),
  access: call([path, ['mode', flags(constants.accessModes, 'F_OK')]]),
  faccessat: call([dirfd, path, ['mode', flags(constants.accessModes, 'F_OK')]]),
  faccessat2: call([
    dirfd,
    path,
    ['mode', flags(constants.accessModes, 'F_OK')],
    ['flags', flags(constants.accessFlags)],
  ]),
  chmod: call([path, ['mode', mode]]),
  fchmod: call([fd, ['mode', mode]]),
  fchmodat: call([dirfd, path, ['mode', mode]]),
  chown32: call([path, ...user]),
  lchown32: call([path, ...user]),
  fchown32: call([fd, ...user]),
  fchownat: call([dirfd, path, ...user, ['flags', at]]),
  utimensat: call([dirfd, path, ['times', input('twoTimespecs32')], ['flags', at]]),
  utimensat_time64: call([dirfd, path, ['times', input('twoTimespecs64')], ['flags', at]]),
  mknod: call([path, ['mode', { kind: 'hex' }], ['device', { kind: 'hex' }]]),
  mknodat: call([dirfd, path, ['mode', { kind: 'hex' }], ['device', { kind: 'hex' }]]),
  mkdir: call([path, ['mode', mode]]),
  mkdirat: call([dirfd, path, ['mode', mode]]),
  rmdir: call([path]),
  unlink: call([path]),
  unlinkat: call([dirfd, path, ['flags', at]]),
  rename: call([
    ['from', string],
    ['to', string],
  ]),
  renameat: call([dirfd, ['from', string], dirfd, ['to', string]]),
  renameat2: call([dirfd, ['from', string], dirfd, ['to', string], ['flags', flags(constants.renameFlags)]]),
  link: call([
    ['from', string],
    ['to', string],
  ]),
  linkat: call([dirfd, ['from', string], dirfd, ['to', string], ['flags', at]]),
  symlink: call([['target', string], path]),
  symlinkat: call([['target', string], dirfd, path]),
  readlink: call([path, ['buffer', fills('result')], ['size', size]]),
  readlinkat: call([dirfd, path, ['buffer', fills('result')], ['size', size]]),
  chdir: call([path], 'number', { effect: { kind: 'changes-directory', path: 0 } }),
  fchdir: call([fd], 'number', { effect: { kind: 'changes-directory', descriptor: 0 } }),
  getcwd: call([
    ['buffer', { kind: 'string-out' }],
    ['size', size],
  ]),
  umask: call([['mask', mode]], 'mode'),
  statfs64: call([path, ['size', size], ['statfs', output('statfs64')]]),
  fstatfs64: call([fd, ['size', size], ['statfs', output('statfs64')]]),
};
