/**
 * What a kernel knows of a program, told from the calls that the program has made.
 *
 * A dumped program starts in a kernel that knows nothing of it. Some of what the old kernel knew can be asked for again, and
 * the calls for it are kept here. Some cannot: then a dump is refused. What must hold: every kernel call has a role, so a new
 * call cannot be forgotten.
 */
import { kernelCallByName, structs, structsM, type KernelCallName } from '../../images/abi/index.ts';
import type { AddressSpace } from '../../emulator/index.ts';
import type { CallRecord } from '../look/trace/index.ts';

/** A call to be made again, and the bytes that it pointed to. */
export interface RepeatedCall {
  readonly number: number;
  readonly name: KernelCallName;
  /** One word for each argument. */
  readonly words: readonly number[];
  /** What lies behind the arguments that are pointers, by their position. */
  readonly pointed: ReadonlyMap<number, Uint8Array>;
}

type Role =
  /** The kernel remembers nothing of it, or what it remembers is seen in the page tables. */
  | 'forgotten'
  /** Asked again, in the order in which it was asked. */
  | 'again'
  /** Only the last one counts. */
  | 'last'
  /** Takes back an earlier call of the kind in {@link UNDOES}. */
  | 'undo'
  /** Something that must be over: see {@link OPENS} and {@link CLOSES}. */
  | 'open'
  | 'close'
  /** Nothing that a program could ask for again. */
  | 'refused';

const ROLES = {
  debug: 'forgotten',
  getpid: 'forgotten',
  gettid: 'forgotten',
  exit: 'forgotten',
  capctl: 'again',
  resume: 'refused',
  terminate: 'refused',
  evctrl: 'refused',
  send: 'open',
  recv: 'close',
  mmap: 'forgotten',
  munmap: 'forgotten',
  mctrl: 'forgotten',
  mcopy: 'refused',
  mmio_alloc: 'again',
  mmio_free: 'undo',
  pmio_alloc: 'again',
  pmio_free: 'undo',
  pmio_read: 'forgotten',
  pmio_write: 'refused',
  sched_yield: 'forgotten',
  thread_create: 'open',
  thread_exit: 'close',
  thread_join: 'forgotten',
  mutex_lock: 'open',
  mutex_unlock: 'close',
  cond_signal: 'forgotten',
  cond_wait: 'forgotten',
  gettime: 'forgotten',
  sleep: 'forgotten',
  set_tda: 'last',
  get_tda: 'forgotten',
  mmio_info: 'forgotten',
  push: 'forgotten',
  pull: 'forgotten',
  snapshot: 'forgotten',
  detach: 'forgotten',
  duplicate: 'refused',
  getppid: 'forgotten',
  execv: 'refused',
  sig_restorer: 'again',
  sigaction: 'again',
  sigprocmask: 'again',
  kill: 'forgotten',
  sigreturn: 'forgotten',
  sigpending: 'forgotten',
  sigsuspend: 'forgotten',
  sync_instruction_cache: 'forgotten',
} as const satisfies Record<KernelCallName, Role>;

const UNDOES: Readonly<Partial<Record<KernelCallName, KernelCallName>>> = {
  mmio_free: 'mmio_alloc',
  pmio_free: 'pmio_alloc',
};

/** What is open after a call, in the words of a refusal. */
const OPENS: Readonly<Partial<Record<KernelCallName, string>>> = {
  send: 'it waits for an answer of the host',
  thread_create: 'it has other threads',
  mutex_lock: 'it holds a mutex of the kernel',
};
const CLOSES: Readonly<Partial<Record<KernelCallName, KernelCallName>>> = {
  recv: 'send',
  thread_exit: 'thread_create',
  mutex_unlock: 'mutex_lock',
};

const isKnown = (name: string): name is KernelCallName => name in ROLES;
const allStructs = [...structs, ...structsM];
const SIGNAL_SET_BYTES = 8;

/** Follows a program from its start. */
export class KernelState {
  readonly #memory: AddressSpace;
  #repeated: RepeatedCall[] = [];
  readonly #open = new Map<KernelCallName, number>();
  #refused: string | undefined;
  /** What calls point to, by their index: the memory may be another when they come back. */
  readonly #pointed = new Map<number, ReadonlyMap<number, Uint8Array>>();

  /** @param memory The program's, through its page tables. */
  constructor(memory: AddressSpace) {
    this.#memory = memory;
  }

  /** A call is made. */
  entered(call: CallRecord): void {
    if (!isKnown(call.name)) return;
    const role: Role = ROLES[call.name];
    if (call.name === 'thread_exit') this.#count('thread_create', -1);
    if (role === 'again') this.#pointed.set(call.index, this.#pointedBy(call));
  }

  /** A call has come back. */
  returned(call: CallRecord): void {
    const pointed = this.#pointed.get(call.index) ?? new Map<number, Uint8Array>();
    this.#pointed.delete(call.index);
    if (call.result === undefined || call.result.errno !== undefined) return;
    if (!isKnown(call.name)) {
      this.#refused ??= `it made kernel call ${call.number}, which nobody knows`;
      return;
    }
    const { name } = call;
    const again: RepeatedCall = {
      number: call.number,
      name,
      words: call.arguments.map(({ value }) => value),
      pointed,
    };
    switch (ROLES[name]) {
      case 'forgotten':
        return;
      case 'last':
        this.#repeated = [...this.#repeated.filter((other) => other.name !== name), again];
        return;
      case 'again':
        this.#repeated.push(again);
        return;
      case 'undo':
        this.#undo(again);
        return;
      case 'open':
        this.#count(name, 1);
        return;
      case 'close':
        this.#count(CLOSES[name], -1);
        return;
      case 'refused':
        this.#refused ??= `it made the kernel call ${name}, which cannot be made again`;
    }
  }

  /** The calls to make again, or why there is no dump. */
  get calls(): readonly RepeatedCall[] | string {
    if (this.#refused !== undefined) return this.#refused;
    for (const [name, count] of this.#open) {
      const open = OPENS[name];
      if (count > 0 && open !== undefined) return open;
    }
    return this.#repeated;
  }

  #count(name: KernelCallName | undefined, by: number): void {
    if (name !== undefined) this.#open.set(name, (this.#open.get(name) ?? 0) + by);
  }

  #undo(call: RepeatedCall): void {
    const at = this.#repeated.findLastIndex(
      ({ name, words }) =>
        name === UNDOES[call.name] && call.words.every((word, index) => word === words[index]),
    );
    if (at >= 0) this.#repeated.splice(at, 1);
  }

  #pointedBy(call: CallRecord): ReadonlyMap<number, Uint8Array> {
    const pointed = new Map<number, Uint8Array>();
    if (!isKnown(call.name)) return pointed;
    for (const [index, { type }] of kernelCallByName(call.name).arguments.entries()) {
      const address = call.arguments[index]?.value ?? 0;
      if (address === 0) continue;
      if (type.kind === 'struct' && type.direction === 'in') {
        const bytes = allStructs.find(({ name }) => name === type.struct)?.size ?? 0;
        pointed.set(index, this.#memory.read(address, bytes));
      } else if (type.kind === 'signal-set' && type.direction === 'in') {
        pointed.set(index, this.#memory.read(address, SIGNAL_SET_BYTES));
      }
    }
    return pointed;
  }
}
