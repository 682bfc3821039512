/** What the calls about memory, time, threads, signals and the process mean: one row per call, in the order of the arguments. */
import * as constants from './constants.ts';
import {
  call,
  choice,
  clock,
  fd,
  fills,
  flags,
  input,
  int,
  output,
  path,
  pointer,
  signal,
  size,
  type PosixSignatures,
} from './signature.ts';

const protection = flags(constants.memoryProtections, 'PROT_NONE');
const threeIdentifiers = [
  ['real', int],
  ['effective', int],
  ['saved', int],
] as const;
const threeIdentifiersOut = [
  ['real', output('word')],
  ['effective', output('word')],
  ['saved', output('word')],
] as const;

export const processCalls: PosixSignatures = {
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
  munlock: call([
    ['address', pointer],
    ['length', size],
  ]),
  mincore: call([
    ['address', pointer],
    ['length', size],
    ['resident', pointer],
  ]),
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
    ['flags', flags(constants.syncFlags)],
  ]),
  brk: call([['address', pointer]], 'pointer'),

  clock_gettime32: call([clock, ['time', output('timespec32')]]),
  clock_gettime64: call([clock, ['time', output('timespec64')]]),
  clock_settime32: call([clock, ['time', input('timespec32')]]),
  clock_settime64: call([clock, ['time', input('timespec64')]]),
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
  settimeofday_time32: call([
    ['time', input('timeval32')],
    ['zone', pointer],
  ]),
  gettimeofday_time32: call([
    ['time', output('timeval32')],
    ['zone', pointer],
  ]),
  time: call([['time', output('word')]]),
  times: call([['times', output('tms')]]),
  getrusage: call([
    ['who', choice(constants.usageTargets)],
    ['usage', output('rusage')],
  ]),

  futex: call(
    [
      ['word', pointer],
      ['operation', { kind: 'futex-operation' }],
      ['value', int],
      ['timeout', { kind: 'futex-timeout', structure: 'timespec32' }],
      ['target', pointer],
      ['compare', int],
    ],
    'number',
    { shown: ([, operation = 0]) => constants.futexArguments(operation) },
  ),
  futex_time64: call(
    [
      ['word', pointer],
      ['operation', { kind: 'futex-operation' }],
      ['value', int],
      ['timeout', { kind: 'futex-timeout', structure: 'timespec64' }],
      ['target', pointer],
      ['compare', int],
    ],
    'number',
    { shown: ([, operation = 0]) => constants.futexArguments(operation) },
  ),
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
  set_robust_list: call([
    ['head', pointer],
    ['bytes', size],
  ]),
  get_robust_list: call([
    ['thread', int],
    ['head', output('wordHex')],
    ['bytes', output('word')],
  ]),
  gettid: call([]),
  getpid: call([]),
  getppid: call([]),
  getpgid: call([['pid', int]]),
  getsid: call([['pid', int]]),
  sched_yield: call([]),
  exit: call([['status', int]], 'never'),
  exit_group: call([['status', int]], 'never'),

  rt_sigaction: call([
    signal,
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
  rt_sigsuspend: call([
    ['set', input('sigset')],
    ['mask_bytes', size],
  ]),
  rt_sigtimedwait: call([
    ['set', input('sigset')],
    ['information', pointer],
    ['timeout', input('timespec32')],
    ['mask_bytes', size],
  ]),
  rt_sigtimedwait_time64: call([
    ['set', input('sigset')],
    ['information', pointer],
    ['timeout', input('timespec64')],
    ['mask_bytes', size],
  ]),
  sigaltstack: call([
    ['stack', pointer],
    ['old', pointer],
  ]),
  pause: call([]),
  rt_sigpending: call([
    ['set', output('sigset')],
    ['mask_bytes', size],
  ]),
  kill: call([['pid', int], signal]),
  tkill: call([['tid', int], signal]),
  tgkill: call([['pid', int], ['tid', int], signal]),
  rt_sigqueueinfo: call([['pid', int], signal, ['information', pointer]]),

  getuid32: call([]),
  geteuid32: call([]),
  getgid32: call([]),
  getegid32: call([]),
  setuid32: call([['user', int]]),
  setgid32: call([['group', int]]),
  setreuid32: call(threeIdentifiers.slice(0, 2)),
  setregid32: call(threeIdentifiers.slice(0, 2)),
  setresuid32: call(threeIdentifiers),
  setresgid32: call(threeIdentifiers),
  getresuid32: call(threeIdentifiersOut),
  getresgid32: call(threeIdentifiersOut),
  setgroups32: call([
    ['size', int],
    ['groups', pointer],
  ]),
  setpriority: call([
    ['which', int],
    ['who', int],
    ['niceness', int],
  ]),
  sched_get_priority_max: call([['policy', int]]),
  sched_get_priority_min: call([['policy', int]]),
  sched_rr_get_interval: call([
    ['tid', int],
    ['interval', output('timespec32')],
  ]),
  sched_rr_get_interval_time64: call([
    ['tid', int],
    ['interval', output('timespec64')],
  ]),
  getgroups32: call([
    ['count', int],
    ['groups', pointer],
  ]),
  sched_getaffinity: call([
    ['pid', int],
    ['bytes', size],
    ['processors', { kind: 'set', direction: 'out', unit: 'bytes', length: 'result' }],
  ]),
  sched_setaffinity: call([
    ['pid', int],
    ['bytes', size],
    ['processors', { kind: 'set', direction: 'in', unit: 'bytes', length: 1 }],
  ]),
  getcpu: call([
    ['processor', output('word')],
    ['node', output('word')],
    ['cache', pointer],
  ]),
  getpriority: call([
    ['which', choice(constants.priorityTargets)],
    ['who', int],
  ]),

  execve: call([path, ['arguments', { kind: 'strings' }], ['environment', { kind: 'strings' }]]),
  fork: call([]),
  vfork: call([]),
  wait4: call([
    ['pid', int],
    ['status', output('word')],
    ['options', flags(constants.waitOptions)],
    ['usage', pointer],
  ]),
  prctl: call(['option', 'a', 'b', 'c', 'd'].map((name) => [name, { kind: 'hex' }] as const)),
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
  sysinfo: call([['information', output('sysinfo')]]),
  getrandom: call([
    ['buffer', fills('result')],
    ['count', size],
    ['flags', flags(constants.randomFlags)],
  ]),
};
