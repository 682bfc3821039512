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
  readonly #registers: MachineRegisters;
  readonly #traps = new Map<number, readonly TrapHandler[]>();
  readonly #interruptReturns = new Set<() => void>();

  /** @param watchesMoved Called when v86 must be told anew which pages are watched. */
  constructor(registers: MachineRegisters, linear: MachineLinearMemory, watchesMoved: () => void) {
    this.#registers = registers;
    this.probes = new Probes(registers, linear);
    this.watches = new Watches(linear, watchesMoved);
  }

  /** @returns A function that takes the handler away again. */
  addTrap(vectors: readonly number[], handler: TrapHandler): () => void {
    const wrong = vectors.find((vector) => !Number.isInteger(vector) || vector < 0 || vector > 255);
    if (wrong !== undefined) throw new RangeError(`there is no vector ${wrong}`);
    // one function may be added twice, and each addition ends on its own
    const asked: TrapHandler = (interrupt) => handler(interrupt);
    for (const vector of vectors) this.#traps.set(vector, [...(this.#traps.get(vector) ?? []), asked]);
    return () => {
      for (const vector of vectors) {
        const others = this.#traps.get(vector)?.filter((other) => other !== asked) ?? [];
        if (others.length > 0) this.#traps.set(vector, others);
        else this.#traps.delete(vector);
      }
    };
  }

  /** @returns A function that takes the handler away again. */
  addInterruptReturn(handler: () => void): () => void {
    // one function may be added twice, and each addition ends on its own
    const called = (): void => {
      handler();
    };
    this.#interruptReturns.add(called);
    return () => {
      this.#interruptReturns.delete(called);
    };
  }

  /** Tells v86 what to call out for from now on. */
  arm(v86: V86Instance): void {
    for (let i = 0; i < TRAP_BITMAP_BYTES; i++) v86.setByte(Own.trapBitmap + i, 0);
    for (const vector of this.#traps.keys()) {
      const at = Own.trapBitmap + (vector >> 3);
      v86.setByte(at, v86.byte(at) | (1 << (vector & 7)));
    }
    v86.setWord(Own.observe, this.#interruptReturns.size === 0 ? 0 : Observe.interruptReturn);
    this.armProbes(v86);
    this.armWatches(v86);
  }

  /** As {@link arm}, where nothing but instructions watched for has changed. */
  armProbes(v86: V86Instance): void {
    const addresses = this.probes.addresses();
    if (addresses.size === 0) this.probes.forgetInterruptions();
    v86.probing.watchFor(addresses);
  }

  /** As {@link arm}, where nothing but watched memory has changed. */
  armWatches(v86: V86Instance): void {
    v86.watch(this.watches.any ? new Set(this.watches.pages()) : undefined);
  }

  // ── what v86 calls out for ──

  /** @returns Whether the instruction is done and the guest's gate is not to be used. */
  softwareInterrupt(vector: number): boolean {
    const handlers = this.#traps.get(vector);
    const registers = this.#registers;
    if (handlers === undefined || registers.privilege === 0) return false;
    const interrupt = {
      vector,
      frame: {
        eip: registers.get('eip'),
        cs: registers.segment('cs'),
        eflags: registers.get('eflags'),
        esp: registers.get('esp'),
        ss: registers.segment('ss'),
      },
    };
    return handlers.some((handler) => handler(interrupt) === 'return');
  }

  interruptReturned(): void {
    for (const handler of this.#interruptReturns) handler();
  }

  /** `wake` is called when {@link Watches.take} must look after the instruction. @returns Whether the page is watched. */
  memoryAccessed(v86: V86Instance, address: number, writing: boolean, wake: () => void): boolean {
    const isFetch = !writing && address === v86.word(Address.instructionPointer);
    return this.watches.access(address, writing, isFetch, wake);
  }
}
