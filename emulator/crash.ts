/** Says what became of a processor that v86 gave up on. */

import type { MachineLinearMemory } from './memory.ts';
import type { MachineRegisters } from './registers.ts';
import { REGISTER_NAMES, type MachineCrash, type RegisterName } from './types.ts';
import { Address } from './v86/internals.ts';
import { ProcessorShutdown } from './v86/protection/rules.ts';
import type { V86Instance } from './v86/instance.ts';

/** `error` is what came out of v86's main loop. */
export function describeCrash(
  error: unknown,
  v86: V86Instance,
  registers: MachineRegisters,
  linear: MachineLinearMemory,
): MachineCrash {
  const values = Object.fromEntries(REGISTER_NAMES.map((name) => [name, registers.get(name)]));
  return {
    message: messageOf(error, v86, registers, linear),
    registers: values as Record<RegisterName, number>,
    faultAddress: registers.control(2),
  };
}

function messageOf(
  error: unknown,
  v86: V86Instance,
  registers: MachineRegisters,
  linear: MachineLinearMemory,
): string {
  // v86 answers a stack that an exception cannot be pushed to by trying again until the host's stack is full
  if (error instanceof RangeError || error instanceof ProcessorShutdown)
    return new ProcessorShutdown().message;
  const said = v86.lastMessage;
  // "panicked at FILE:LINE:COLUMN:\nTEXT"
  const text = said.slice(said.indexOf('\n') + 1);
  if (text !== '') return `the emulated processor gave up: ${text}`;
  if (linear.translate(v86.word(Address.instructionPointer)) === undefined) {
    const eip = registers.get('eip').toString(16);
    return `the processor fetched an instruction outside of RAM, at 0x${eip}`;
  }
  return `the emulated processor gave up: ${error instanceof Error ? error.message : String(error)}`;
}
