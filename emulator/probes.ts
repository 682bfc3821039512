/**
 * Handlers and breakpoints at instructions.
 *
 * Compiled code is left before such an instruction and the main loop calls out there, so everything else runs at full
 * speed and nothing of the guest is changed. What must hold: an instruction that starts again because it faulted, or goes
 * on because it is a repeated one, is called out for once.
 */

import type { MachineRegisters } from './registers.ts';
import type { MachineLinearMemory } from './memory.ts';

/** An arrival at an instruction: which, and before which count. */
interface Arrival {
  readonly eip: number;
  readonly esp: number;
  readonly instructions: number;
}

const REPEAT_PREFIXES = [0xf2, 0xf3];
const LONGEST_PREFIX = 3;

export class Probes {
  private readonly handlers = new Map<number, Set<() => void>>();
  /** How many were set, by address. */
  private readonly breakpoints = new Map<number, number>();
  private readonly registers: MachineRegisters;
  private readonly linear: MachineLinearMemory;
  private last: Arrival | undefined;
  /** The last arrival whose instruction faulted: when it comes again, it has been called out for. */
  private faulted: Arrival | undefined;

  constructor(registers: MachineRegisters, linear: MachineLinearMemory) {
    this.registers = registers;
    this.linear = linear;
  }

  /** All linear addresses that are watched for. */
  addresses(): Set<number> {
    return new Set([...this.handlers.keys(), ...this.breakpoints.keys()]);
  }

  /** @returns A function that takes this breakpoint away again; others at the same address stay. */
  addBreakpoint(linear: number): () => void {
    const address = linear >>> 0;
    let isSet = true;
    this.breakpoints.set(address, (this.breakpoints.get(address) ?? 0) + 1);
    return () => {
      if (!isSet) return;
      isSet = false;
      const others = (this.breakpoints.get(address) ?? 1) - 1;
      if (others > 0) this.breakpoints.set(address, others);
      else this.breakpoints.delete(address);
    };
  }

  /** @returns A function that takes the handler away again. */
  addHandler(linear: number, handler: () => void): () => void {
    const address = linear >>> 0;
    const handlers = this.handlers.get(address) ?? new Set();
    this.handlers.set(address, handlers);
    // one function may be added twice, and each addition ends on its own
    const called = (): void => {
      handler();
    };
    handlers.add(called);
    return () => {
      handlers.delete(called);
      if (handlers.size === 0 && this.handlers.get(address) === handlers) this.handlers.delete(address);
    };
  }

  /** Forgets what happened before a restore. */
  forget(): void {
    this.last = undefined;
    this.faulted = undefined;
  }

  /**
   * The processor stands before the instruction at `eip` (linear). Calls its handlers, unless they have been.
   *
   * @returns Whether there is a breakpoint.
   */
  arrive(eip: number, instructions: number): boolean {
    const handlers = this.handlers.get(eip);
    const breakpoint = this.breakpoints.has(eip);
    if (handlers === undefined && !breakpoint) return false;
    const arrival = { eip, esp: this.registers.get('esp'), instructions };
    const { last, faulted } = this;
    if (last?.eip === eip && last.instructions === instructions) return breakpoint;
    this.last = arrival;
    if (faulted?.eip === eip && faulted.esp === arrival.esp) {
      this.faulted = undefined;
      return false;
    }
    if (last?.eip === eip && last.instructions === instructions - 1 && this.repeats(eip)) return false;
    for (const handler of handlers ?? []) handler();
    return breakpoint;
  }

  /** The processor raises an exception, of the instruction that has just been counted. */
  exception(instructions: number): void {
    if (this.last?.instructions === instructions - 1) this.faulted = this.last;
  }

  private repeats(eip: number): boolean {
    return this.linear.readMapped(eip, LONGEST_PREFIX).some((byte) => REPEAT_PREFIXES.includes(byte));
  }
}
