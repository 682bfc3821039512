/**
 * Numbers of more than 64 bits, for functions that cannot be computed exactly: an integer with a sign times a power of two.
 *
 * Operations keep {@link BITS} bits and drop the rest, so that a few hundred of them leave an error far below the last bit
 * of a register. Constants are computed from their series when they are first asked for.
 */

import { bitLength } from './extended.ts';

export interface Wide {
  readonly integer: bigint;
  readonly exponent: number;
}

/** Bits that an operation keeps: a register's 64, as many again so that rounding once more does no harm, and some. */
const BITS = 144;

const magnitude = (integer: bigint): bigint => (integer < 0n ? -integer : integer);

export function wide(integer: bigint, exponent = 0): Wide {
  const surplus = integer === 0n ? 0 : bitLength(magnitude(integer)) - BITS;
  if (surplus <= 0) return { integer, exponent };
  return { integer: integer >> BigInt(surplus), exponent: exponent + surplus };
}

export const ZERO = wide(0n);
export const ONE = wide(1n);

/** Exponent of the highest bit; minus infinity for zero. */
export const highest = ({ integer, exponent }: Wide): number =>
  integer === 0n ? -Infinity : exponent + bitLength(magnitude(integer)) - 1;

/** Whether results need more bits behind the point than `fixed.ts` has: these are summed up term by term, in very few terms. */
export const isTiny = (x: Wide): boolean => highest(x) < -60;

export const negative = ({ integer, exponent }: Wide): Wide => ({ integer: -integer, exponent });
/** Times two to that power. */
export const times2 = ({ integer, exponent }: Wide, power: number): Wide => ({
  integer,
  exponent: exponent + power,
});
export const multiply = (a: Wide, b: Wide): Wide => wide(a.integer * b.integer, a.exponent + b.exponent);
export const square = (a: Wide): Wide => multiply(a, a);

export function add(a: Wide, b: Wide): Wide {
  if (a.integer === 0n) return b;
  if (b.integer === 0n) return a;
  const distance = highest(a) - highest(b);
  // what lies wholly below the bits that are kept is left out
  if (distance > 2 * BITS) return a;
  if (distance < -2 * BITS) return b;
  const shift = a.exponent - b.exponent;
  return shift >= 0
    ? wide((a.integer << BigInt(shift)) + b.integer, b.exponent)
    : wide(a.integer + (b.integer << BigInt(-shift)), a.exponent);
}
export const subtract = (a: Wide, b: Wide): Wide => add(a, negative(b));

export function divide(a: Wide, b: Wide): Wide {
  const shift = BITS + bitLength(magnitude(b.integer));
  return wide((a.integer << BigInt(shift)) / b.integer, a.exponent - b.exponent - shift);
}

/** A bit below the last that a sum near `of` keeps. */
const negligible = (term: Wide, of: Wide): boolean => highest(term) < highest(of) - BITS;

/** The sum of `term(0) + term(1) + …`, up to the first term that no longer counts. */
export function series(term: (n: number) => Wide): Wide {
  let sum = term(0);
  for (let n = 1; ; n++) {
    const next = term(n);
    if (next.integer === 0n || negligible(next, sum)) return sum;
    sum = add(sum, next);
  }
}

const over = (a: Wide, divisor: number): Wide => divide(a, wide(BigInt(divisor)));

/** The hyperbolic (sign +1) or the circular (-1) arc tangent of a number below one half. */
export function arcTangentSeries(x: Wide, sign: 1 | -1): Wide {
  const factor = sign === 1 ? square(x) : negative(square(x));
  let power = x;
  return series((n) => {
    if (n > 0) power = multiply(power, factor);
    return over(power, 2 * n + 1);
  });
}

const constant = (compute: () => Wide): (() => Wide) => {
  let value: Wide | undefined;
  return () => (value ??= compute());
};

const inverse = (divisor: number): Wide => over(ONE, divisor);

/** log 2 = 2 artanh 1/3. */
export const ln2 = constant(() => times2(arcTangentSeries(inverse(3), 1), 1));
/** π = 16 arctan 1/5 - 4 arctan 1/239 (Machin). */
export const pi = constant(() =>
  subtract(times2(arcTangentSeries(inverse(5), -1), 4), times2(arcTangentSeries(inverse(239), -1), 2)),
);
