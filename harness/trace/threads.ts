/**
 * Which thread is running, told from its registers alone, so that it works with a kernel nobody has symbols of.
 *
 * A thread has a data area of its own behind GS, or, if it has none, a stack of its own; both are arguments of
 * thread_create. What must hold: all thread_create and set_tda calls are seen, in their order.
 */
import type { Registers } from '../../emulator/types.ts';
import {
  addressMap,
  firstThread,
  kernelCallByName,
  readStruct,
  threadArguments,
} from '../../images/abi/index.ts';
import type { GuestView } from './guest-view.ts';

const threadCreate = kernelCallByName('thread_create').number;
const threadExit = kernelCallByName('thread_exit').number;
const setTda = kernelCallByName('set_tda').number;

/** Bytes below the stack that thread_create was told of which still count: a caller may know its top only. */
const stackSlack = 8 << 20;

interface Stack {
  readonly base: number;
  readonly end: number;
  readonly thread: number;
}

/** Identifier shown where the trace began too late to know the thread. */
export const unknownThread = 0;

export class Threads {
  #stacks: readonly Stack[] = [];
  readonly #byDataArea = new Map<number, number>();

  /** The running thread. The processor must be in the program's ring. */
  current(registers: Registers): number {
    const dataArea = registers.segmentBase('gs');
    const known = dataArea === 0 ? undefined : this.#byDataArea.get(dataArea);
    return known ?? this.#byStackPointer(registers.get('esp'));
  }

  /** Takes in a kernel call that has succeeded. */
  returned(number: number, words: readonly number[], result: number, thread: number, view: GuestView): void {
    if (number === setTda) {
      this.#forgetDataArea(thread);
      const [dataArea = 0] = words;
      if (dataArea !== 0) this.#byDataArea.set(dataArea, thread);
    }
    if (number !== threadCreate) return;
    const bytes = view.bytes(words[0] ?? 0, threadArguments.size);
    if (bytes === undefined) return;
    const made = readStruct(threadArguments, bytes);
    if (made.has_tda !== 0 && made.tda !== 0) this.#byDataArea.set(made.tda, result);
    const stack = { base: made.stack_base, end: made.stack_base + made.stack_size, thread: result };
    this.#stacks = [...this.#stacks.filter((other) => other.thread !== result), stack];
  }

  /** Takes in a kernel call that is made; a thread that ends gives everything back. */
  entered(number: number, thread: number): void {
    if (number !== threadExit) return;
    this.#stacks = this.#stacks.filter((stack) => stack.thread !== thread);
    this.#forgetDataArea(thread);
  }

  /** The nearest stack that ends at or above the stack pointer. */
  #byStackPointer(esp: number): number {
    if (esp > addressMap.stackTop - addressMap.stackMaximumSize && esp <= addressMap.stackTop)
      return firstThread;
    const above = this.#stacks.filter((stack) => esp <= stack.end && esp > stack.base - stackSlack);
    const nearest = Math.min(...above.map((stack) => stack.end));
    return above.find((stack) => stack.end === nearest)?.thread ?? unknownThread;
  }

  #forgetDataArea(thread: number): void {
    for (const [dataArea, owner] of this.#byDataArea) if (owner === thread) this.#byDataArea.delete(dataArea);
  }
}
