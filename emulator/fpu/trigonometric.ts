/**
 * FSIN, FCOS, FSINCOS, FPTAN and FPATAN.
 *
 * Like every processor, these take π to have 66 bits when they reduce an angle to one below π/4: what a program computes with
 * large angles is what it computes there. Source: Intel's manual, volume 1, chapter 8.3.8; tried on AMD's as well.
 */

import { inexact, signed, widened } from './approximate.ts';
import { EXPONENT, type Extended, type Kind, isNegative, kindOf, one, zero, BIAS } from './extended.ts';
import * as sums from './fixed.ts';
import { denormals, invalid, withoutNumbers } from './operands.ts';
import { exact, type Result, type Rounding } from './rounding.ts';
import {
  arcTangentSeries,
  divide,
  highest,
  isTiny,
  multiply,
  negative,
  ONE,
  pi,
  series,
  square,
  subtract,
  times2,
  type Wide,
  wide,
} from './wide.ts';

/** π with 66 bits, times 2 to the 64. */
const PI_66 = 0x3_243f_6a88_85a3_08d3n;
/** π/2 is that many times two to this. */
const HALF_PI_EXPONENT = -65;
/** Angles from two to this on are refused. */
const LIMIT = BIAS + 63;

/** Whether an angle is too large: the processor says so by C2 and does nothing. */
export const isOutOfRange = (x: Extended): boolean => {
  const exponent = x.head & EXPONENT;
  return exponent >= LIMIT && exponent !== EXPONENT && kindOf(x) === 'normal';
};

/** An angle less quarter turns, and how many of these, by their last two bits. */
interface Reduced {
  readonly angle: Wide;
  readonly quarter: number;
}

function reduce(x: Wide): Reduced {
  if (highest(x) < -1) return { angle: x, quarter: 0 };
  const exponent = Math.min(x.exponent, HALF_PI_EXPONENT);
  const angle = x.integer << BigInt(x.exponent - exponent);
  const turn = PI_66 << BigInt(HALF_PI_EXPONENT - exponent);
  // to the nearest; BigInt divides towards zero
  const doubled = 2n * angle + (angle < 0n ? -turn : turn);
  const quarters = doubled / (2n * turn);
  return { angle: wide(angle - quarters * turn, exponent), quarter: Number(BigInt.asUintN(2, quarters)) };
}

/** x - x³/6 + … as x times a series that begins with 1, or, where `even`, that of the cosine. */
function circularSeries(x: Wide, even: boolean): Wide {
  const step = negative(square(x));
  let power = ONE;
  const sum = series((n) => {
    if (n > 0) {
      const divisor = even ? (2 * n - 1) * (2 * n) : 2 * n * (2 * n + 1);
      power = divide(multiply(power, step), wide(BigInt(divisor)));
    }
    return power;
  });
  return even ? sum : multiply(x, sum);
}

function sineOf({ angle, quarter }: Reduced): Wide {
  const isCosine = (quarter & 1) !== 0;
  const value = isTiny(angle) ? circularSeries(angle, isCosine) : (isCosine ? sums.cosine : sums.sine)(angle);
  return (quarter & 2) === 0 ? value : negative(value);
}

/** The answer that the kind of an angle gives; `atZero` is that for zero. */
function special(x: Extended, kind: Kind, atZero: Extended): Result | undefined {
  const nothing = withoutNumbers(x);
  if (nothing !== undefined) return nothing;
  if (kind === 'infinity') return invalid();
  return kind === 'zero' ? exact(atZero) : undefined;
}

export function sine(x: Extended, rounding: Rounding): Result {
  const raised = denormals(x);
  const known = special(x, kindOf(x), x);
  if (known !== undefined) return known;
  if ((raised & ~rounding.masked) !== 0) return exact(x, raised);
  return inexact(sineOf(reduce(widened(x))), raised, rounding, -1);
}

export function cosine(x: Extended, rounding: Rounding): Result {
  const raised = denormals(x);
  const known = special(x, kindOf(x), one());
  if (known !== undefined) return known;
  if ((raised & ~rounding.masked) !== 0) return exact(x, raised);
  const { angle, quarter } = reduce(widened(x));
  return inexact(sineOf({ angle, quarter: quarter + 1 }), raised, rounding, -1);
}

export function tangent(x: Extended, rounding: Rounding): Result {
  const raised = denormals(x);
  const known = special(x, kindOf(x), x);
  if (known !== undefined) return known;
  if ((raised & ~rounding.masked) !== 0) return exact(x, raised);
  const { angle, quarter } = reduce(widened(x));
  const value = divide(sineOf({ angle, quarter }), sineOf({ angle, quarter: quarter + 1 }));
  return inexact(value, raised, rounding, 1);
}

/** The arc tangent of a number from 0 to 1. */
const arcTangent = (x: Wide): Wide => (isTiny(x) ? arcTangentSeries(x, -1) : sums.arcTangent(x));

/** The angle of the point (`x`, `y`). */
export function arcTangentOf(y: Extended, x: Extended, rounding: Rounding): Result {
  const nothing = withoutNumbers(x, y);
  if (nothing !== undefined) return nothing;
  const [kindX, kindY] = [kindOf(x), kindOf(y)];
  const raised = denormals(x, y);
  if ((raised & ~rounding.masked) !== 0) return exact(y, raised);
  const part = (numerator: bigint, power: number): Result =>
    inexact(signed(times2(multiply(wide(numerator), pi()), power), y), raised, rounding);
  if (kindY === 'infinity') return kindX === 'infinity' ? part(isNegative(x) ? 3n : 1n, -2) : part(1n, -1);
  if (kindY === 'zero' || kindX === 'infinity') {
    return isNegative(x) ? part(1n, 0) : exact(zero(isNegative(y)), raised);
  }
  if (kindX === 'zero') return part(1n, -1);
  const [a, b] = [magnitude(widened(y)), magnitude(widened(x))];
  const higher = highest(a) - highest(b);
  const steep = higher > 0 || (higher === 0 && subtract(a, b).integer > 0n);
  const ratio = steep ? divide(b, a) : divide(a, b);
  const base = arcTangent(ratio);
  const acute = steep ? subtract(times2(pi(), -1), base) : base;
  const value = isNegative(x) ? subtract(pi(), acute) : acute;
  return inexact(signed(value, y), raised, rounding, -1);
}

const magnitude = ({ integer, exponent }: Wide): Wide => ({
  integer: integer < 0n ? -integer : integer,
  exponent,
});
