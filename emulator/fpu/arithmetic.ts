/**
 * Add, multiply, divide and square root: exact, then rounded once.
 *
 * Subtracting is adding the negated operand, but for NaN, whose sign it leaves: see {@link subtract}.
 */

import {
  bitLength,
  type Exact,
  exactly,
  type Extended,
  infinity,
  isNegative,
  kindOf,
  negated,
  zero,
} from './extended.ts';
import { denormals, invalid, withoutNumbers } from './operands.ts';
import { exact, type Result, type Rounding, RoundingMode, roundToRegister } from './rounding.ts';
import { Exceptions } from './words.ts';

/** How arithmetic rounds: also to how many bits. */
export interface Arithmetic extends Rounding {
  readonly precision: number;
}

/** A summand so many bits below the other, of at most 64 bits each, only matters for being there. */
const APART = 200;
/** Bits that the other one is then given below its last: more than a result keeps, above all of the small summand. */
const BELOW = APART - 64;
/** Bits of quotients and roots that are computed: the format's, one to round by, and some. */
const ENOUGH = 70;

const also = (raised: number, result: Result): Result => ({ ...result, raised: result.raised | raised });

/** A denormal operand whose exception is not masked ends an operation before it computes. */
const endsHere = (raised: number, { masked }: Rounding): boolean =>
  (raised & Exceptions.denormal & ~masked) !== 0;

export function add(a: Extended, b: Extended, how: Arithmetic): Result {
  return withoutNumbers(a, b) ?? sum(a, b, how);
}

export function subtract(a: Extended, b: Extended, how: Arithmetic): Result {
  return withoutNumbers(a, b) ?? sum(a, negated(b), how);
}

function sum(a: Extended, b: Extended, how: Arithmetic): Result {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  const raised = denormals(a, b);
  if (kindA === 'infinity' || kindB === 'infinity') {
    if (kindA === kindB && isNegative(a) !== isNegative(b)) return invalid();
    return exact(infinity(isNegative(kindA === 'infinity' ? a : b)), raised);
  }
  if (endsHere(raised, how)) return exact(a, raised);
  const { integer, exponent, sticky } = exactSum(exactly(a), exactly(b));
  if (integer === 0n) {
    const negative = isNegative(a) === isNegative(b) ? isNegative(a) : how.mode === RoundingMode.down;
    return exact(zero(negative), raised);
  }
  const negative = integer < 0n;
  const value: Exact = { negative, integer: negative ? -integer : integer, exponent };
  return also(raised, roundToRegister(value, how.precision, how, sticky));
}

/** Sum with a sign in its integer. A summand far below the other becomes a bit below its last one. */
function exactSum(a: Exact, b: Exact): { integer: bigint; exponent: number; sticky: boolean } {
  const [high, low] = a.exponent >= b.exponent ? [a, b] : [b, a];
  const signed = ({ negative, integer }: Exact): bigint => (negative ? -integer : integer);
  if (high.integer === 0n || low.integer === 0n) {
    const only = high.integer === 0n ? low : high;
    return { integer: signed(only), exponent: only.exponent, sticky: false };
  }
  const apart = high.exponent - low.exponent;
  if (apart <= APART) {
    return { integer: (signed(high) << BigInt(apart)) + signed(low), exponent: low.exponent, sticky: false };
  }
  const shifted = signed(high) << BigInt(BELOW);
  // a sticky bit is one of magnitude: where the summand takes away, the integer goes down by one first
  const takesAway = high.negative !== low.negative;
  const towardsZero = high.negative ? 1n : -1n;
  return {
    integer: takesAway ? shifted + towardsZero : shifted,
    exponent: high.exponent - BELOW,
    sticky: true,
  };
}

export function multiply(a: Extended, b: Extended, how: Arithmetic): Result {
  const nothing = withoutNumbers(a, b);
  if (nothing !== undefined) return nothing;
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  const raised = denormals(a, b);
  const negative = isNegative(a) !== isNegative(b);
  if (kindA === 'infinity' || kindB === 'infinity') {
    if (kindA === 'zero' || kindB === 'zero') return invalid();
    return exact(infinity(negative), raised);
  }
  if (endsHere(raised, how)) return exact(a, raised);
  if (kindA === 'zero' || kindB === 'zero') return exact(zero(negative), raised);
  const [x, y] = [exactly(a), exactly(b)];
  const product: Exact = { negative, integer: x.integer * y.integer, exponent: x.exponent + y.exponent };
  return also(raised, roundToRegister(product, how.precision, how));
}

export function divide(a: Extended, b: Extended, how: Arithmetic): Result {
  const nothing = withoutNumbers(a, b);
  if (nothing !== undefined) return nothing;
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  const negative = isNegative(a) !== isNegative(b);
  if (kindA === kindB && (kindA === 'infinity' || kindA === 'zero')) return invalid();
  if (kindB === 'zero' && kindA !== 'infinity') return exact(infinity(negative), Exceptions.zeroDivide);
  const raised = denormals(a, b);
  if (kindA === 'infinity') return exact(infinity(negative), raised);
  if (endsHere(raised, how)) return exact(a, raised);
  if (kindA === 'zero' || kindB === 'infinity') return exact(zero(negative), raised);
  const [x, y] = [exactly(a), exactly(b)];
  const shift = Math.max(0, ENOUGH + bitLength(y.integer) - bitLength(x.integer));
  const dividend = x.integer << BigInt(shift);
  const integer = dividend / y.integer;
  const quotient: Exact = { negative, integer, exponent: x.exponent - y.exponent - shift };
  return also(raised, roundToRegister(quotient, how.precision, how, integer * y.integer !== dividend));
}

export function squareRoot(a: Extended, how: Arithmetic): Result {
  const nothing = withoutNumbers(a);
  if (nothing !== undefined) return nothing;
  const kind = kindOf(a);
  if (kind === 'zero') return exact(a);
  if (isNegative(a)) return invalid();
  if (kind === 'infinity') return exact(a);
  const raised = denormals(a);
  if (endsHere(raised, how)) return exact(a, raised);
  const { integer, exponent } = exactly(a);
  const shift = 2 * ENOUGH + ((exponent & 1) === 0 ? 0 : 1);
  const square = integer << BigInt(shift);
  const root = integerSquareRoot(square);
  const value: Exact = { negative: false, integer: root, exponent: (exponent - shift) / 2 };
  return also(raised, roundToRegister(value, how.precision, how, root * root !== square));
}

/** The largest integer whose square is not larger. Newton's method, from above. */
export function integerSquareRoot(square: bigint): bigint {
  if (square === 0n) return 0n;
  let root = 1n << BigInt((bitLength(square) + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
