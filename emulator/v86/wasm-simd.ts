/**
 * WebAssembly's instructions on vectors of 128 bits, as far as the rewrite needs them, as functions that return bytes.
 *
 * Source of all numbers: WebAssembly core specification, chapter 5 (binary format).
 */

import { type Code, unsigned } from './wasm-code.ts';

const PREFIX = 0xfd;
const instruction = (opcode: number): Code => [PREFIX, unsigned(opcode)];
const memory =
  (opcode: number, alignment: number) =>
  (offset: number): Code => [PREFIX, unsigned(opcode), alignment, unsigned(offset)];
const onLane =
  (opcode: number) =>
  (lane: number): Code => [PREFIX, unsigned(opcode), lane];

export const load = memory(0, 0);
export const store = memory(11, 0);

/** Stores one lane; it is named behind the offset. */
const storeLane =
  (opcode: number) =>
  (offset: number, lane: number): Code => [PREFIX, unsigned(opcode), 0, unsigned(offset), lane];
export const storeLane32 = storeLane(90);
export const storeLane64 = storeLane(91);

/** A vector of bytes that are all known. */
export const constant = (bytes: Uint8Array): Code => [PREFIX, 12, [...bytes]];
/** Bytes of two vectors by their numbers: 0 to 15 of the first, 16 to 31 of the second. */
export const shuffle = (bytes: readonly number[]): Code => [PREFIX, 13, bytes];

export const splatI32 = instruction(17);
export const splatF32 = instruction(19);
export const splatI64 = instruction(18);
export const splatF64 = instruction(20);
export const lane32 = onLane(27);

export const and = instruction(78);
export const or = instruction(80);
export const xor = instruction(81);
export const not = instruction(77);
/** Bits of the first vector where the third is set, else of the second. */
export const select = instruction(82);
/** Whether any bit is set. */
export const any = instruction(83);

export const narrow = instruction(94);
export const widenLow = instruction(95);
export const truncateF32 = instruction(248);
export const convertI32 = instruction(250);
export const truncateF64 = instruction(252);
export const convertLowI32 = instruction(254);

/** Arithmetic on the lanes of a format. */
export interface Lanes {
  readonly equal: Code;
  readonly notEqual: Code;
  readonly less: Code;
  readonly lessOrEqual: Code;
  readonly absolute: Code;
  readonly squareRoot: Code;
  readonly add: Code;
  readonly sub: Code;
  readonly mul: Code;
  readonly div: Code;
  readonly nearest: Code;
  readonly truncate: Code;
  readonly splat: Code;
  /** Of the lanes as integers. */
  readonly equalBits: Code;
  readonly addBits: Code;
  /** Whether no lane is zero. */
  readonly all: Code;
}

export const f32x4: Lanes = {
  equal: instruction(65),
  notEqual: instruction(66),
  less: instruction(67),
  lessOrEqual: instruction(69),
  absolute: instruction(224),
  squareRoot: instruction(227),
  add: instruction(228),
  sub: instruction(229),
  mul: instruction(230),
  div: instruction(231),
  nearest: instruction(106),
  truncate: instruction(105),
  splat: splatI32,
  equalBits: instruction(55),
  addBits: instruction(174),
  all: instruction(163),
};

export const f64x2: Lanes = {
  equal: instruction(71),
  notEqual: instruction(72),
  less: instruction(73),
  lessOrEqual: instruction(75),
  absolute: instruction(236),
  squareRoot: instruction(239),
  add: instruction(240),
  sub: instruction(241),
  mul: instruction(242),
  div: instruction(243),
  nearest: instruction(148),
  truncate: instruction(122),
  splat: splatI64,
  equalBits: instruction(214),
  addBits: instruction(206),
  all: instruction(195),
};
