/**
 * All that the host looks out for in a guest: software interrupts, returns from interrupts, instructions, memory.
 *
 * Keeps who wants to know, tells the rewritten v86 what to call out for, and answers when it does. None of it is part of
 * the machine's state: a restore leaves it as it is.
 */

import type { MachineLinearMemory } from './memory.ts';
import { Probes } from './probes.ts';
import type { MachineRegisters } from './registers.ts';
import type { TrapHandler } from './types.ts';
import { Address, Observe, Own } from './v86/internals.ts';
import type { V86Instance } from './v86/instance.ts';
import { Watches } from './watches.ts';

const TRAP_BITMAP_BYTES = 32;

export class Lookout {
  readonly probes: Probes;
  readonly watches: Watches;
  private readonly registers: MachineRegisters;
  private readonly traps = new Map<number, TrapHandler>();
  private readonly interruptReturns = new Set<() => void>();

  constructor(registers: MachineRegisters, linear: MachineLinearMemory) {
    this.registers = registers;
    this.probes = new Probes(registers, linear);
    this.watches = new Watches(linear);
  }

  setTrap(vector: number, handler: TrapHandler | undefined): void {
    if (!Number.isInteger(vector) || vector < 0 || vector > 255)
      throw new RangeError(`there is no vector ${vector}`);
    if (handler === undefined) this.traps.delete(vector);
    else this.traps.set(vector, handler);
  }

  /** @returns A function that takes the handler away again. */
  addInterruptReturn(handler: () => void): () => void {
    // one function may be added twice, and each addition ends on its own
    const called = (): void => {
      handler();
    };
    this.interruptReturns.add(called);
    return () => {
      this.interruptReturns.delete(called);
    };
  }

  /** Tells v86 what to call out for from now on. */
  arm(v86: V86Instance): void {
    for (let i = 0; i < TRAP_BITMAP_BYTES; i++) v86.setByte(Own.trapBitmap + i, 0);
    for (const vector of this.traps.keys()) {
      const at = Own.trapBitmap + (vector >> 3);
      v86.setByte(at, v86.byte(at) | (1 << (vector & 7)));
    }
    v86.setWord(Own.observe, this.interruptReturns.size === 0 ? 0 : Observe.interruptReturn);
    this.armProbes(v86);
    v86.watch(this.watches.pages());
  }

  /** As {@link arm}, where nothing but instructions watched for has changed. */
  armProbes(v86: V86Instance): void {
    v86.probing.watchFor(this.probes.addresses());
  }

  // ── what v86 calls out for ──

  /** @returns Whether the instruction is done and the guest's gate is not to be used. */
  softwareInterrupt(vector: number): boolean {
    const handler = this.traps.get(vector);
    const { registers } = this;
    if (handler === undefined || registers.privilege === 0) return false;
    const decision = handler({
      vector,
      frame: {
        eip: registers.get('eip'),
        cs: registers.segment('cs'),
        eflags: registers.get('eflags'),
        esp: registers.get('esp'),
        ss: registers.segment('ss'),
      },
    });
    return decision === 'return';
  }

  interruptReturned(): void {
    for (const handler of this.interruptReturns) handler();
  }

  /** `wake` is called when {@link Watches.take} must look after the instruction. @returns Whether the page is watched. */
  memoryAccessed(v86: V86Instance, address: number, writing: boolean, wake: () => void): boolean {
    // the processor fetching its own instruction is no access
    if (!writing && address === v86.word(Address.instructionPointer)) return false;
    return this.watches.access(address, writing, wake);
  }
}
