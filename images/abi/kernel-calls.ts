/**
 * The table of kernel calls: numbers, names, arguments with their types, results, errors. The kernel's dispatcher,
 * the stubs of guest programs and the harness's decoder are all made from it.
 * Source: ABI reference, "Kernel calls", and its companion for Era M, "Calls" and "Signals". What these pages leave open
 * (the arguments of pmio, which error answers which mistake) is decided here and marked "ours".
 */
import type { EraName } from './era.ts';
import type { ErrnoName } from './errno.ts';
import type { structsM } from './structs-m.ts';
import type { structs } from './structs.ts';

/** Name of a structure of structs.ts or structs-m.ts. */
export type StructName = (typeof structs)[number]['name'] | (typeof structsM)[number]['name'];

/** What an argument word means, in enough detail to print it as strace would. */
export type ArgumentType =
  | { readonly kind: 'process-id' }
  | { readonly kind: 'thread-id' }
  | { readonly kind: 'exit-status' }
  /** A signal's number, 0 to 64. */
  | { readonly kind: 'signal' }
  /** What sigprocmask does with its set: 0 block, 1 unblock, 2 set. */
  | { readonly kind: 'mask-change' }
  /** Pointer to a set of signals, 64 bits: signal n is bit n - 1. */
  | { readonly kind: 'signal-set'; readonly direction: 'in' | 'out' }
  | { readonly kind: 'capability' }
  | { readonly kind: 'switch'; readonly off: string; readonly on: string }
  | { readonly kind: 'size' }
  | { readonly kind: 'page-count' }
  | { readonly kind: 'address' }
  | { readonly kind: 'protection' }
  | { readonly kind: 'port' }
  | { readonly kind: 'port-access' }
  | { readonly kind: 'port-width' }
  | { readonly kind: 'port-value' }
  /** The two words of a region's tag; together eight characters, high word first. */
  | { readonly kind: 'tag-low' }
  | { readonly kind: 'tag-high' }
  | { readonly kind: 'mutex' }
  | { readonly kind: 'condition' }
  /** The two words of a timeout; both 0xffffffff in an absolute one: no timeout. */
  | { readonly kind: 'seconds'; readonly clock: 'absolute' | 'relative' }
  | { readonly kind: 'nanoseconds'; readonly clock: 'absolute' | 'relative' }
  /** Pointer to bytes; `in` is read by the kernel, `out` written. `length` names the argument that holds the size. */
  | {
      readonly kind: 'buffer';
      readonly direction: 'in' | 'out';
      readonly length: string;
      readonly text: boolean;
    }
  | { readonly kind: 'struct'; readonly direction: 'in' | 'out'; readonly struct: StructName }
  /** Pointer to a u32 that the kernel writes. */
  | { readonly kind: 'word-out' };

/** One argument. Arguments are in EBX, ECX, EDX, EDI, in this order. */
export interface KernelCallArgument {
  readonly name: string;
  readonly type: ArgumentType;
}

/** What EDX:EAX holds after success. */
export type ResultType =
  /** Always 0. */
  | 'none'
  /** The call does not return when it succeeds. */
  | 'never'
  | 'process-id'
  | 'thread-id'
  | 'count'
  | 'address'
  | 'port-value';

/** One row of the table. */
export interface KernelCall {
  readonly number: number;
  readonly name: string;
  /** The era in which the call came: S is 0 to 35, M what came after, 2024 a table of its own. */
  readonly era: '2024' | 'S' | 'M';
  readonly arguments: readonly KernelCallArgument[];
  readonly result: ResultType;
  /** Errors our kernel answers. */
  readonly errors: readonly ErrnoName[];
  readonly summary: string;
}

const pid = { name: 'pid', type: { kind: 'process-id' } } as const;
const tid = { name: 'tid', type: { kind: 'thread-id' } } as const;
const address = { name: 'addr', type: { kind: 'address' } } as const;
const protection = { name: 'prot', type: { kind: 'protection' } } as const;
const port = { name: 'port', type: { kind: 'port' } } as const;
const portWidth = { name: 'width', type: { kind: 'port-width' } } as const;
const tagLow = { name: 'tag_low', type: { kind: 'tag-low' } } as const;
const tagHigh = { name: 'tag_high', type: { kind: 'tag-high' } } as const;
const mutex = { name: 'mutex', type: { kind: 'mutex' } } as const;
const condition = { name: 'cond', type: { kind: 'condition' } } as const;
const deadline = [
  { name: 'seconds', type: { kind: 'seconds', clock: 'absolute' } },
  { name: 'nanoseconds', type: { kind: 'nanoseconds', clock: 'absolute' } },
] as const;
const delay = [
  { name: 'seconds', type: { kind: 'seconds', clock: 'relative' } },
  { name: 'nanoseconds', type: { kind: 'nanoseconds', clock: 'relative' } },
] as const;
const signal = { name: 'signal', type: { kind: 'signal' } } as const;
const status = { name: 'status', type: { kind: 'exit-status' } } as const;
const length = { name: 'length', type: { kind: 'size' } } as const;

/** All calls in the order of their numbers, without holes; push and pull as in Era S, see {@link kernelCallsOf}. */
export const kernelCalls = [
  {
    number: 0,
    name: 'debug',
    era: 'S',
    arguments: [
      { name: 'buffer', type: { kind: 'buffer', direction: 'in', length: 'length', text: true } },
      length,
    ],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT'],
    summary: "writes at most 256 bytes of UTF-8 to the kernel's console",
  },
  {
    number: 1,
    name: 'getpid',
    era: 'S',
    arguments: [],
    result: 'process-id',
    errors: [],
    summary: 'identifier of the process; the program is process 1',
  },
  {
    number: 2,
    name: 'gettid',
    era: 'S',
    arguments: [],
    result: 'thread-id',
    errors: [],
    summary: 'identifier of the calling thread; the first is 1',
  },
  {
    number: 3,
    name: 'exit',
    era: 'S',
    arguments: [status],
    result: 'never',
    errors: [],
    summary: 'ends the process, and with it the machine, with a status',
  },
  {
    number: 4,
    name: 'capctl',
    era: 'S',
    arguments: [
      { name: 'capability', type: { kind: 'capability' } },
      { name: 'on', type: { kind: 'switch', off: 'release', on: 'acquire' } },
    ],
    result: 'none',
    errors: ['EINVAL'],
    summary: 'acquires or releases a capability',
  },
  {
    number: 5,
    name: 'resume',
    era: 'S',
    arguments: [{ name: 'event', type: { kind: 'size' } }],
    result: 'none',
    errors: ['ENOTSUP'],
    summary: 'resumes a thread that an event stopped; not supported',
  },
  {
    number: 6,
    name: 'terminate',
    era: 'S',
    arguments: [pid],
    result: 'none',
    errors: ['ENOTSUP'],
    summary: 'ends another process; not supported',
  },
  {
    number: 7,
    name: 'evctrl',
    era: 'S',
    arguments: [
      { name: 'event', type: { kind: 'size' } },
      { name: 'request', type: { kind: 'size' } },
    ],
    result: 'none',
    errors: ['ENOTSUP'],
    summary: 'registers for an event; not supported',
  },
  {
    number: 8,
    name: 'send',
    era: 'S',
    arguments: [{ name: 'message', type: { kind: 'struct', direction: 'in', struct: 'message' } }],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT'],
    summary: 'sends a message of type host to the host',
  },
  {
    number: 9,
    name: 'recv',
    era: 'S',
    arguments: [{ name: 'message', type: { kind: 'struct', direction: 'out', struct: 'message' } }],
    result: 'none',
    errors: ['EFAULT', 'ENOENT'],
    summary: 'waits for the next message of the host',
  },
  {
    number: 10,
    name: 'mmap',
    era: 'S',
    arguments: [pid, address, { name: 'pages', type: { kind: 'page-count' } }, protection],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'EBUSY', 'ENOMEM', 'ESRCH'],
    summary: 'maps zeroed private pages at an address',
  },
  {
    number: 11,
    name: 'munmap',
    era: 'S',
    arguments: [pid, address],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'EBUSY', 'ENOENT', 'ESRCH'],
    summary: 'unmaps one page',
  },
  {
    number: 12,
    name: 'mctrl',
    era: 'S',
    arguments: [pid, address, protection],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT', 'ESRCH'],
    summary: 'changes the protection of one page',
  },
  {
    number: 13,
    name: 'mcopy',
    era: 'S',
    arguments: [
      { name: 'source_pid', type: { kind: 'process-id' } },
      { name: 'source', type: { kind: 'address' } },
      { name: 'destination_pid', type: { kind: 'process-id' } },
      { name: 'destination', type: { kind: 'address' } },
    ],
    result: 'none',
    errors: ['ENOTSUP'],
    summary: 'copies memory between processes; not supported',
  },
  {
    number: 14,
    name: 'mmio_alloc',
    era: 'S',
    arguments: [tagLow, tagHigh],
    result: 'none',
    errors: ['EPERM', 'ENOENT', 'EEXIST'],
    summary: 'takes the memory-mapped region of a tag and maps it; needs the I/O capability',
  },
  {
    number: 15,
    name: 'mmio_free',
    era: 'S',
    arguments: [tagLow, tagHigh],
    result: 'none',
    errors: ['EPERM', 'ENOENT'],
    summary: 'gives a memory-mapped region back',
  },
  {
    number: 16,
    name: 'pmio_alloc',
    era: 'S',
    arguments: [port, { name: 'access', type: { kind: 'port-access' } }],
    result: 'none',
    errors: ['EPERM', 'EINVAL', 'EBUSY', 'EEXIST', 'ENOMEM'],
    summary: 'takes an I/O port; needs the I/O capability (arguments: ours)',
  },
  {
    number: 17,
    name: 'pmio_free',
    era: 'S',
    arguments: [port],
    result: 'none',
    errors: ['EPERM', 'EINVAL', 'ENOENT'],
    summary: 'gives an I/O port back (arguments: ours)',
  },
  {
    number: 18,
    name: 'pmio_read',
    era: 'S',
    arguments: [port, portWidth],
    result: 'port-value',
    errors: ['EPERM', 'EINVAL', 'ENOENT', 'EACCES'],
    summary: 'reads 1, 2 or 4 bytes from an I/O port (arguments: ours)',
  },
  {
    number: 19,
    name: 'pmio_write',
    era: 'S',
    arguments: [port, portWidth, { name: 'value', type: { kind: 'port-value' } }],
    result: 'none',
    errors: ['EPERM', 'EINVAL', 'ENOENT', 'EACCES'],
    summary: 'writes 1, 2 or 4 bytes to an I/O port (arguments: ours)',
  },
  {
    number: 20,
    name: 'sched_yield',
    era: 'S',
    arguments: [],
    result: 'none',
    errors: [],
    summary: 'lets the next ready thread run',
  },
  {
    number: 21,
    name: 'thread_create',
    era: 'S',
    arguments: [{ name: 'arguments', type: { kind: 'struct', direction: 'in', struct: 'thread_arguments' } }],
    result: 'thread-id',
    errors: ['EINVAL', 'ENOENT', 'EAGAIN'],
    summary: 'starts a thread',
  },
  {
    number: 22,
    name: 'thread_exit',
    era: 'S',
    arguments: [status],
    result: 'never',
    errors: [],
    summary: 'ends the calling thread; the end of the last one ends the process with its status',
  },
  {
    number: 23,
    name: 'thread_join',
    era: 'S',
    arguments: [tid, { name: 'status', type: { kind: 'word-out' } }],
    result: 'none',
    errors: ['ESRCH', 'EINVAL', 'EFAULT', 'ENOENT'],
    summary: 'waits for the end of a thread and stores its status',
  },
  {
    number: 24,
    name: 'mutex_lock',
    era: 'S',
    arguments: [mutex, ...deadline],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT', 'EDEADLK', 'EAGAIN', 'ETIMEDOUT'],
    summary: 'locks the mutex of an address, waiting in the order of arrival until an absolute time',
  },
  {
    number: 25,
    name: 'mutex_unlock',
    era: 'S',
    arguments: [mutex],
    result: 'none',
    errors: ['EFAULT', 'ENOENT', 'EPERM'],
    summary: 'unlocks a mutex of the calling thread; the first that waits gets it',
  },
  {
    number: 26,
    name: 'cond_signal',
    era: 'S',
    arguments: [condition, { name: 'broadcast', type: { kind: 'switch', off: 'one', on: 'all' } }],
    result: 'count',
    errors: ['EFAULT', 'ENOENT'],
    summary: 'wakes one or all waiting threads and says how many',
  },
  {
    number: 27,
    name: 'cond_wait',
    era: 'S',
    arguments: [condition, mutex, ...deadline],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT', 'EPERM', 'ETIMEDOUT'],
    summary: 'unlocks a mutex, waits for a signal until an absolute time, locks the mutex again',
  },
  {
    number: 28,
    name: 'gettime',
    era: 'S',
    arguments: [{ name: 'time', type: { kind: 'struct', direction: 'out', struct: 'time' } }],
    result: 'none',
    errors: ['EFAULT', 'ENOENT'],
    summary: 'tells the time since 1970',
  },
  {
    number: 29,
    name: 'sleep',
    era: 'S',
    arguments: delay,
    result: 'none',
    errors: ['EINVAL'],
    summary: 'waits for a time',
  },
  {
    number: 30,
    name: 'set_tda',
    era: 'S',
    arguments: [address],
    result: 'none',
    errors: ['EINVAL'],
    summary: 'sets the base of the thread data area behind FS and GS; 0 clears it',
  },
  {
    number: 31,
    name: 'get_tda',
    era: 'S',
    arguments: [],
    result: 'address',
    errors: [],
    summary: 'base of the thread data area, 0 if there is none',
  },
  {
    number: 32,
    name: 'mmio_info',
    era: 'S',
    arguments: [
      tagLow,
      tagHigh,
      { name: 'info', type: { kind: 'struct', direction: 'out', struct: 'mmio_info' } },
    ],
    result: 'none',
    errors: ['EPERM', 'ENOENT', 'EFAULT'],
    summary: 'tells base, size and protection of a memory-mapped region',
  },
  {
    number: 33,
    name: 'push',
    era: 'S',
    arguments: [
      pid,
      tid,
      { name: 'buffer', type: { kind: 'buffer', direction: 'in', length: 'length', text: false } },
      length,
    ],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT', 'ESRCH'],
    summary: 'gives the host (process 0) bytes that lie within one page',
  },
  {
    number: 34,
    name: 'pull',
    era: 'S',
    arguments: [
      pid,
      tid,
      { name: 'buffer', type: { kind: 'buffer', direction: 'out', length: 'length', text: false } },
      length,
    ],
    result: 'count',
    errors: ['EINVAL', 'EFAULT', 'ENOENT', 'ESRCH'],
    summary: 'asks the host (process 0) for bytes that fit within one page; says how many came',
  },
  {
    number: 35,
    name: 'snapshot',
    era: 'S',
    arguments: [],
    result: 'none',
    errors: ['EPERM', 'ENOSYS'],
    summary: 'takes a snapshot of the machine; returns 0 when taken and when restored',
  },
  {
    number: 36,
    name: 'detach',
    era: 'M',
    arguments: [tid],
    result: 'none',
    errors: ['ESRCH', 'EINVAL'],
    summary: 'forgets a thread as soon as it ends: nobody will join it',
  },
  {
    number: 37,
    name: 'duplicate',
    era: 'M',
    arguments: [{ name: 'arguments', type: { kind: 'struct', direction: 'in', struct: 'thread_arguments' } }],
    result: 'process-id',
    errors: ['ENOSYS'],
    summary: 'starts a process that is a copy of this one; our kernel has one process',
  },
  {
    number: 38,
    name: 'getppid',
    era: 'M',
    arguments: [],
    result: 'process-id',
    errors: [],
    summary: 'identifier of the process that started this one; the kernel is 0',
  },
  {
    number: 39,
    name: 'execv',
    era: 'M',
    arguments: [{ name: 'arguments', type: { kind: 'address' } }],
    result: 'never',
    errors: ['ENOSYS'],
    summary: 'replaces the program of the process; not in our kernel',
  },
  {
    number: 40,
    name: 'sig_restorer',
    era: 'M',
    arguments: [address],
    result: 'none',
    errors: ['EINVAL'],
    summary: 'sets where a handler of a signal returns to: code that calls sigreturn',
  },
  {
    number: 41,
    name: 'sigaction',
    era: 'M',
    arguments: [
      signal,
      { name: 'action', type: { kind: 'struct', direction: 'in', struct: 'signal_action' } },
      { name: 'old', type: { kind: 'struct', direction: 'out', struct: 'signal_action' } },
    ],
    result: 'none',
    errors: ['EINVAL', 'ENOENT', 'EFAULT'],
    summary: 'sets and tells what a signal does; either pointer may be 0',
  },
  {
    number: 42,
    name: 'sigprocmask',
    era: 'M',
    arguments: [
      { name: 'how', type: { kind: 'mask-change' } },
      { name: 'set', type: { kind: 'signal-set', direction: 'in' } },
      { name: 'old', type: { kind: 'signal-set', direction: 'out' } },
    ],
    result: 'none',
    errors: ['EINVAL', 'ENOENT', 'EFAULT'],
    summary: 'changes and tells which signals the calling thread keeps back; either pointer may be 0',
  },
  {
    number: 43,
    name: 'kill',
    era: 'M',
    arguments: [pid, signal],
    result: 'none',
    errors: ['EINVAL', 'ESRCH'],
    summary: 'sends a signal to a process; 0 only asks whether it is there',
  },
  {
    number: 44,
    name: 'sigreturn',
    era: 'M',
    arguments: [],
    result: 'never',
    errors: [],
    summary: 'ends a handler: goes back to what the frame above ESP + 12 says, or ends the process',
  },
  {
    number: 45,
    name: 'sigpending',
    era: 'M',
    arguments: [{ name: 'set', type: { kind: 'signal-set', direction: 'out' } }],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT'],
    summary: 'tells which signals wait for the calling thread',
  },
  {
    number: 46,
    name: 'sigsuspend',
    era: 'M',
    arguments: [{ name: 'set', type: { kind: 'signal-set', direction: 'in' } }],
    result: 'none',
    errors: ['EINTR', 'EINVAL', 'ENOENT'],
    summary: 'keeps other signals back until one is caught: EINTR always',
  },
  {
    number: 47,
    name: 'sync_instruction_cache',
    era: 'M',
    arguments: [],
    result: 'none',
    errors: ['ENOSYS'],
    summary:
      'makes written code visible to the processor; its arguments are not known, and x86 needs no such call',
  },
] as const satisfies readonly KernelCall[];

/** The calls that Era M knows by another form: push and pull take a pointer to a descriptor. */
const changedInEraM: readonly KernelCall[] = [
  {
    number: 33,
    name: 'push',
    era: 'M',
    arguments: [{ name: 'bulk', type: { kind: 'struct', direction: 'in', struct: 'bulk' } }],
    result: 'none',
    errors: ['EINVAL', 'EFAULT', 'ENOENT', 'ESRCH'],
    summary: 'gives the host (process 0) bytes, of as many pages as it likes',
  },
  {
    number: 34,
    name: 'pull',
    era: 'M',
    arguments: [{ name: 'bulk', type: { kind: 'struct', direction: 'in', struct: 'bulk' } }],
    result: 'count',
    errors: ['EINVAL', 'EFAULT', 'ENOENT', 'ESRCH'],
    summary: 'asks the host (process 0) for bytes and says how many came',
  },
];

/** Calls of Era M that came with its first step; the others came with its third. */
const LAST_OF_M1 = 39;

/** The calls of Era S, or of Era M or a step of it, in the order of their numbers, each as that era knows it. */
export function kernelCallsOf(era: Exclude<EraName, '2024'>): readonly KernelCall[] {
  switch (era) {
    case 'S':
      return kernelCalls.filter((call) => call.era === 'S');
    case 'M1':
    case 'M2':
      return kernelCalls.filter((call) => call.number <= LAST_OF_M1);
    case 'M':
    case 'M3':
    case 'M4':
    case 'M5':
      return kernelCalls.map((call) => changedInEraM.find(({ number }) => number === call.number) ?? call);
  }
}

/** Name of a kernel call. */
export type KernelCallName = (typeof kernelCalls)[number]['name'];

const byName: ReadonlyMap<string, KernelCall> = new Map(
  kernelCalls.map((call): [string, KernelCall] => [call.name, call]),
);

/** Finds a call by a name that is known when the program is written. */
export function kernelCallByName(name: KernelCallName): KernelCall;
/** Finds a call by any name, as a user types it; undefined for a name the ABI does not know. */
export function kernelCallByName(name: string): KernelCall | undefined;
export function kernelCallByName(name: string): KernelCall | undefined {
  return byName.get(name);
}

/**
 * In which registers a kernel answers. Source: ABI reference, "Kernel calls" and "Era 2024".
 *
 * - `edx:eax`: EDX is -1 after an error, EAX its negated number, in newlib's numbering. Eras S and M.
 * - `eax`: an i32 in EAX alone; -1 to -4095 are negated errors in Linux' numbering, EDX says nothing. Kernels of 2024.
 */
export const resultRegisters = ['edx:eax', 'eax'] as const;
export type ResultRegisters = (typeof resultRegisters)[number];

/** The largest error number, as in Linux. */
const LAST_ERRNO = 4095;

/** What the result registers of a returned kernel call say. */
export type KernelCallOutcome =
  { readonly kind: 'success'; readonly value: number } | { readonly kind: 'error'; readonly errno: number };

/**
 * Decodes the result registers of a kernel call.
 *
 * @param eax EAX after the call, any 32-bit number, signed or not.
 * @param edx EDX after the call, likewise.
 * @param registers Those in which the kernel answers.
 * @returns The value (unsigned), or the positive errno in the kernel's numbering.
 */
export function kernelCallOutcome(
  eax: number,
  edx: number,
  registers: ResultRegisters = 'edx:eax',
): KernelCallOutcome {
  const low = eax | 0;
  const isError = registers === 'eax' ? low < 0 && low >= -LAST_ERRNO : (edx | 0) === -1;
  return isError ? { kind: 'error', errno: -low } : { kind: 'success', value: eax >>> 0 };
}

/** Registers that carry the arguments, first argument first. */
export const argumentRegisters = ['ebx', 'ecx', 'edx', 'edi'] as const;
