/**
 * Sums of series in fixed point, for arguments that are not tiny: what `wide.ts` computes term by term, many times as fast.
 *
 * A number is an integer times two to the minus {@link FRACTION}. Each sum is of a fixed number of terms, by Horner's rule, and what is
 * left out lies below 2^-165. Arguments that are not small are brought near zero by a table first, which is filled when it is first
 * asked for. For those that are small the sum is a factor near 1, and the argument keeps all its bits. So results have more than the
 * 144 bits of a {@link Wide}, and round to the same number in a register.
 */

import { bitLength } from './extended.ts';
import {
  divide as divideWide,
  highest,
  ln2,
  multiply as multiplyWide,
  ONE,
  square,
  times2,
  add,
  type Wide,
} from './wide.ts';

/** Bits after the point. */
const FRACTION = 192;
const SHIFT = BigInt(FRACTION);
const UNIT = 1n << SHIFT;
/** Places of a table in a unit: what they leave to a sum is at most half of the distance between two. */
const PLACES = 64;
const PLACE_SHIFT = SHIFT - 6n;

/** A fixed-point number as it is. Its name keeps it apart from other integers. */
type Fixed = bigint;

function fixed({ integer, exponent }: Wide): Fixed {
  const shift = exponent + FRACTION;
  return shift >= 0 ? integer << BigInt(shift) : integer >> BigInt(-shift);
}

const unfixed = (value: Fixed): Wide => ({ integer: value, exponent: -FRACTION });

const multiply = (a: Fixed, b: Fixed): Fixed => (a * b) >> SHIFT;
const divide = (a: Fixed, b: Fixed): Fixed => (a << SHIFT) / b;

/** Below this a table has nothing to take off. */
const isSmall = (x: Wide): boolean => highest(x) < -8;

/** The table's place that is nearest to a number. */
const nearestPlace = (x: Fixed): number => Number(((x >> (PLACE_SHIFT - 1n)) + 1n) >> 1n);

/** A function that remembers its results by a small integer. */
function table(compute: (place: number) => Fixed): (place: number) => Fixed {
  const known = new Map<number, Fixed>();
  return (place) => {
    let value = known.get(place);
    if (value === undefined) known.set(place, (value = compute(place)));
    return value;
  };
}

/** The value of a polynomial, whose coefficients begin with that of the highest power. */
function horner(coefficients: readonly Fixed[], x: Fixed): Fixed {
  const zeros = x === 0n ? FRACTION : FRACTION - bitLength(x < 0n ? -x : x);
  // a power that many times smaller than one does not count
  const first = Math.max(0, coefficients.length - 1 - Math.ceil(FRACTION / zeros));
  let sum = 0n;
  for (let i = first; i < coefficients.length; i++) sum = ((sum * x) >> SHIFT) + (coefficients[i] ?? 0n);
  return sum;
}

/** Coefficients of so many terms: of the term `n` one over `divisor(n)`. */
function coefficients(terms: number, divisor: (n: number) => bigint): readonly Fixed[] {
  return Array.from({ length: terms }, (_, i) => UNIT / divisor(terms - 1 - i));
}

function factorial(n: number): bigint {
  let product = 1n;
  for (let i = 2; i <= n; i++) product *= BigInt(i);
  return product;
}

const alternating = (n: number): bigint => (n % 2 === 0 ? 1n : -1n);

// ── angles up to π/4 and a little more ──

// 0.79^40/40! is below 2^-170, and the terms that follow fall by a thousandth each
const SINE = coefficients(21, (n) => alternating(n) * factorial(2 * n + 1));
const COSINE = coefficients(21, (n) => alternating(n) * factorial(2 * n));

/** An odd function: its argument times a sum over the square of that. */
const odd = (terms: readonly Fixed[], x: Wide): Wide =>
  multiplyWide(x, unfixed(horner(terms, fixed(square(x)))));

export const sine = (x: Wide): Wide => odd(SINE, x);
export const cosine = (x: Wide): Wide => unfixed(horner(COSINE, fixed(square(x))));

// ── arc tangents of what is between 0 and 1 ──

const ARC_TANGENT = coefficients(15, (n) => alternating(n) * BigInt(2 * n + 1));
const arcTangentNearZero = (x: Fixed): Fixed => multiply(x, horner(ARC_TANGENT, multiply(x, x)));

/** arctan a = arctan b + arctan (a - b)/(1 + a b). */
const arcTangentFrom = (x: Fixed, near: Fixed): Fixed =>
  arcTangentNearZero(divide(x - near, UNIT + multiply(x, near)));

const place = (number: number): Fixed => BigInt(number) << PLACE_SHIFT;

const arcTangents = table((number) =>
  number === 0 ? 0n : arcTangents(number - 1) + arcTangentFrom(place(number), place(number - 1)),
);

export function arcTangent(x: Wide): Wide {
  if (isSmall(x)) return odd(ARC_TANGENT, x);
  const exact = fixed(x);
  const number = nearestPlace(exact);
  return unfixed(arcTangents(number) + arcTangentFrom(exact, place(number)));
}

// ── logarithms of what is between 1/2 and 3/2 ──

const AREA_TANGENT = coefficients(15, (n) => BigInt(2 * n + 1));

/** log a/b = 2 artanh (a - b)/(a + b), of numbers that are near each other. */
function logarithmOfRatio(a: Fixed, b: Fixed): Fixed {
  const argument = divide(a - b, a + b);
  return 2n * multiply(argument, horner(AREA_TANGENT, multiply(argument, argument)));
}

const logarithms = table((number) => {
  if (number === PLACES) return 0n;
  const towards = number < PLACES ? number + 1 : number - 1;
  return logarithms(towards) + logarithmOfRatio(place(number), place(towards));
});

/** The logarithm of 1 + `d` to the base of two. */
export function log2OfOneMore(d: Wide): Wide {
  if (isSmall(d)) {
    const argument = divideWide(d, add(times2(ONE, 1), d));
    return divideWide(times2(odd(AREA_TANGENT, argument), 1), ln2());
  }
  const x = UNIT + fixed(d);
  const number = nearestPlace(x);
  return unfixed(divide(logarithms(number) + logarithmOfRatio(x, place(number)), fixed(ln2())));
}

// ── powers of two between 1/2 and 2 ──

const EXPONENTIAL = coefficients(19, factorial);
const powerNearOne = (x: Fixed): Fixed => horner(EXPONENTIAL, multiply(x, fixed(ln2())));
/** e^t - 1 = t (1 + t/2 + t²/6 + …), of which this is the sum. */
const LESS_ONE = coefficients(16, (n) => factorial(n + 1));

const powers = table((number) => {
  if (number === 0) return UNIT;
  return number > 0
    ? multiply(powers(number - 1), powerNearOne(place(1)))
    : multiply(powers(number + 1), powerNearOne(place(-1)));
});

export function powerOfTwoLessOne(x: Wide): Wide {
  if (isSmall(x)) {
    const t = multiplyWide(x, ln2());
    return multiplyWide(t, unfixed(horner(LESS_ONE, fixed(t))));
  }
  const exact = fixed(x);
  const number = nearestPlace(exact);
  return unfixed(multiply(powers(number), powerNearOne(exact - place(number))) - UNIT);
}
