/**
 * The calls that have been made and have not come back.
 *
 * What must hold: a kernel call is found by the stack pointer of its thread, which no other thread can have; a POSIX call by
 * its thread and the place of its return address. A call whose place on the stack is used again will never come back.
 */
import type { PendingPosixCall } from './posix/decoder.ts';
import type { CallRecord } from './record.ts';

/** A call on its way. Never changed. */
export interface OpenCall {
  readonly record: CallRecord;
  readonly esp: number;
  /** The arguments as they were passed. */
  readonly words: readonly number[];
  readonly pendingPosix?: PendingPosixCall;
}

/** A copy of all that is open. */
export interface OpenCallsState {
  readonly kernel: readonly (readonly [number, OpenCall])[];
  readonly posix: readonly (readonly [number, readonly OpenCall[]])[];
}

export class OpenCalls {
  #kernel = new Map<number, OpenCall>();
  /** Outermost first, by thread. */
  #posix = new Map<number, readonly OpenCall[]>();

  /** All of them, in the order in which they were made. */
  all(): OpenCall[] {
    return [...this.#kernel.values(), ...[...this.#posix.values()].flat()].sort(
      (a, b) => a.record.index - b.record.index,
    );
  }

  /** The POSIX calls that a thread is inside of, outermost first. */
  around(thread: number): readonly OpenCall[] {
    return this.#posix.get(thread) ?? [];
  }

  /** @returns The call that was made from the same place before and has never come back. */
  enterKernel(call: OpenCall): OpenCall | undefined {
    const before = this.#kernel.get(call.esp);
    this.#kernel.set(call.esp, call);
    return before;
  }

  /** Takes the call out that returns to `eip` with this stack pointer; undefined when none does. */
  leaveKernel(esp: number, eip: number): OpenCall | undefined {
    const call = this.#kernel.get(esp);
    if (call?.record.returnAddress !== eip) return undefined;
    this.#kernel.delete(esp);
    return call;
  }

  /** Takes the calls out, innermost first, whose place on the stack a new one of the same thread uses. */
  leftBehind(thread: number, esp: number): readonly OpenCall[] {
    return this.#cut(
      thread,
      this.around(thread).findIndex((open) => open.esp <= esp),
    );
  }

  enterPosix(call: OpenCall): void {
    const { thread } = call.record;
    this.#posix.set(thread, [...this.around(thread), call]);
  }

  /** Takes the call out that returns from this place, and those inside of it, which it has left behind; innermost first. */
  leavePosix(thread: number, esp: number): readonly OpenCall[] {
    return this.#cut(
      thread,
      this.around(thread).findLastIndex((open) => open.esp === esp),
    );
  }

  /** Takes out all POSIX calls of a thread that has ended; innermost first. */
  forget(thread: number): readonly OpenCall[] {
    return this.#cut(thread, 0);
  }

  #cut(thread: number, at: number): readonly OpenCall[] {
    const calls = this.around(thread);
    if (at < 0 || calls.length === 0) return [];
    if (at === 0) this.#posix.delete(thread);
    else this.#posix.set(thread, calls.slice(0, at));
    return calls.slice(at).reverse();
  }

  save(): OpenCallsState {
    return { kernel: [...this.#kernel], posix: [...this.#posix] };
  }

  restore(state: OpenCallsState): void {
    this.#kernel = new Map(state.kernel);
    this.#posix = new Map(state.posix);
  }
}
