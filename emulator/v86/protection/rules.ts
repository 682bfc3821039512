/**
 * What a processor refuses of a selector, by what is to be done with it: far jumps, calls and returns, tasks, LTR and LLDT.
 *
 * Rules alone: no memory, nothing of v86. What is not refused here v86 goes on with; it checks code segments of jumps and calls, and
 * gates, itself. Sources: Intel SDM volume 2 (IRET, RET, JMP, CALL, LTR, LLDT); volume 3, 8.3 (task switching).
 */

/** What a selector is used for. */
export const Use = {
  /** Code that IRET or RETF goes back to. */
  returnTo: 0,
  /** The stack of an outer ring that they go back to; the privilege is that of the ring. */
  returnStack: 1,
  jump: 2,
  call: 3,
  /** The code that a call gate names, of a jump through it. */
  jumpThroughGate: 4,
  /** A task that is jumped to, called, or entered by an interrupt. */
  taskSwitch: 5,
  /** The task that IRET goes back to. */
  taskReturn: 6,
  loadTask: 7,
  loadLocalTable: 8,
} as const;
export type Use = (typeof Use)[keyof typeof Use];

/** What looking a selector up has come to. */
export const Found = { descriptor: 0, null: 1, outsideOfTable: 0x101 } as const;

/** An exception with its error code. */
export interface Refusal {
  readonly vector: number;
  readonly errorCode: number;
}

/** A double fault could not be delivered. */
export class ProcessorShutdown extends Error {
  constructor() {
    super('an exception could not be delivered (triple fault)');
    this.name = 'ProcessorShutdown';
  }
}

/** Types of system descriptors. */
const Type = {
  localTable: 2,
  taskGate: 5,
  task: 9,
  busyTask: 11,
  callGate16: 4,
  callGate: 12,
  task16: 1,
} as const;
const CAN_BE_CALLED: readonly number[] = [
  Type.callGate16,
  Type.callGate,
  Type.taskGate,
  Type.task,
  Type.task16,
];
/** A task state of 32 bits has at least so many bytes. */
const TASK_BYTES = 104;

const Vector = { task: 10, notPresent: 11, stack: 12, protection: 13 } as const;

/** A descriptor, from its two words. */
class Descriptor {
  readonly #low: number;
  readonly #high: number;
  constructor(low: number, high: number) {
    this.#low = low;
    this.#high = high;
  }
  #bit(number: number): boolean {
    return ((this.#high >>> number) & 1) !== 0;
  }
  /** Of a system descriptor; undefined for code and data. */
  get systemType(): number | undefined {
    return this.#bit(12) ? undefined : (this.#high >>> 8) & 15;
  }
  get privilege(): number {
    return (this.#high >>> 13) & 3;
  }
  get isPresent(): boolean {
    return this.#bit(15);
  }
  get isCode(): boolean {
    return this.#bit(12) && this.#bit(11);
  }
  /** Of code. */
  get isConforming(): boolean {
    return this.#bit(10);
  }
  get isWritableData(): boolean {
    return this.#bit(12) && !this.#bit(11) && this.#bit(9);
  }
  get bytes(): number {
    const limit = (this.#low & 0xffff) | (this.#high & 0xf_0000);
    return (this.#bit(23) ? (limit << 12) | 0xfff : limit) + 1;
  }
}

/**
 * The exception that a use of a selector raises; undefined where it may go on.
 *
 * @param privilege The ring that the processor is in, or, for {@link Use.returnStack}, that it goes to.
 */
export function refusalOf(
  use: Use,
  selector: number,
  privilege: number,
  found: number,
  words: readonly [low: number, high: number],
): Refusal | undefined {
  const errorCode = selector & 0xfffc;
  const refuse = (vector: number): Refusal => ({ vector, errorCode });
  const isTask = use === Use.taskSwitch || use === Use.taskReturn || use === Use.loadTask;
  const isLocal = (selector & 4) !== 0;
  const vector = use === Use.taskReturn ? Vector.task : Vector.protection;
  if (found === Found.null) return use === Use.loadLocalTable ? undefined : refuse(vector);
  if (found !== Found.descriptor) return refuse(vector);
  const descriptor = new Descriptor(...words);
  if ((isTask || use === Use.loadLocalTable) && isLocal) return refuse(vector);
  const accepted = isAccepted(use, descriptor, selector & 3, privilege);
  if (!accepted) return refuse(vector);
  if (!descriptor.isPresent && !LEFT_TO_V86.includes(use))
    return refuse(use === Use.returnStack ? Vector.stack : Vector.notPresent);
  const isSwitch = use === Use.taskSwitch || use === Use.taskReturn;
  return isSwitch && descriptor.bytes < TASK_BYTES ? refuse(Vector.task) : undefined;
}

/** Uses of which v86 looks itself whether the segment or gate is present. */
const LEFT_TO_V86: readonly Use[] = [Use.jump, Use.call, Use.jumpThroughGate];

/** Whether type and privileges allow a use. `requested` is the privilege in the selector. */
function isAccepted(use: Use, descriptor: Descriptor, requested: number, privilege: number): boolean {
  const { systemType, isCode, isConforming } = descriptor;
  switch (use) {
    case Use.returnTo:
      if (!isCode || requested < privilege) return false;
      return isConforming ? descriptor.privilege <= requested : descriptor.privilege === requested;
    case Use.returnStack:
      return descriptor.isWritableData && requested === privilege && descriptor.privilege === privilege;
    case Use.jump:
    case Use.call:
      if (systemType === undefined) return true;
      return CAN_BE_CALLED.includes(systemType) && descriptor.privilege >= Math.max(privilege, requested);
    case Use.jumpThroughGate:
      return !isCode || isConforming || descriptor.privilege >= privilege;
    case Use.taskSwitch:
      return systemType === Type.task;
    case Use.taskReturn:
      return systemType === Type.busyTask;
    case Use.loadTask:
      return systemType === Type.task || systemType === Type.task16;
    case Use.loadLocalTable:
      return systemType === Type.localTable;
  }
}
