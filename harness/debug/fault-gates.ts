/**
 * Where the processor goes when the guest faults, and what it leaves on the stack there.
 *
 * Reads the guest's interrupt descriptor table; changes nothing. A stop at a fault is a breakpoint at the kernel's own
 * handler, so it works with any kernel that has one gate per vector.
 */
import { hex } from '../../emulator/hex.ts';
import type { Machine } from '../../emulator/types.ts';

/** An exception, as the processor pushed it. */
export interface FaultFrame {
  readonly vector: number;
  /** `page fault`, or `exception 25` where the processor's manual has no name. */
  readonly name: string;
  /** Undefined for vectors without one. */
  readonly errorCode?: number;
  /** The instruction that faulted (for traps, the one behind it). */
  readonly eip: number;
  readonly cs: number;
  readonly eflags: number;
  /** CR2: what a page fault wanted to reach. */
  readonly address?: number;
}

/** Exceptions by vector. Source: Intel SDM volume 3, table 6-1. */
export const faultNames: Readonly<Record<number, string>> = {
  0: 'divide error',
  1: 'debug exception',
  2: 'non-maskable interrupt',
  3: 'breakpoint',
  4: 'overflow',
  5: 'bound range exceeded',
  6: 'invalid opcode',
  7: 'device not available',
  8: 'double fault',
  10: 'invalid TSS',
  11: 'segment not present',
  12: 'stack fault',
  13: 'general protection',
  14: 'page fault',
  16: 'x87 error',
  17: 'alignment check',
  19: 'SIMD error',
};

export const PAGE_FAULT = 14;
const VECTORS = Object.keys(faultNames).map(Number);
const WITH_ERROR_CODE: ReadonlySet<number> = new Set([8, 10, 11, 12, 13, 14, 17]);
const GATE_BYTES = 8;
const GATE_PRESENT = 0x8000;
const PROTECTED_MODE = 1;

/** Handler address to vector, for every exception the guest has a gate for. Empty before it has a table. */
export function faultHandlers(machine: Machine): ReadonlyMap<number, number> {
  const handlers = new Map<number, number>();
  const { registers, linear } = machine;
  if ((registers.control(0) & PROTECTED_MODE) === 0) return handlers;
  const { base, limit } = registers.idt;
  for (const vector of VECTORS) {
    const at = base + vector * GATE_BYTES;
    if ((vector + 1) * GATE_BYTES - 1 > limit || linear.translate(at) === undefined) continue;
    const low = linear.read32(at);
    const high = linear.read32(at + 4);
    if ((high & GATE_PRESENT) === 0) continue;
    handlers.set(((high & 0xffff0000) | (low & 0xffff)) >>> 0, vector);
  }
  return handlers;
}

/** The frame of an exception. The guest stands at the first instruction of the vector's handler. */
export function faultFrame(machine: Machine, vector: number): FaultFrame {
  const { registers, linear } = machine;
  const stack = registers.get('esp');
  const hasCode = WITH_ERROR_CODE.has(vector);
  const frame = hasCode ? stack + 4 : stack;
  return {
    vector,
    name: faultNames[vector] ?? `exception ${vector}`,
    ...(hasCode ? { errorCode: linear.read32(stack) } : {}),
    eip: linear.read32(frame),
    cs: linear.read32(frame + 4) & 0xffff,
    eflags: linear.read32(frame + 8),
    ...(vector === PAGE_FAULT ? { address: registers.control(2) } : {}),
  };
}

/** `page fault at 0x40001234 reading 0x0` on one line. */
export function describeFault(fault: FaultFrame): string {
  const what =
    fault.errorCode === undefined || fault.vector === PAGE_FAULT ? '' : ` (${hex(fault.errorCode)})`;
  const where = ` at ${hex(fault.eip)} in ring ${fault.cs & 3}`;
  if (fault.address === undefined) return `${fault.name}${what}${where}`;
  const access = ((fault.errorCode ?? 0) & 2) === 0 ? 'reading' : 'writing';
  const why = ((fault.errorCode ?? 0) & 1) === 0 ? 'not mapped' : 'not allowed';
  return `${fault.name}${where}, ${access} ${hex(fault.address)} (${why})`;
}
