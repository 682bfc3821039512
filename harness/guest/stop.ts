/**
 * Why a guest came back from running: one value of a union, told apart by `kind`.
 *
 * What must hold: everything a guest can do, right or wrong, ends in one of these and never in an exception.
 */
import type { RegisterName } from '../../emulator/types.ts';

/** A kernel call as it was made, before the kernel has seen it. */
export interface KernelCall {
  /** How many kernel calls the guest had made before this one. */
  readonly index: number;
  readonly number: number;
  /** Name from the table of kernel calls, or `call<number>` for one that is not in it. */
  readonly name: string;
  /** EBX, ECX, EDX, EDI as unsigned 32-bit values. */
  readonly arguments: readonly [number, number, number, number];
  /** 0x80, or 0x81 in Era M. */
  readonly vector: number;
  /** Address of the instruction after INT. */
  readonly returnAddress: number;
  /** Instructions executed since reset when the call was made. */
  readonly instructions: number;
}

/** All that is known about a guest that cannot go on. */
export interface CrashReport {
  /** One line: what happened and where. */
  readonly message: string;
  readonly registers: Readonly<Record<RegisterName, number>>;
  /** Nearest symbol at or below EIP, such as `memcpy+0x12`, where the kernel's or program's ELF names one. */
  readonly symbol?: string;
  /** CR2: the last address that faulted. */
  readonly faultAddress: number;
  readonly recentCalls: readonly KernelCall[];
  /** The end of the kernel's console. */
  readonly consoleTail: string;
}

/** A guest-supplied address, length or command that the monitor refused. */
export interface ProtocolViolation {
  readonly port: number;
  /** The value the guest wrote to the port. */
  readonly value: number;
  /** One line naming the field and why it is refused. */
  readonly message: string;
  /** True where the guest speaks another era than was given, or than its files say; the message names both. */
  readonly contradictsEra?: true;
}

export type DeadlineKind = 'instructions' | 'virtual' | 'wall';

export type Stop =
  /**
   * The guest shut down; `status` is the 16-bit argument of the shutdown command. `panic` is the line with which a kernel of 2024 has
   * said that it failed: it has no status for that.
   */
  | { readonly kind: 'exit'; readonly status: number; readonly panic?: string }
  /** A kernel call that an interceptor asked to stop at. The machine stands before the kernel's own handler. */
  | { readonly kind: 'kernel-call'; readonly call: KernelCall }
  /** The kernel asked for a snapshot at port 0x604, and {@link BootOptions.onSnapshot} is `stop`. */
  | { readonly kind: 'snapshot' }
  /** The kernel obeyed a pause request. */
  | { readonly kind: 'paused' }
  /** A limit of the run was reached: the guest timed out, it did not fail. It can run on. */
  | { readonly kind: 'deadline'; readonly deadline: DeadlineKind; readonly limit: number }
  /** The instruction count that {@link Guest.runToInstruction} was asked for. */
  | { readonly kind: 'reached'; readonly instructions: number }
  /**
   * Standard input is an asynchronous source that has nothing yet: await {@link Guest.inputReady} and run on. Or run on at once
   * where {@link Guest.waitsForInput} is false: the guest has only asked whether there is some.
   */
  | { readonly kind: 'input' }
  /** A breakpoint of the machine, before its instruction. */
  | { readonly kind: 'breakpoint'; readonly address: number }
  /** A watchpoint of the machine, after the instruction that touched it. */
  | { readonly kind: 'watchpoint'; readonly address: number; readonly access: 'read' | 'write' }
  /** The emulated processor gave up. The guest can only be restored or disposed of. */
  | { readonly kind: 'crash'; readonly crash: CrashReport }
  /** The processor halted with interrupts off: the kernel stopped itself and nothing can happen any more. */
  | { readonly kind: 'halted'; readonly crash: CrashReport }
  /** The guest broke the monitor's protocol, and the harness refused to act on what it was given. */
  | { readonly kind: 'protocol-error'; readonly violation: ProtocolViolation; readonly crash: CrashReport }
  /** Whoever called {@link Guest.machine}'s `requestStop` with a reason of their own. */
  | { readonly kind: 'requested'; readonly reason: unknown };

export type StopKind = Stop['kind'];

/** Whether somebody stopped the run before its end, by the kind of the stop. A limit is not somebody. */
const IS_HALFWAY = {
  exit: false,
  'kernel-call': true,
  snapshot: true,
  paused: true,
  deadline: false,
  reached: true,
  input: true,
  breakpoint: true,
  watchpoint: true,
  crash: false,
  halted: false,
  'protocol-error': false,
  requested: true,
} as const satisfies Record<StopKind, boolean>;

/** A stop from which the guest can go on, and at which it neither ended nor ran into a limit. */
export type HalfwayStop = Extract<
  Stop,
  { kind: { [Kind in StopKind]: (typeof IS_HALFWAY)[Kind] extends true ? Kind : never }[StopKind] }
>;

export const isHalfway = (stop: Stop): stop is HalfwayStop => IS_HALFWAY[stop.kind];
