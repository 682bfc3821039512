/**
 * What was done to a guest from outside, by instruction count, and the kernel calls it made: all that a replay needs
 * besides a snapshot, and the answer to "which call was before this one".
 *
 * What must hold: changes are in ascending order, those of one place in the order they were made. Everything behind a place
 * is forgotten together ({@link forgetAfter}), because it happened in a future that is no longer going to happen.
 */
import type { Registers } from '../../emulator/types.ts';
import type { CallDecision } from '../guest/kernel-calls/interceptors.ts';
import type { KernelCall } from '../guest/stop.ts';
import type { ProcessIdentity } from '../guest/address-spaces.ts';

/** Something done to a stopped guest: a register or memory written. Repeated by each replay. */
export interface Change {
  /** The instruction count the guest stood at. */
  readonly at: number;
  readonly apply: () => void;
}

/** A kernel call of the present history. */
export interface RecordedCall extends KernelCall {
  /** ESP of the caller, behind its INT. With the return address it tells which call a return belongs to. */
  readonly stackPointer: number;
  /** CR3: the address space of the caller. */
  readonly space: number;
  /** Who the caller is, in a guest of several programs, as far as that is known. */
  readonly process?: ProcessIdentity;
}

/** A decision that keeps a call from the kernel. */
export type CallAnswer = Extract<CallDecision, { kind: 'answer' | 'fail' }>;

export class History {
  #changes: readonly Change[] = [];
  #answers = new Map<number, CallAnswer>();
  #calls: RecordedCall[] = [];
  /** Where a call came back, by where it was made. */
  #returns = new Map<number, number>();

  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Kernel calls so far, ascending by instruction count. */
  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  addChange(change: Change): void {
    this.#changes = [...this.#changes, change];
  }

  /** Notes that the call made at this instruction count is answered in the kernel's place. */
  setAnswer(at: number, answer: CallAnswer): void {
    this.#answers.set(at, answer);
  }

  answerAt(at: number): CallAnswer | undefined {
    return this.#answers.get(at);
  }

  /** Notes a call, unless it is known from an earlier pass over the same place. */
  recordCall(call: RecordedCall): void {
    const last = this.#calls.at(-1);
    if (last === undefined || call.instructions > last.instructions) this.#calls.push(call);
  }

  /** How many calls were made at or before a place. */
  callsUntil(at: number): number {
    let low = 0;
    let high = this.#calls.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#calls[middle]?.instructions ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The call that comes back to where the registers stand: to this place of the program, with this stack; undefined when none did. */
  callReturningTo(registers: Pick<Registers, 'get' | 'control'>, at: number): RecordedCall | undefined {
    const [address, stackPointer, space] = [registers.get('eip'), registers.get('esp'), registers.control(3)];
    for (let index = this.callsUntil(at) - 1; index >= 0; index--) {
      const call = this.#calls[index];
      if (call?.returnAddress !== address || call.stackPointer !== stackPointer) continue;
      // Processes of one program wait at the same addresses.
      if (call.space === space) return call;
    }
    return undefined;
  }

  /** Notes that a call is seen to come back at a place, and says where it did so first. */
  returnOf(call: RecordedCall, at: number): number {
    const first = Math.min(at, this.#returns.get(call.instructions) ?? at);
    this.#returns.set(call.instructions, first);
    return first;
  }

  /** Forgets what lies behind a place. */
  forgetAfter(at: number): void {
    this.#changes = this.#changes.filter((change) => change.at <= at);
    this.#answers = new Map([...this.#answers].filter(([place]) => place <= at));
    this.#calls = this.#calls.slice(0, this.callsUntil(at));
    this.#returns = new Map([...this.#returns].filter(([, place]) => place <= at));
  }

  forgetAll(): void {
    this.#changes = [];
    this.#answers = new Map();
    this.#calls = [];
    this.#returns = new Map();
  }
}
