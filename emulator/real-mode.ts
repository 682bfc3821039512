/** Puts a processor into 16-bit real mode, as a monitor without a BIOS starts a kernel. */

import type { MachineRegisters } from './registers.ts';
import { REGISTER_NAMES, type RegisterName } from './types.ts';
import { Address } from './v86/internals.ts';
import type { V86Instance } from './v86/instance.ts';

const SEGMENT_COUNT = 6;
const CODE_SEGMENT = 1;
const REAL_MODE_LIMIT = 0xffff;
const ACCESS_CODE = 0x9b;
const ACCESS_DATA = 0x93;
const CONTROL_0_RESET = 0x10;
const FLAG_ALWAYS_ONE = 2;

/** Registers that are not named become 0; all segment bases do, and interrupts are off. */
export function enterRealMode(
  v86: V86Instance,
  registers: MachineRegisters,
  start: Partial<Record<RegisterName, number>>,
): void {
  v86.setWord(Address.control, CONTROL_0_RESET);
  v86.setByte(Address.protectedMode, 0);
  v86.setByte(Address.is32, 0);
  v86.setByte(Address.stackIs32, 0);
  v86.setByte(Address.privilege, 0);
  v86.setByte(Address.inHalt, 0);
  for (let i = 0; i < SEGMENT_COUNT; i++) {
    v86.setHalf(Address.segmentSelectors + 2 * i, 0);
    v86.setByte(Address.segmentIsNull + i, 0);
    v86.setWord(Address.segmentBases + 4 * i, 0);
    v86.setWord(Address.segmentLimits + 4 * i, REAL_MODE_LIMIT);
    v86.setByte(Address.segmentAccessBytes + i, i === CODE_SEGMENT ? ACCESS_CODE : ACCESS_DATA);
  }
  for (const name of REGISTER_NAMES) registers.set(name, start[name] ?? 0);
  registers.set('eflags', start.eflags ?? FLAG_ALWAYS_ONE);
  v86.exports.update_state_flags();
  v86.exports.full_clear_tlb();
}
