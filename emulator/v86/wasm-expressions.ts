/**
 * WebAssembly as expressions: operations with their operands in brackets, for functions that compute.
 *
 * Source of all numbers: WebAssembly core specification, chapter 5 (binary format).
 */

import {
  bigSigned,
  block,
  branchIf,
  type Code,
  end,
  ifThen,
  localGet,
  localSet,
  otherwise,
  i32,
  unsigned,
} from './wasm-code.ts';

const unary =
  (opcode: number) =>
  (a: Code): Code => [a, opcode];
const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const load =
  (opcode: number, alignment: number) =>
  (address: Code, offset = 0): Code => [address, opcode, alignment, unsigned(offset)];
const store =
  (opcode: number, alignment: number) =>
  (address: Code, offset: number, value: Code): Code => [address, value, opcode, alignment, unsigned(offset)];

/** Loads take an address and an offset; stores, the value behind them. */
export const I32 = {
  of: i32,
  load: load(0x28, 2),
  load8: load(0x2d, 0),
  load16: load(0x2f, 1),
  store: store(0x36, 2),
  store8: store(0x3a, 0),
  store16: store(0x3b, 1),
  isZero: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  lessSigned: binary(0x48),
  less: binary(0x49),
  greaterSigned: binary(0x4a),
  greater: binary(0x4b),
  add: binary(0x6a),
  sub: binary(0x6b),
  and: binary(0x71),
  or: binary(0x72),
  /** What is in the first and not in the second. */
  andNot: (a: Code, b: Code): Code => [a, b, i32(-1), 0x73, 0x71],
  xor: binary(0x73),
  shl: binary(0x74),
  shrSigned: binary(0x75),
  shr: binary(0x76),
  /** The lower half of a 64-bit integer. */
  wrap: unary(0xa7),
} as const;

export const I64 = {
  of: (value: bigint): Code => [0x42, bigSigned(value)],
  load: load(0x29, 3),
  store: store(0x37, 3),
  isZero: unary(0x50),
  eq: binary(0x51),
  ne: binary(0x52),
  lessSigned: binary(0x53),
  less: binary(0x54),
  greaterSigned: binary(0x55),
  greater: binary(0x56),
  leadingZeros: unary(0x79),
  add: binary(0x7c),
  sub: binary(0x7d),
  mul: binary(0x7e),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shrSigned: binary(0x87),
  shr: binary(0x88),
  extend: unary(0xac),
  extendUnsigned: unary(0xad),
} as const;

/** The first of two values where the condition holds, the other where it does not. */
export const select = (condition: Code, yes: Code, no: Code): Code => [yes, no, condition, 0x1b];
export const when = (condition: Code, ...then: readonly Code[]): Code => [condition, ifThen, then, end];
export const whenElse = (condition: Code, then: Code, not: Code): Code => [
  condition,
  ifThen,
  then,
  otherwise,
  not,
  end,
];
/** Code in which {@link leaveIf}, at its own level, goes to the end. */
export const scope = (...code: readonly Code[]): Code => [block, code, end];
/** Goes to the end of the innermost block or, with a depth, of one around it, if the condition holds. */
export const leaveIf = (condition: Code, depth = 0): Code => [condition, branchIf(depth)];
export const get = localGet;
export const set = (local: number, value: Code): Code => [value, localSet(local)];
