/**
 * Lanes of a vector as numbers of a format: constants of them, and code that leaves all ones in those lanes for which something holds.
 */

import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import * as simd from './wasm-simd.ts';

/** A format as lanes of a vector: its arithmetic, and what its numbers are like. */
export interface LaneFormat {
  readonly lanes: simd.Lanes;
  readonly bytes: 4 | 8;
  readonly least: number;
  readonly fractionBits: number;
  readonly exponentBits: number;
}

export const SINGLE: LaneFormat = {
  lanes: simd.f32x4,
  bytes: 4,
  least: 2 ** -126,
  fractionBits: 23,
  exponentBits: 8,
};
export const DOUBLE: LaneFormat = {
  lanes: simd.f64x2,
  bytes: 8,
  least: 2 ** -1022,
  fractionBits: 52,
  exponentBits: 11,
};

/** The same number in each lane. */
export function all({ bytes }: LaneFormat, value: number): Code {
  const view = new DataView(new ArrayBuffer(16));
  for (let at = 0; at < 16; at += bytes) {
    if (bytes === 4) view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  }
  return simd.constant(new Uint8Array(view.buffer));
}

export const ZERO: Code = simd.constant(new Uint8Array(16));

// ── what is doubtful about lanes: code that leaves all ones in those that are ──

export const either = (first: Code, ...others: readonly Code[]): Code => [
  first,
  others.map((code) => [code, simd.or]),
];
export const both = (first: Code, ...others: readonly Code[]): Code => [
  first,
  others.map((code) => [code, simd.and]),
];

export const isNotZero = (format: LaneFormat, x: Code): Code => [x, ZERO, format.lanes.notEqual];
/** Below a size, or just that. */
export const isUpTo = (format: LaneFormat, x: Code, size: number): Code => [
  [x, format.lanes.absolute],
  [all(format, size), format.lanes.lessOrEqual],
];
export const isBelow = (format: LaneFormat, x: Code, size: number): Code => [
  [x, format.lanes.absolute],
  [all(format, size), format.lanes.less],
];
/** NaN, infinite, or so large. */
export const isNotBelow = (format: LaneFormat, x: Code, size: number): Code => [
  isBelow(format, x, size),
  simd.not,
];
export const isDenormal = (format: LaneFormat, x: Code): Code =>
  both(isBelow(format, x, format.least), isNotZero(format, x));
export const isNaN = (format: LaneFormat, x: Code): Code => [x, x, format.lanes.notEqual];
export const isFinite = (format: LaneFormat, x: Code): Code => isBelow(format, x, Infinity);
export const isInfinite = (format: LaneFormat, x: Code): Code => [
  [x, format.lanes.absolute],
  [all(format, Infinity), format.lanes.equal],
];

/** An integer of a lane's width, as a constant, and the same in each lane. */
export const integer = ({ bytes }: LaneFormat, value: bigint): Code =>
  bytes === 4 ? wasm.i32(Number(BigInt.asIntN(32, value))) : wasm.i64Of(BigInt.asIntN(64, value));
export const integers = (format: LaneFormat, value: bigint): Code => [
  integer(format, value),
  format.lanes.splat,
];

export const quietBit = ({ fractionBits }: LaneFormat): bigint => 1n << BigInt(fractionBits - 1);
export const isSignaling = (format: LaneFormat, x: Code): Code => [
  isNaN(format, x),
  [x, integers(format, quietBit(format)), simd.and, ZERO, format.lanes.equalBits, simd.and],
];
