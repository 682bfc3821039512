/**
 * Which thread is running, told from its stack pointer alone, so that it works with a kernel nobody has symbols of.
 *
 * A program's first thread has the stack at the top of the user's addresses; every other one was created with a stack of
 * its own, whose range is an argument of thread_create. What must hold: all thread_create calls are seen, in their order.
 */
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
const getTid = kernelCallByName('gettid').number;

interface Stack {
  readonly base: number;
  readonly end: number;
  readonly thread: number;
}

/** Identifier shown where the trace began too late to know the thread. */
export const unknownThread = 0;

export class Threads {
  #stacks: readonly Stack[] = [];

  /** The thread that a stack pointer belongs to; a stack's end is its own: a thread starts there. */
  byStackPointer(esp: number): number {
    for (const stack of this.#stacks) {
      if (esp > stack.base && esp <= stack.end) return stack.thread;
    }
    const ofFirst = esp > addressMap.stackTop - addressMap.stackMaximumSize && esp <= addressMap.stackTop;
    return ofFirst ? firstThread : unknownThread;
  }

  /** A thread was made: the arguments are read where thread_create's argument points. */
  returned(number: number, words: readonly number[], result: number, esp: number, view: GuestView): void {
    if (number === threadCreate) {
      const bytes = view.bytes(words[0] ?? 0, threadArguments.size);
      if (bytes === undefined) return;
      const { stack_base: base, stack_size: size } = readStruct(threadArguments, bytes);
      this.#add({ base, end: base + size, thread: result });
    } else if (number === getTid && this.byStackPointer(esp) === unknownThread) {
      const base = esp & ~0xfff;
      this.#add({ base, end: base + 0x1000, thread: result });
    }
  }

  /** A call is made; a thread that ends gives its stack back. */
  entered(number: number, esp: number): void {
    if (number !== threadExit) return;
    const thread = this.byStackPointer(esp);
    this.#stacks = this.#stacks.filter((stack) => stack.thread !== thread);
  }

  #add(stack: Stack): void {
    const others = this.#stacks.filter(
      (other) => other.thread !== stack.thread && (other.end <= stack.base || other.base >= stack.end),
    );
    this.#stacks = [stack, ...others];
  }
}
