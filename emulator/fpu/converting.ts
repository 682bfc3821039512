/** Numbers of other formats, in memory, as numbers of a register and back: reals, integers and packed decimals. */

import {
  type Exact,
  exactly,
  type Extended,
  extended,
  infinity,
  isNaN,
  isNegative,
  kindOf,
  quieted,
  zero,
} from './extended.ts';
import {
  DOUBLE,
  exact,
  type Format,
  type Result,
  round,
  type Rounding,
  roundTo,
  SINGLE,
  toExtended,
} from './rounding.ts';
import { Exceptions } from './words.ts';

interface RealFormat extends Format {
  readonly bits: number;
}
export const SINGLE_REAL: RealFormat = { ...SINGLE, bits: 32 };
export const DOUBLE_REAL: RealFormat = { ...DOUBLE, bits: 64 };

/** What goes to memory; `raised` and `up` as with a {@link Result}. */
export interface Stored {
  readonly bits: bigint;
  readonly raised: number;
  readonly up: boolean;
}

/** A real of memory in a register. A signaling NaN stays one where `raw`: for operands of arithmetic, which raise by themselves. */
export function fromReal(bits: bigint, format: RealFormat, raw = false): Result {
  const fractionBits = format.precision - 1;
  const fraction = bits & ((1n << BigInt(fractionBits)) - 1n);
  const exponent = Number((bits >> BigInt(fractionBits)) & BigInt(2 * format.maximum + 1));
  const negative = bits >> BigInt(format.bits - 1) !== 0n;
  if (exponent === 2 * format.maximum + 1) {
    const { head, significand } = infinity(negative);
    if (fraction === 0n) return exact(infinity(negative));
    const nan = extended(head, significand | (fraction << BigInt(63 - fractionBits)));
    if (raw || kindOf(nan) === 'quiet NaN') return exact(nan);
    return exact(quieted(nan), Exceptions.invalid);
  }
  if (exponent === 0) {
    if (fraction === 0n) return exact(zero(negative));
    return exact(toExtended(negative, fraction, format.minimum - fractionBits), Exceptions.denormal);
  }
  const integer = fraction | (1n << BigInt(fractionBits));
  return exact(toExtended(negative, integer, exponent - format.maximum - fractionBits));
}

export function toReal(value: Extended, format: RealFormat, rounding: Rounding): Stored {
  const kind = kindOf(value);
  const fractionBits = BigInt(format.precision - 1);
  const sign = isNegative(value) ? 1n << BigInt(format.bits - 1) : 0n;
  const allOnes = BigInt(2 * format.maximum + 1) << fractionBits;
  const quiet = 1n << (fractionBits - 1n);
  if (kind === 'unsupported') {
    return { bits: (1n << BigInt(format.bits - 1)) | allOnes | quiet, raised: Exceptions.invalid, up: false };
  }
  if (isNaN(kind)) {
    const fraction = (value.significand >> (63n - fractionBits)) & (quiet - 1n);
    const raised = kind === 'signaling NaN' ? Exceptions.invalid : 0;
    return { bits: sign | allOnes | quiet | fraction, raised, up: false };
  }
  if (kind === 'zero') return { bits: sign, raised: 0, up: false };
  if (kind === 'infinity') return { bits: sign | allOnes, raised: 0, up: false };
  const { integer, exponent, infinite, raised, up } = round(exactly(value), format, rounding);
  if (infinite) return { bits: sign | allOnes, raised, up };
  // The integer bit adds one to the exponent; so does a carry, also where that makes a denormal a normal number.
  const smallest = format.minimum - format.precision + 1;
  return { bits: sign | ((BigInt(exponent - smallest) << fractionBits) + integer), raised, up };
}

/** A signed integer in a register. */
export function fromInteger(value: bigint): Extended {
  return toExtended(value < 0n, value < 0n ? -value : value, 0);
}

/** A signed integer of so many bits; one that does not fit is the smallest, which stands for all of them. */
export function toInteger(value: Extended, width: number, mode: number): Stored {
  const indefinite = 1n << BigInt(width - 1);
  const result = integral(value, mode);
  if (result === undefined) return { bits: indefinite, raised: Exceptions.invalid, up: false };
  const { integer, inexact, up } = result;
  const negative = isNegative(value);
  if (integer > indefinite - (negative ? 0n : 1n)) {
    return { bits: indefinite, raised: Exceptions.invalid, up: false };
  }
  const bits = BigInt.asUintN(width, negative ? -integer : integer);
  return { bits, raised: inexact ? Exceptions.precision : 0, up };
}

/** The magnitude of a finite number as an integer. */
function integral(value: Extended, mode: number): ReturnType<typeof roundTo> | undefined {
  const kind = kindOf(value);
  if (kind === 'unsupported' || kind === 'infinity' || isNaN(kind)) return undefined;
  const number = exactly(value);
  if (number.exponent > 64) return { integer: 1n << 65n, inexact: false, up: false };
  return roundTo(number, 0, mode);
}

/** Rounds to an integer, still in a register. */
export function roundToInteger(value: Extended, mode: number): Result {
  const number: Exact = exactly(value);
  if (number.integer === 0n || number.exponent >= 0) return exact(value);
  const { integer, inexact, up } = roundTo(number, 0, mode);
  return { value: toExtended(number.negative, integer, 0), raised: inexact ? Exceptions.precision : 0, up };
}

const DECIMAL_DIGITS = 18;
/** What stands for a number that packed decimals cannot hold. */
const DECIMAL_INDEFINITE = 0xffff_c000_0000_0000_0000n;

/** A packed decimal of ten bytes: 18 digits, lowest first, and a sign. */
export function fromDecimal(bits: bigint): Extended {
  let magnitude = 0n;
  for (let digit = DECIMAL_DIGITS - 1; digit >= 0; digit--) {
    magnitude = magnitude * 10n + ((bits >> BigInt(4 * digit)) & 0xfn);
  }
  return toExtended(bits >> 79n !== 0n, magnitude, 0);
}

export function toDecimal(value: Extended, mode: number): Stored {
  const result = integral(value, mode);
  if (result === undefined || result.integer >= 10n ** BigInt(DECIMAL_DIGITS)) {
    return { bits: DECIMAL_INDEFINITE, raised: Exceptions.invalid, up: false };
  }
  const digits = BigInt(`0x${result.integer.toString()}`);
  const sign = isNegative(value) ? 1n << 79n : 0n;
  return { bits: sign | digits, raised: result.inexact ? Exceptions.precision : 0, up: result.up };
}
