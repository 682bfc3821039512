/** What an instruction of MMX or SSE goes by before it does anything, as code: bits of CR0, CR4 and MXCSR, the form of its operands. */

import { Mxcsr } from '../sse/mxcsr.ts';
import { Address } from './internals.ts';
import { Opcode } from './sse-opcodes.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';

const Control0 = { emulation: 0x04, taskSwitched: 0x08 } as const;
const Control4 = { sse: 0x200, sseExceptions: 0x400 } as const;
/** The summary bit of the x87's status word. */
const PENDING = 0x80;
const CONTROL4 = Address.control + 16;

/** Those of the bits that are set. */
export const has = (bits: Code, wanted: number): Code => [bits, wasm.i32(wanted), wasm.and];
/** Those of the bits that are not set. */
const lacks = (bits: Code, wanted: number): Code => [has(bits, wanted), wasm.i32(wanted), wasm.xor];

export const isEmulated = has(wasm.wordAt(Address.control), Control0.emulation);
export const isTaskSwitched = has(wasm.wordAt(Address.control), Control0.taskSwitched);
export const isEmulatedOrTaskSwitched = has(
  wasm.wordAt(Address.control),
  Control0.emulation | Control0.taskSwitched,
);
export const isSseOff = lacks(wasm.wordAt(CONTROL4), Control4.sse);
/** Whether an exception of the x87 waits for the next instruction that heeds it; those of MMX do. */
export const isX87ExceptionPending = has(wasm.byteAt(Address.fpuStatus), PENDING);
export const hasSseExceptions = has(wasm.wordAt(CONTROL4), Control4.sseExceptions);
export const isAnyUnmasked = lacks(wasm.wordAt(Address.mxcsr), Mxcsr.masks);

/** From here on, a ModR/M byte names registers only. */
const FIRST_REGISTER_FORM = 0xc0;
export const isMemoryForm = (modrm: Code): Code => [modrm, wasm.i32(FIRST_REGISTER_FORM), wasm.lessUnsigned];
/** The field of a ModR/M byte that names a register, or the instruction in a group. */
export const registerField = (modrm: Code): Code => [
  modrm,
  wasm.i32(3),
  wasm.shrUnsigned,
  wasm.i32(7),
  wasm.and,
];
/** The field that names the other register. */
export const operandField = (modrm: Code): Code => has(modrm, 7);

export const isMisaligned = (address: Code): Code => has(address, 15);

/** In group 15, FXSAVE and FXRSTOR come first, then LDMXCSR and STMXCSR, then what goes by no state. */
export const Group15 = { firstOfMxcsr: 2, firstWithoutState: 4 } as const;

/** Bits that are not zero while an instruction, of which so much is known, could fault by the state of the processor. */
export function mayFault(bits: number): Code {
  return [
    isEmulatedOrTaskSwitched,
    (bits & Opcode.mmx) !== 0 ? [isX87ExceptionPending, wasm.or] : [],
    (bits & Opcode.sse) !== 0 ? [isSseOff, wasm.or] : [],
    (bits & Opcode.computes) !== 0 ? [isAnyUnmasked, wasm.or] : [],
  ];
}

/** Puts the x87's first register on top of its stack. */
export const topIsFirst: Code = wasm.storeByteAt(Address.fpuStackTop, wasm.i32(0));
