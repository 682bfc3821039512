/**
 * The calls that have been made and have not come back.
 *
 * What must hold: a kernel call is found by its address space and the stack pointer of its thread, which no other thread
 * there can have; a POSIX call by address space, thread and the place of its return address. A call whose place on the stack is used again will never come back.
 */
import type { PendingPosixCall } from './posix/decoder.ts';
import type { CallRecord } from './record.ts';

/** A call on its way. Never changed. */
export interface OpenCall {
  readonly record: CallRecord;
  /** CR3. */
  readonly space: number;
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

/** An address or a thread of an address space, as one exact number: CR3 has 20 bits that matter. */
const placeOf = (space: number, word: number): number => (space >>> 12) * 2 ** 32 + word;

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
  around(space: number, thread: number): readonly OpenCall[] {
    return this.#posix.get(placeOf(space, thread)) ?? [];
  }

  /** @returns The call that was made from the same place before and has never come back. */
  enterKernel(call: OpenCall): OpenCall | undefined {
    const place = placeOf(call.space, call.esp);
    const before = this.#kernel.get(place);
    this.#kernel.set(place, call);
    return before;
  }

  /** Takes the call out that returns to `eip` with this stack pointer; undefined when none does. */
  leaveKernel(space: number, esp: number, eip: number): OpenCall | undefined {
    const place = placeOf(space, esp);
    const call = this.#kernel.get(place);
    if (call?.record.returnAddress !== eip) return undefined;
    this.#kernel.delete(place);
    return call;
  }

  /** Takes the calls out, innermost first, whose place on the stack a new one of the same thread uses. */
  leftBehind(space: number, thread: number, esp: number): readonly OpenCall[] {
    return this.#cut(
      space,
      thread,
      this.around(space, thread).findIndex((open) => open.esp <= esp),
    );
  }

  enterPosix(call: OpenCall): void {
    const { thread } = call.record;
    this.#posix.set(placeOf(call.space, thread), [...this.around(call.space, thread), call]);
  }

  /** Takes the call out that returns from this place, and those inside of it, which it has left behind; innermost first. */
  leavePosix(space: number, thread: number, esp: number): readonly OpenCall[] {
    return this.#cut(
      space,
      thread,
      this.around(space, thread).findLastIndex((open) => open.esp === esp),
    );
  }

  /** Takes out all POSIX calls of a thread that has ended; innermost first. */
  forget(space: number, thread: number): readonly OpenCall[] {
    return this.#cut(space, thread, 0);
  }

  #cut(space: number, thread: number, at: number): readonly OpenCall[] {
    const calls = this.around(space, thread);
    if (at < 0 || calls.length === 0) return [];
    if (at === 0) this.#posix.delete(placeOf(space, thread));
    else this.#posix.set(placeOf(space, thread), calls.slice(0, at));
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
