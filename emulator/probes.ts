/**
 * Handlers and breakpoints at instructions.
 *
 * Compiled code is left before such an instruction and the main loop calls out there, so everything else runs at full
 * speed and nothing of the guest is changed. What must hold: each time an instruction is reached it is called out for once.
 * One that is interrupted before it is done, by a fault of its own or between two rounds of a repeated one, is not reached
 * anew when it goes on. It goes on where an IRET takes the frame that the interrupt pushed, unchanged: a handler that writes
 * another address there goes elsewhere, and whoever comes to the instruction afterwards reaches it.
 */

import { checkNumber, WORD_BOUNDS } from './numbers.ts';
import type { MachineRegisters } from './registers.ts';
import type { MachineLinearMemory } from './memory.ts';

/** An arrival at an instruction: which, and before which count. */
interface Arrival {
  /** Linear. */
  readonly eip: number;
  /** What the processor pushes for it. */
  readonly offset: number;
  readonly instructions: number;
}

/** Prefixes of an instruction. Source: Intel SDM volume 2, 2.1.1. */
const REPEATS = [0xf2, 0xf3];
const PREFIXES = [...REPEATS, 0xf0, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67];
/** INS and OUTS, MOVS and CMPS, STOS to SCAS: first and last opcode. */
const STRING_INSTRUCTIONS = [
  [0x6c, 0x6f],
  [0xa4, 0xa7],
  [0xaa, 0xaf],
] as const;
const LONGEST_INSTRUCTION = 15;

/** Exceptions, which are of an instruction; the other vectors come between two. The one among them is NMI. */
const EXCEPTIONS = 32;
const NOT_MASKABLE = 2;
/** Exceptions that push an error code, which their handler takes off before it returns. */
const WITH_ERROR_CODE = [8, 10, 11, 12, 13, 14, 17];
const WORD = 4;

export class Probes {
  readonly #handlers = new Map<number, Set<() => void>>();
  /** How many were set, by address. */
  readonly #breakpoints = new Map<number, number>();
  readonly #registers: MachineRegisters;
  readonly #linear: MachineLinearMemory;
  #last: Arrival | undefined;
  /** Instructions that were interrupted before they were done, by the physical address of the frame that was pushed. */
  readonly #interruptions = new Map<number, Arrival>();
  /** Where the last return goes on with such an instruction. */
  #resuming: Arrival | undefined;

  constructor(registers: MachineRegisters, linear: MachineLinearMemory) {
    this.#registers = registers;
    this.#linear = linear;
  }

  /** All linear addresses that are watched for. */
  addresses(): Set<number> {
    return new Set([...this.#handlers.keys(), ...this.#breakpoints.keys()]);
  }

  /** @returns A function that takes this breakpoint away again; others at the same address stay. */
  addBreakpoint(linear: number): () => void {
    checkNumber('the address', linear, WORD_BOUNDS);
    const address = linear >>> 0;
    let isSet = true;
    this.#breakpoints.set(address, (this.#breakpoints.get(address) ?? 0) + 1);
    return () => {
      if (!isSet) return;
      isSet = false;
      const others = (this.#breakpoints.get(address) ?? 1) - 1;
      if (others > 0) this.#breakpoints.set(address, others);
      else this.#breakpoints.delete(address);
    };
  }

  /** @returns A function that takes the handler away again. */
  addHandler(linear: number, handler: () => void): () => void {
    checkNumber('the address', linear, WORD_BOUNDS);
    const address = linear >>> 0;
    const handlers = this.#handlers.get(address) ?? new Set();
    this.#handlers.set(address, handlers);
    // one function may be added twice, and each addition ends on its own
    const called = (): void => {
      handler();
    };
    handlers.add(called);
    return () => {
      handlers.delete(called);
      if (handlers.size === 0 && this.#handlers.get(address) === handlers) this.#handlers.delete(address);
    };
  }

  /** Forgets what happened before a restore. */
  forget(): void {
    this.#last = undefined;
    this.forgetInterruptions();
  }

  /** Forgets what was interrupted: what becomes of it is not told any more. */
  forgetInterruptions(): void {
    this.#interruptions.clear();
    this.#resuming = undefined;
  }

  /**
   * The processor stands before the instruction at `eip` (linear). Calls its handlers, unless they have been.
   *
   * @returns Whether there is a breakpoint.
   */
  arrive(eip: number, instructions: number): boolean {
    const handlers = this.#handlers.get(eip);
    const breakpoint = this.#breakpoints.has(eip);
    if (handlers === undefined && !breakpoint) return false;
    const last = this.#last;
    const resuming = this.#resuming;
    if (last?.eip === eip && last.instructions === instructions) return breakpoint;
    this.#last = { eip, offset: this.#registers.get('eip'), instructions };
    if (resuming?.eip === eip && resuming.instructions === instructions) return false;
    if (last?.eip === eip && last.instructions === instructions - 1 && this.#repeats(eip)) return false;
    for (const handler of handlers ?? []) handler();
    return breakpoint;
  }

  /** The processor has entered the handler of an exception or a hardware interrupt. */
  interrupted(vector: number, instructions: number): void {
    const arrival = [this.#resuming, this.#last].find(
      (one) =>
        one !== undefined && (one.instructions === instructions || one.instructions === instructions - 1),
    );
    if (arrival === undefined) return;
    const between = vector >= EXCEPTIONS || vector === NOT_MASKABLE;
    // an instruction that jumps to itself was done
    if (between && arrival.instructions !== instructions && !this.#repeats(arrival.eip)) return;
    const frame = this.#frame(WITH_ERROR_CODE.includes(vector) ? WORD : 0);
    if (frame?.offset === arrival.offset) this.#interruptions.set(frame.place, arrival);
  }

  /** The processor is about to return from an interrupt. */
  returning(instructions: number): void {
    if (this.#interruptions.size === 0) return;
    const frame = this.#frame(0);
    if (frame === undefined) return;
    const arrival = this.#interruptions.get(frame.place);
    if (arrival === undefined) return;
    this.#interruptions.delete(frame.place);
    if (frame.offset === arrival.offset) this.#resuming = { ...arrival, instructions };
  }

  /** The frame that lies so many bytes above the stack pointer: its physical address, and the EIP in it. */
  #frame(above: number): { readonly place: number; readonly offset: number } | undefined {
    const address = (this.#registers.segmentBase('ss') + this.#registers.get('esp') + above) >>> 0;
    const place = this.#linear.translate(address);
    const bytes = this.#linear.readMapped(address, WORD);
    if (place === undefined || bytes.length < WORD) return undefined;
    return { place, offset: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) };
  }

  /** Whether an instruction is a string instruction with a repeat prefix. */
  #repeats(eip: number): boolean {
    const bytes = this.#linear.readMapped(eip, LONGEST_INSTRUCTION);
    const opcodeAt = bytes.findIndex((byte) => !PREFIXES.includes(byte));
    const opcode = bytes[opcodeAt] ?? 0;
    return (
      bytes.subarray(0, opcodeAt).some((byte) => REPEATS.includes(byte)) &&
      STRING_INSTRUCTIONS.some(([first, last]) => opcode >= first && opcode <= last)
    );
  }
}
