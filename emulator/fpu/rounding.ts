/**
 * Rounding an exact number to a format: where a result loses bits, overflows or underflows, and what it says of that.
 *
 * Every operation computes exactly, or to many more bits than it keeps, and comes here once. Source: IEEE 754-1985, which
 * the x87 follows, with tininess detected after rounding; Intel's manual, volume 1, chapter 4.9.1.
 */

import {
  BIAS,
  bitLength,
  type Exact,
  type Extended,
  extended,
  INTEGER,
  shiftRight,
  SIGN,
} from './extended.ts';
import { Exceptions } from './words.ts';

/** Rounding control, as in the control word. */
export const RoundingMode = { nearest: 0, down: 1, up: 2, chop: 3 } as const;

/** A format's bits of significand and the exponents of its smallest and largest normal numbers. */
export interface Format {
  readonly precision: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const SINGLE: Format = { precision: 24, minimum: -126, maximum: 127 };
export const DOUBLE: Format = { precision: 53, minimum: -1022, maximum: 1023 };
/** A register with that many bits kept: precision control takes bits of the significand, and leaves the exponent. */
export const register = (precision: number): Format => ({ precision, minimum: -16382, maximum: 16383 });
export const EXTENDED = register(64);

/** How a result is rounded: from the control word. */
export interface Rounding {
  readonly mode: number;
  /** Exceptions that are masked: only these get the default result. */
  readonly masked: number;
}

/** An exact number rounded: `integer` times two to the `exponent`, or infinity. */
export interface Rounded {
  readonly negative: boolean;
  /** Up to `precision` bits; 0 for a result that vanished. */
  readonly integer: bigint;
  readonly exponent: number;
  readonly infinite: boolean;
  /** {@link Exceptions} that this raises. */
  readonly raised: number;
  /** The magnitude is larger than the exact one. */
  readonly up: boolean;
}

/** By how much an unmasked overflow or underflow moves the exponent of a result that stays in a register. */
export const WRAP = 24576;

/** Whether a number between two neighbours goes to the one that is larger in magnitude. */
function goesUp(mode: number, negative: boolean, odd: boolean, half: boolean, rest: boolean): boolean {
  switch (mode) {
    case RoundingMode.nearest:
      return half && (rest || odd);
    case RoundingMode.down:
      return negative && (half || rest);
    case RoundingMode.up:
      return !negative && (half || rest);
    default:
      return false;
  }
}

/** Rounds to a multiple of two to the `unit`: that multiple, whether it is another number, and whether it is larger. */
export function roundTo(
  { negative, integer, exponent }: Exact,
  unit: number,
  mode: number,
  sticky = false,
): { integer: bigint; inexact: boolean; up: boolean } {
  const { quotient, rest } = shiftRight(integer, unit - exponent - 1);
  const half = (quotient & 1n) !== 0n;
  const kept = quotient >> 1n;
  const inexact = half || rest || sticky;
  const up = goesUp(mode, negative, (kept & 1n) !== 0n, half, rest || sticky);
  return { integer: up ? kept + 1n : kept, inexact, up };
}

/**
 * @param sticky The exact number is a little larger in magnitude than `value`, by less than its last bit. `value` must then
 *   have at least two bits more than the format.
 */
export function round(value: Exact, format: Format, { mode, masked }: Rounding, sticky = false): Rounded {
  const { negative } = value;
  const { precision, minimum, maximum } = format;
  const top = value.exponent + bitLength(value.integer) - 1;
  const free = roundTo(value, top - precision + 1, mode, sticky);
  const grew = bitLength(free.integer) > precision ? 1 : 0;
  const finite = {
    negative,
    integer: free.integer,
    exponent: top - precision + 1,
    infinite: false,
    up: free.up,
  };
  const inexact = free.inexact ? Exceptions.precision : 0;

  if (top + grew > maximum) {
    if ((masked & Exceptions.overflow) === 0) {
      return { ...finite, exponent: finite.exponent - WRAP, raised: Exceptions.overflow | inexact };
    }
    const infinite = goesUp(mode, negative, true, true, true);
    return {
      negative,
      integer: (1n << BigInt(precision)) - 1n,
      exponent: maximum - precision + 1,
      infinite,
      raised: Exceptions.overflow | Exceptions.precision,
      up: infinite,
    };
  }
  if (top >= minimum) return { ...finite, raised: inexact };

  const tiny = top + grew < minimum;
  if (tiny && (masked & Exceptions.underflow) === 0) {
    return { ...finite, exponent: finite.exponent + WRAP, raised: Exceptions.underflow | inexact };
  }
  const unit = minimum - precision + 1;
  const denormal = roundTo(value, unit, mode, sticky);
  const raised = denormal.inexact ? Exceptions.precision | (tiny ? Exceptions.underflow : 0) : 0;
  return {
    negative,
    integer: denormal.integer,
    exponent: unit,
    infinite: false,
    raised,
    up: denormal.up,
  };
}

/** A result in a register. */
export interface Result {
  readonly value: Extended;
  readonly raised: number;
  readonly up: boolean;
}

export const exact = (value: Extended, raised = 0): Result => ({ value, raised, up: false });

/** Rounds to what a register holds. */
export function roundToRegister(value: Exact, precision: number, rounding: Rounding, sticky = false): Result {
  const { negative, integer, exponent, infinite, raised, up } = round(
    value,
    register(precision),
    rounding,
    sticky,
  );
  return {
    value: infinite
      ? extended(BIAS * 2 + 1 + (negative ? SIGN : 0), INTEGER)
      : toExtended(negative, integer, exponent),
    raised,
    up,
  };
}

/**
 * The same for a number that lies between two neighbours of a register, and of which `value` is nearly the magnitude. Undefined where
 * `value` has not enough bits, or too round ones, to tell between which, or is too large or too small for a normal number: these are
 * for {@link roundToRegister}.
 */
export function roundBetween({ negative, integer, exponent }: Exact, mode: number): Result | undefined {
  const bits = bitLength(integer);
  const surplus = bits - 64;
  const top = exponent + bits - 1;
  if (surplus < 2 || top < EXTENDED.minimum || top >= EXTENDED.maximum) return undefined;
  if (BigInt.asUintN(surplus - 1, integer) === 0n) return undefined;
  const kept = integer >> BigInt(surplus - 1);
  const significand = kept >> 1n;
  const up = goesUp(mode, negative, (significand & 1n) !== 0n, (kept & 1n) !== 0n, true);
  const rounded = up ? significand + 1n : significand;
  const sign = negative ? SIGN : 0;
  const value =
    rounded === INTEGER << 1n
      ? extended(sign | (top + 1 + BIAS), INTEGER)
      : extended(sign | (top + BIAS), rounded);
  return { value, raised: Exceptions.precision, up };
}

/** An integer times a power of two in a register, which must be able to hold it. */
export function toExtended(negative: boolean, integer: bigint, exponent: number): Extended {
  const sign = negative ? SIGN : 0;
  if (integer === 0n) return extended(sign, 0n);
  const shift = Math.min(64 - bitLength(integer), exponent + BIAS + 62);
  const { quotient } = shiftRight(integer, -shift);
  const biased = exponent - shift + BIAS + 63;
  return extended(sign | ((quotient & INTEGER) === 0n ? 0 : biased), quotient);
}
