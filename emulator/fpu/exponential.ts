/** F2XM1, FYL2X and FYL2XP1: powers and logarithms of two. */

import { inexact, nearly, widened } from './approximate.ts';
import {
  BIAS,
  EXPONENT,
  type Extended,
  infinity,
  INTEGER,
  isNegative,
  kindOf,
  one,
  zero,
} from './extended.ts';
import * as sums from './fixed.ts';
import { denormals, invalid, withoutNumbers } from './operands.ts';
import { exact, type Result, type Rounding } from './rounding.ts';
import {
  add,
  arcTangentSeries,
  divide,
  highest,
  isTiny,
  ln2,
  multiply,
  ONE,
  series,
  subtract,
  times2,
  type Wide,
  wide,
} from './wide.ts';
import { Exceptions } from './words.ts';

/** Two to the power of a number from -1 to 1, less 1. What lies outside stays as it is. */
export function powerOfTwoLessOne(x: Extended, rounding: Rounding): Result {
  const nothing = withoutNumbers(x);
  if (nothing !== undefined) return nothing;
  const kind = kindOf(x);
  if (kind === 'zero') return exact(x);
  if (kind === 'infinity') return exact(isNegative(x) ? one(true) : x);
  const raised = denormals(x);
  if ((raised & ~rounding.masked) !== 0) return exact(x, raised);
  const exponent = x.head & EXPONENT;
  if (exponent >= BIAS) {
    const isOne = exponent === BIAS && x.significand === INTEGER;
    return isOne && isNegative(x) ? nearly({ head: x.head - 1, significand: INTEGER }) : nearly(x);
  }
  const number = widened(x);
  if (!isTiny(number)) return inexact(sums.powerOfTwoLessOne(number), raised, rounding);
  const t = multiply(number, ln2());
  // e^t - 1 = t (1 + t/2 + t²/6 + …)
  let power = ONE;
  const factor = series((n) => (power = n === 0 ? ONE : divide(multiply(power, t), wide(BigInt(n + 1)))));
  return inexact(multiply(t, factor), raised, rounding);
}

/** The logarithm of a positive number to the base of two. */
function log2(x: Wide): Wide {
  // x = 2^power · m, with m from 3/4 to 3/2
  const top = highest(x);
  const power = subtract(times2(x, -top), times2(wide(3n), -1)).integer < 0n ? top : top + 1;
  return add(wide(BigInt(power)), log2Near(subtract(times2(x, -power), ONE)));
}

/** The logarithm of 1 + `d` to the base of two: log (1 + d) = 2 artanh d/(2 + d). */
function log2Near(d: Wide): Wide {
  if (d.integer === 0n) return d;
  if (!isTiny(d)) return sums.log2OfOneMore(d);
  const argument = divide(d, add(times2(ONE, 1), d));
  return divide(times2(arcTangentSeries(argument, 1), 1), ln2());
}

/** `y` times the logarithm of `x` to the base of two. */
export function logarithm(x: Extended, y: Extended, rounding: Rounding): Result {
  const nothing = withoutNumbers(x, y);
  if (nothing !== undefined) return nothing;
  const [kindX, kindY] = [kindOf(x), kindOf(y)];
  const raised = denormals(x, y);
  if (kindX === 'zero') {
    if (kindY === 'zero') return invalid();
    const result = infinity(!isNegative(y));
    return exact(result, kindY === 'infinity' ? 0 : Exceptions.zeroDivide);
  }
  if (isNegative(x)) return invalid();
  const order = comparedToOne(x);
  return (
    limits(order, kindX === 'infinity', y, raised, rounding) ?? product(log2(widened(x)), y, raised, rounding)
  );
}

/** `y` times the logarithm of 1 + `x` to the base of two. */
export function logarithmOfOneMore(x: Extended, y: Extended, rounding: Rounding): Result {
  const nothing = withoutNumbers(x, y);
  if (nothing !== undefined) return nothing;
  const [kindX, kindY] = [kindOf(x), kindOf(y)];
  const raised = denormals(x, y);
  if (kindX === 'zero') {
    if (kindY === 'infinity') return invalid();
    return exact(zero(isNegative(x) !== isNegative(y)), raised);
  }
  if (kindX === 'infinity' && isNegative(x)) return invalid();
  const known = limits(isNegative(x) ? -1 : 1, kindX === 'infinity', y, raised, rounding);
  if (known !== undefined) return known;
  const more = add(ONE, widened(x));
  // outside of what the instruction is made for; AMD's processors leave the number as it is
  if (more.integer <= 0n) return nearly(x, raised);
  const small = highest(widened(x)) < -1;
  return product(small ? log2Near(widened(x)) : log2(more), y, raised, rounding);
}

function comparedToOne(x: Extended): -1 | 0 | 1 {
  const exponent = x.head & EXPONENT;
  if (exponent < BIAS) return -1;
  return exponent === BIAS && x.significand === INTEGER ? 0 : 1;
}

/** What is known of `y` times a logarithm, whose sign is `order`, without computing it. */
function limits(
  order: -1 | 0 | 1,
  infinite: boolean,
  y: Extended,
  raised: number,
  { masked }: Rounding,
): Result | undefined {
  const kind = kindOf(y);
  const negative = isNegative(y) !== order < 0;
  if (kind === 'infinity') return order === 0 ? invalid() : exact(infinity(negative), raised);
  if (infinite) return kind === 'zero' ? invalid() : exact(infinity(negative), raised);
  if ((raised & ~masked) !== 0) return exact(y, raised);
  if (order === 0 || kind === 'zero') return exact(zero(negative), raised);
  return undefined;
}

function product(log: Wide, y: Extended, raised: number, rounding: Rounding): Result {
  const value = multiply(log, widened(y));
  return inexact(value, raised | Exceptions.precision, rounding);
}
