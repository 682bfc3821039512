/**
 * Which exceptions there could be in a computation by the host, found out from its operands and result, as code.
 *
 * Precision is left out: sse-arithmetic.ts has that.
 */

import { Exception, Mxcsr } from '../sse/mxcsr.ts';
import {
  type LaneFormat,
  ZERO,
  either,
  both,
  isNotZero,
  isUpTo,
  isDenormal,
  isNaN,
  isFinite,
  isInfinite,
  integers,
  quietBit,
  isSignaling,
} from './sse-lanes.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import * as simd from './wasm-simd.ts';

// ── what is computed ──

/** Locals of every function here, behind its parameters. */
export interface Locals {
  /** The destination as it was, the source, the result, and one more. */
  readonly a: number;
  readonly b: number;
  readonly r: number;
  readonly t: number;
  /** Sixteen times the number of the destination. */
  readonly at: number;
  /** Bits of MXCSR without which the host's arithmetic is not enough. */
  readonly needed: number;
}

/** Lanes in which an exception is possible, and the bits of MXCSR that make it one without effect. */
interface Special {
  readonly lanes: Code;
  readonly harmlessWith: number;
}

/** How an operation is done by the host. */
export interface Fast {
  /** Computes the result and leaves it in `r`. */
  readonly compute: Code;
  /** Lanes that the host does not get right, or of which that is not known. */
  readonly doubtful?: Code;
  /** The exceptions that are possible, but for precision. */
  readonly special?: readonly Special[];
  /** Makes the NaNs in `r` those of a processor. */
  readonly correctNaNs?: Code;
  /** Leaves not zero where there is nothing special: a test that takes less than to look for it. */
  readonly plain?: Code;
  /** What else is doubtful while the precision flag is not set. */
  readonly exactnessDoubtful?: Code;
  /** Leaves not zero where the result is inexact; nothing is ever if not given. */
  readonly inexact?: Code;
}

// ── which exceptions are possible ──

/** As bits of {@link Special}: that denormal operands and tiny results are not taken for zero. */
export const KEEPS_DENORMALS = Mxcsr.denormalsAreZeros;
export const KEEPS_TINY = Mxcsr.flushToZero;

export const denormalOperand = (format: LaneFormat, ...operands: readonly Code[]): Special => {
  const [first = ZERO, ...others] = operands.map((x) => isDenormal(format, x));
  return { lanes: either(first, ...others), harmlessWith: Exception.denormal | KEEPS_DENORMALS };
};
/** A signaling NaN among the operands, or a NaN that comes of none. */
export const invalid = (format: LaneFormat, result: Code, ...operands: readonly Code[]): Special => {
  const ofNone = both(isNaN(format, result), ...operands.map((x): Code => [isNaN(format, x), simd.not]));
  const signaling = operands.map((x) => isSignaling(format, x));
  return { lanes: either(ofNone, ...signaling), harmlessWith: Exception.invalid };
};
/** NaNs and infinities that come of themselves: no exception, but nothing about them can be found out to be exact. */
export const notFinite = (format: LaneFormat, ...numbers: readonly Code[]): Special => {
  const [first = ZERO, ...others] = numbers.map((x): Code => [isFinite(format, x), simd.not]);
  return { lanes: either(first, ...others), harmlessWith: 0 };
};
export const overflow = (format: LaneFormat, result: Code, a: Code, b: Code): Special => ({
  lanes: both(isInfinite(format, result), isFinite(format, a), isFinite(format, b)),
  harmlessWith: Exception.overflow,
});
/** A result that is tiny, or rounded up to the least normal number. */
export const underflow = (format: LaneFormat, result: Code, ...notZero: readonly Code[]): Special => ({
  lanes: both(isUpTo(format, result, format.least), ...notZero.map((x) => isNotZero(format, x))),
  harmlessWith: Exception.underflow | KEEPS_TINY,
});

/** The first operand that is a NaN, made quiet; else "real indefinite" where the result is one. */
export function correctNaNs(format: LaneFormat, { r }: Locals, ...operands: readonly Code[]): Code {
  const result = wasm.localGet(r);
  const { fractionBits, exponentBits } = format;
  const indefinite = ((1n << BigInt(exponentBits + 2)) - 1n) << BigInt(fractionBits - 1);
  const chosen = (first: Code, otherwise: Code, where: Code): Code => [first, otherwise, where, simd.select];
  const ofOperands = operands.reduceRight<Code>(
    (otherwise, x) => chosen([x, integers(format, quietBit(format)), simd.or], otherwise, isNaN(format, x)),
    chosen(integers(format, indefinite), result, isNaN(format, result)),
  );
  return [ofOperands, wasm.localSet(r)];
}

/** Exponents, biased, that are neither 0 nor the greatest: adding 1 to them never gives 0 or 1 in their bits. */
export const isNormal = (format: LaneFormat): { readonly step: bigint; readonly mask: bigint } => ({
  step: 1n << BigInt(format.fractionBits),
  mask: ((1n << BigInt(format.exponentBits)) - 2n) << BigInt(format.fractionBits),
});
/** The same for exponents that are not 1 or next to the greatest either. */
export const isWellInside = (format: LaneFormat): { readonly step: bigint; readonly mask: bigint } => ({
  step: 2n << BigInt(format.fractionBits),
  mask: ((1n << BigInt(format.exponentBits)) - 4n) << BigInt(format.fractionBits),
});

/** Whether all lanes of the operands are normal numbers, and of the result well inside of those. */
export function plain(format: LaneFormat, result: Code, ...operands: readonly Code[]): Code {
  const { lanes } = format;
  const test = (x: Code, { step, mask }: { readonly step: bigint; readonly mask: bigint }): Code => [
    [x, integers(format, step), lanes.addBits],
    [integers(format, mask), simd.and, lanes.all],
  ];
  return [test(result, isWellInside(format)), operands.map((x) => [test(x, isNormal(format)), wasm.and])];
}
