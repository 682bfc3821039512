/** FPREM and FPREM1, FSCALE and FXTRACT: what works on exponents. All are exact but where a result does not fit. */

import {
  bitLength,
  exactly,
  type Extended,
  infinity,
  isNegative,
  kindOf,
  negated,
  zero,
} from './extended.ts';
import { fromInteger } from './converting.ts';
import { denormals, invalid, withoutNumbers } from './operands.ts';
import {
  exact,
  EXTENDED,
  type Result,
  type Rounding,
  roundTo,
  RoundingMode,
  roundToRegister,
  toExtended,
  WRAP,
} from './rounding.ts';
import { Exceptions, Status } from './words.ts';

export interface Remainder extends Result {
  /** C3 to C0: whether the reduction is complete, and the lowest three bits of the quotient; undefined where there is none. */
  readonly conditions: number | undefined;
}

/** Exponents may differ by less than this in a reduction that one instruction completes. */
const COMPLETE = 64;

/**
 * One step of the reduction of `a` by `b`.
 *
 * @param nearest The quotient is the nearest integer (FPREM1), not the one towards zero (FPREM).
 */
export function remainder(a: Extended, b: Extended, nearest: boolean, rounding: Rounding): Remainder {
  const nothing = withoutNumbers(a, b);
  if (nothing !== undefined) return { ...nothing, conditions: undefined };
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindA === 'infinity' || kindB === 'zero') return { ...invalid(), conditions: undefined };
  const raised = denormals(a, b);
  if (kindA === 'zero' || kindB === 'infinity') return { ...exact(a, raised), conditions: 0 };
  if ((raised & ~rounding.masked) !== 0) return { ...exact(a, raised), conditions: 0 };
  const [x, y] = [exactly(a), exactly(b)];
  const difference = x.exponent + bitLength(x.integer) - (y.exponent + bitLength(y.integer));
  const unit = Math.min(x.exponent, y.exponent);
  const dividend = x.integer << BigInt(x.exponent - unit);
  const divisor = y.integer << BigInt(y.exponent - unit);
  const complete = difference < COMPLETE;
  // an incomplete step takes so many bits of the quotient that a whole number of groups of 32 is left
  const skipped = complete ? 0 : difference - ((difference & 31) | 32);
  const step = divisor << BigInt(skipped);
  let quotient = dividend / step;
  let rest = dividend - quotient * step;
  let negative = x.negative;
  if (complete && nearest) {
    const twice = 2n * rest;
    if (twice > divisor || (twice === divisor && (quotient & 1n) === 1n)) {
      quotient += 1n;
      rest = divisor - rest;
      negative = !negative;
    }
  }
  const bit = (place: bigint, flag: number): number => (((quotient >> place) & 1n) === 0n ? 0 : flag);
  const conditions = complete ? bit(0n, Status.c1) | bit(1n, Status.c3) | bit(2n, Status.c0) : Status.c2;
  if (rest === 0n) return { ...exact(zero(x.negative), raised), conditions };
  const result = roundToRegister({ negative, integer: rest, exponent: unit }, 64, rounding);
  return { ...result, raised: result.raised | raised, conditions };
}

/** Exponents so large that any number scaled by them overflows or underflows, wrapped or not. */
const BEYOND = 70_000;

/** `a` times two to the integer part of `b`. */
export function scale(a: Extended, b: Extended, rounding: Rounding): Result {
  const nothing = withoutNumbers(a, b);
  if (nothing !== undefined) return nothing;
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  const raised = denormals(a, b);
  if (kindB === 'infinity') {
    const grows = !isNegative(b);
    if (kindA === (grows ? 'zero' : 'infinity')) return invalid();
    if (kindA === 'zero' || kindA === 'infinity') return exact(a, raised);
    return exact(grows ? infinity(isNegative(a)) : zero(isNegative(a)), raised);
  }
  if (kindA === 'zero' || kindA === 'infinity') return exact(a, raised);
  if ((raised & ~rounding.masked) !== 0) return exact(a, raised);
  const by = exactly(b);
  const magnitude =
    by.exponent > 0 ? BEYOND : Math.min(BEYOND, Number(roundTo(by, 0, RoundingMode.chop).integer));
  const number = exactly(a);
  const exponent = number.exponent + (by.negative ? -magnitude : magnitude);
  const result = roundToRegister({ ...number, exponent }, 64, rounding);
  const unmasked = result.raised & ~rounding.masked;
  // a result that does not even fit with its exponent moved is the last one there is
  const moved = exponent + bitLength(number.integer) - 1;
  if ((unmasked & Exceptions.overflow) !== 0 && moved > EXTENDED.maximum + WRAP) {
    return {
      value: infinity(number.negative),
      raised: result.raised | raised | Exceptions.precision,
      up: true,
    };
  }
  if ((unmasked & Exceptions.underflow) !== 0 && moved < EXTENDED.minimum - WRAP) {
    return { value: zero(number.negative), raised: result.raised | raised | Exceptions.precision, up: false };
  }
  return { ...result, raised: result.raised | raised };
}

/** Exponent and significand of a number, each as a number. */
export function extract(a: Extended): { exponent: Extended; significand: Extended; raised: number } {
  const nothing = withoutNumbers(a);
  if (nothing !== undefined) {
    return { exponent: nothing.value, significand: nothing.value, raised: nothing.raised };
  }
  const kind = kindOf(a);
  if (kind === 'infinity') return { exponent: infinity(false), significand: a, raised: 0 };
  if (kind === 'zero') {
    return { exponent: infinity(true), significand: a, raised: Exceptions.zeroDivide };
  }
  const { negative, integer, exponent } = exactly(a);
  const places = bitLength(integer) - 1;
  const significand = toExtended(false, integer, -places);
  return {
    exponent: fromInteger(BigInt(exponent + places)),
    significand: negative ? negated(significand) : significand,
    raised: denormals(a),
  };
}
