/**
 * The x87's state in v86's memory, as expressions of WebAssembly; and the word by which functions are told their instruction.
 */

import { EXPONENT } from '../../fpu/extended.ts';
import { RoundingMode } from '../../fpu/rounding.ts';
import { Exceptions, Status } from '../../fpu/words.ts';
import { Address } from '../internals.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { I32, I64 } from '../wasm-expressions.ts';

/**
 * An instruction in one word: the lowest 12 bits of its address, its own last 11 bits, whether its operand size is 32 bits,
 * and how many bytes its operand has.
 */
export const Packed = {
  offset: 0xfff,
  operationShift: 12,
  operation: 0x7ff,
  wide: 1 << 23,
  sizeShift: 24,
} as const;

export const operationOf = (packed: Code): Code =>
  I32.and(I32.shr(packed, I32.of(Packed.operationShift)), I32.of(Packed.operation));
export const sizeOf = (packed: Code): Code => I32.shr(packed, I32.of(Packed.sizeShift));
/** The register that an instruction names, behind TOP. */
export const indexOf = (packed: Code): Code =>
  I32.and(I32.shr(packed, I32.of(Packed.operationShift)), I32.of(7));

const nowhere = I32.of(0);
const top = wasm.byteAt(Address.fpuStackTop);
const emptyBits = wasm.byteAt(Address.fpuStackEmpty);
export const status = I32.load16(nowhere, Address.fpuStatus);
export const control = I32.load16(nowhere, Address.fpuControl);

/** The number of the register in a place behind TOP. */
export const register = (place: Code): Code => I32.and(I32.add(top, place), I32.of(7));
/** Its address. */
export const addressOf = (number: Code): Code =>
  I32.add(I32.shl(number, I32.of(4)), I32.of(Address.fpuRegisters));
export const st0 = addressOf(top);

export const significand = (address: Code): Code => I64.load(address, 0);
export const head = (address: Code): Code => I32.load16(address, 8);
export const exponentOf = (address: Code): Code => I32.and(head(address), I32.of(EXPONENT));
export const setNumber = (address: Code, headOf: Code, significandOf: Code): Code => [
  I64.store(address, 0, significandOf),
  I32.store16(address, 8, headOf),
];

export const isEmpty = (number: Code): Code => I32.and(I32.shr(emptyBits, number), I32.of(1));
export const st0IsEmpty = isEmpty(top);
const setEmptyBits = (bits: Code): Code => I32.store8(nowhere, Address.fpuStackEmpty, bits);
const bit = (number: Code): Code => I32.shl(I32.of(1), number);
export const occupy = (number: Code): Code =>
  setEmptyBits(I32.and(emptyBits, I32.xor(bit(number), I32.of(-1))));
export const setTop = (number: Code): Code => I32.store8(nowhere, Address.fpuStackTop, number);
export const pop: Code = [
  setEmptyBits(I32.or(emptyBits, bit(top))),
  setTop(I32.and(I32.add(top, I32.of(1)), I32.of(7))),
];

const setStatus = (value: Code): Code => I32.store16(nowhere, Address.fpuStatus, value);
/** Sets C1 and what else is given in the status word. */
export const report = (bits: Code): Code =>
  setStatus(I32.or(I32.and(status, I32.of(0xffff & ~Status.c1)), bits));
export const clearC1 = setStatus(I32.and(status, I32.of(0xffff & ~Status.c1)));
/** Sets C3 to C0. */
export const setConditions = (bits: Code): Code =>
  setStatus(I32.or(I32.and(status, I32.of(0xffff & ~Status.conditions)), bits));

/** Precision was lost, and an instruction may go on: its exception is masked. */
export const precisionIsMasked = I32.and(control, I32.of(Exceptions.precision));
/** The status of a result: 1 or 0 for inexact, and for larger in magnitude. */
export const inexactStatus = (inexact: Code, up: Code): Code =>
  I32.or(
    I32.shl(inexact, I32.of(Math.log2(Exceptions.precision))),
    I32.shl(up, I32.of(Math.log2(Status.c1))),
  );

/** Whether a number is zero or normal: what is computed with in WebAssembly. */
export const isPlain = (address: Code): Code =>
  I32.or(
    I32.and(
      I64.lessSigned(significand(address), I64.of(0n)),
      I32.greater(I32.and(I32.add(head(address), I32.of(1)), I32.of(0x7fff)), I32.of(1)),
    ),
    I64.isZero(I64.or(significand(address), I64.extendUnsigned(I32.and(head(address), I32.of(0x7fff))))),
  );

const rounding = I32.and(I32.shr(control, I32.of(10)), I32.of(3));
export const roundsDown = I32.eq(rounding, I32.of(RoundingMode.down));
/**
 * Whether a number between two neighbours goes to the one that is larger in magnitude; all are 0 or 1.
 *
 * @param odd the neighbour towards zero is odd
 * @param half the number is half-way to the other or beyond
 * @param rest it is not at, nor exactly half-way from, the neighbour towards zero
 */
export const goesUp = (negative: Code, odd: Code, half: Code, rest: Code): Code =>
  wasm.choose(
    rounding,
    // down for a negative number, up for a positive one
    I32.and(I32.eq(rounding, I32.sub(I32.of(2), negative)), I32.or(half, rest)),
    I32.and(half, I32.or(rest, odd)),
  );

/** Remembers where an instruction stands. In compiled code, the page of EIP in memory is right. */
export const remember = (packed: Code): Code => [
  I32.store(
    nowhere,
    Address.fpuInstructionPointer,
    I32.or(
      I32.and(wasm.wordAt(Address.instructionPointer), I32.of(~Packed.offset)),
      I32.and(packed, I32.of(Packed.offset)),
    ),
  ),
  I32.store(nowhere, Address.fpuOpcode, operationOf(packed)),
];
