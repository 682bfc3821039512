/**
 * Which thread is running, told from its registers alone, so that it works with a kernel nobody has symbols of.
 *
 * A thread has a data area of its own behind GS, or, if it has none, a stack of its own; both are arguments of
 * thread_create. What must hold: all thread_create and set_tda calls are seen, in their order. A trace that begins later
 * knows the first thread by its stack, and the others where the C library is musl, which notes the identifier in the area.
 */
import type { Registers } from '../../../emulator/types.ts';
import { type KernelCallName } from '../../../images/abi/kernel-calls.ts';
import { readStruct } from '../../../images/abi/layout.ts';
import { addressMap } from '../../../images/abi/memory-map.ts';
import { FIRST_THREAD } from '../../../images/abi/messages.ts';
import { threadArguments } from '../../../images/abi/structs.ts';
import type { GuestView } from './guest-view.ts';

/** Calls that tell of threads. By name, since numbers mean other calls in 2024, which has no threads. */
const THREAD_CREATE = 'thread_create' satisfies KernelCallName;
const THREAD_EXIT = 'thread_exit' satisfies KernelCallName;
const GET_TID = 'gettid' satisfies KernelCallName;
const SET_TDA = 'set_tda' satisfies KernelCallName;

/** Bytes below the stack that thread_create was told of which still count: a caller may know its top only. */
const STACK_SLACK = 8 << 20;

interface Stack {
  readonly base: number;
  readonly end: number;
  readonly thread: number;
}

/** A copy of what is known. */
export interface ThreadsState {
  readonly stacks: readonly Stack[];
  readonly byDataArea: readonly (readonly [number, number])[];
  readonly main: number;
}

/** Identifier shown where the trace began too late to know the thread. */
export const UNKNOWN_THREAD = 0;

/** Where musl's descriptor of a thread, which is its data area, holds the thread's identifier: musl 1.2.3, pthread_impl.h. */
const MUSL_IDENTIFIER_OFFSET = 24;
const LARGEST_IDENTIFIER = 0x7fff;

export class Threads {
  readonly #view: GuestView;
  #stacks: readonly Stack[] = [];
  #byDataArea = new Map<number, number>();

  /** The thread on the stack that a program starts with. */
  #main: number;

  /** @param main `unknown` where the first thread may have any identifier, as in all processes but the first. */
  constructor(view: GuestView, main: 'first' | 'unknown' = 'first') {
    this.#view = view;
    this.#main = main === 'first' ? FIRST_THREAD : UNKNOWN_THREAD;
  }

  /** The running thread. The processor must be in the program's ring. */
  current(registers: Registers): number {
    const dataArea = registers.segmentBase('gs');
    const known = dataArea === 0 ? undefined : this.#byDataArea.get(dataArea);
    if (known !== undefined) return known;
    const byStack = this.#byStackPointer(registers.get('esp'));
    return byStack === UNKNOWN_THREAD ? this.#asMuslSays(dataArea) : byStack;
  }

  /** Takes in a kernel call that has succeeded. */
  returned(call: string, words: readonly number[], result: number, thread: number): void {
    if (call === SET_TDA) {
      this.#forgetDataArea(thread);
      const [dataArea = 0] = words;
      if (dataArea !== 0) this.#byDataArea.set(dataArea, thread);
    }
    if (call === GET_TID && thread === UNKNOWN_THREAD && this.#main === UNKNOWN_THREAD) this.#main = result;
    if (call !== THREAD_CREATE) return;
    const bytes = this.#view.bytes(words[0] ?? 0, threadArguments.size);
    if (bytes === undefined) return;
    const made = readStruct(threadArguments, bytes);
    if (made.has_tda !== 0 && made.tda !== 0) this.#byDataArea.set(made.tda, result);
    const stack = { base: made.stack_base, end: made.stack_base + made.stack_size, thread: result };
    this.#stacks = [...this.#stacks.filter((other) => other.thread !== result), stack];
  }

  /** Takes in a kernel call that never returns; true when it ends its thread, which gives everything back. */
  ends(call: string, thread: number): boolean {
    if (call !== THREAD_EXIT) return false;
    this.#stacks = this.#stacks.filter((stack) => stack.thread !== thread);
    this.#forgetDataArea(thread);
    return true;
  }

  save(): ThreadsState {
    return { stacks: this.#stacks, byDataArea: [...this.#byDataArea], main: this.#main };
  }

  restore(state: ThreadsState): void {
    this.#stacks = state.stacks;
    this.#main = state.main;
    this.#byDataArea = new Map(state.byDataArea);
  }

  /** The nearest stack that ends at or above the stack pointer. */
  #byStackPointer(esp: number): number {
    if (esp > addressMap.stackTop - addressMap.stackMaximumSize && esp <= addressMap.stackTop)
      return this.#main;
    const above = this.#stacks.filter((stack) => esp <= stack.end && esp > stack.base - STACK_SLACK);
    const nearest = Math.min(...above.map((stack) => stack.end));
    return above.find((stack) => stack.end === nearest)?.thread ?? UNKNOWN_THREAD;
  }

  /** The first word of a data area points at itself. */
  #asMuslSays(dataArea: number): number {
    const identifier = this.#view.word(dataArea + MUSL_IDENTIFIER_OFFSET) ?? UNKNOWN_THREAD;
    const taken = [...this.#byDataArea.values()].includes(identifier);
    if (this.#view.word(dataArea) !== dataArea || identifier > LARGEST_IDENTIFIER || taken)
      return UNKNOWN_THREAD;
    this.#byDataArea.set(dataArea, identifier);
    return identifier;
  }

  #forgetDataArea(thread: number): void {
    for (const [dataArea, owner] of this.#byDataArea) if (owner === thread) this.#byDataArea.delete(dataArea);
  }
}
