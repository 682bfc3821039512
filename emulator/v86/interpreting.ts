/**
 * What functions that execute instructions for v86's interpreter are made of: reading what belongs to the instruction, its operands in
 * memory, raising an exception. EIP is behind the first byte when they are called.
 */

import { Address, X87Area } from './internals.ts';
import type { Indices } from './rewrite-support.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import { I32, select, set, when } from './wasm-expressions.ts';

/** Where v86's functions that can fault leave whether they have, and what they answer. */
export const answer = I32.of(X87Area.answer);
export const faulted = I32.and(I32.load(answer), I32.of(1));
export const answered = I32.load(answer, 4);

/** Calls a function that can fault, and does `otherwise`, which has to leave the function, where it has. */
export const attempt = (call: Code, otherwise: Code): Code => [[answer, call], when(faulted, otherwise)];

/** Reads the next byte of the instruction into a local. */
export const fetchByte = (index: Indices, local: number, otherwise: Code): Code => [
  attempt(wasm.call(index.readByte), otherwise),
  set(local, answered),
];

/** Leaves the linear address of an operand in memory in a local. */
export const resolveAddress = (index: Indices, modrm: Code, local: number, otherwise: Code): Code => [
  attempt([modrm, wasm.call(index.resolveModrm)], otherwise),
  set(local, answered),
];

/** Raises an exception before the instruction, with an error code where one is given. */
export const raise = (index: Indices, vector: Code, errorCode?: Code): Code => [
  wasm.storeWordAt(Address.instructionPointer, wasm.wordAt(Address.previousInstructionPointer)),
  [vector, I32.of(0), I32.of(errorCode === undefined ? 0 : 1), errorCode ?? I32.of(0)],
  wasm.call(index.callInterruptVector),
];

const STACK_SEGMENT = 2;
/** The bits of an offset that a stack of 16 bits has, or one of 32. */
export const stackMask = select(wasm.byteAt(Address.stackIs32), I32.of(-1), I32.of(0xffff));
/** The linear address of an offset in the stack. */
export const stackPlace = (offset: Code): Code =>
  I32.add(wasm.wordAt(Address.segmentBases + 4 * STACK_SEGMENT), I32.and(offset, stackMask));
