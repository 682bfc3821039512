/**
 * Binary floating point numbers in the two formats of SSE, taken apart and put together again.
 *
 * A finite number is `significand × 2^exponent`, both integers, so that any sum, product or quotient can be computed exactly
 * or with a remainder; {@link encode} is the only place where anything is rounded. Pure functions. Source: IEEE 754-2019;
 * Intel SDM volume 1, sections 4.8 and 11.5.2 (tininess is looked for after rounding).
 */

import { type Environment, Exception, Rounding } from './mxcsr.ts';

export interface Format {
  /** Bits of a number. */
  readonly width: number;
  /** Bits of the significand, the leading one included. */
  readonly precision: number;
  /** Exponent of the last bit of the smallest normal number. */
  readonly leastExponent: number;
}

export const SINGLE: Format = { width: 32, precision: 24, leastExponent: -149 };
export const DOUBLE: Format = { width: 64, precision: 53, leastExponent: -1074 };

/** What a bit pattern stands for. */
export interface Unpacked {
  readonly kind: 'finite' | 'infinity' | 'quiet' | 'signaling';
  readonly negative: boolean;
  /** Of a finite number; 0 for others. */
  readonly significand: bigint;
  readonly exponent: number;
  /** A denormal number that is not taken for zero. */
  readonly denormal: boolean;
}

/** A result and the exceptions found on the way to it. */
export interface Rounded {
  readonly bits: bigint;
  readonly exceptions: number;
}

const mask = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const fractionBits = (format: Format): number => format.precision - 1;
const exponentMask = (format: Format): bigint => mask(format.width - format.precision);
const signBit = (format: Format): bigint => 1n << BigInt(format.width - 1);

export function unpack(bits: bigint, format: Format, environment: Environment): Unpacked {
  const fraction = bits & mask(fractionBits(format));
  const biased = (bits >> BigInt(fractionBits(format))) & exponentMask(format);
  const negative = (bits & signBit(format)) !== 0n;
  if (biased === exponentMask(format)) {
    const quiet = fraction >> BigInt(fractionBits(format) - 1) === 1n;
    const kind = fraction === 0n ? 'infinity' : quiet ? 'quiet' : 'signaling';
    return { kind, negative, significand: 0n, exponent: 0, denormal: false };
  }
  if (biased === 0n) {
    const significand = environment.denormalsAreZeros ? 0n : fraction;
    const exponent = format.leastExponent;
    return { kind: 'finite', negative, significand, exponent, denormal: significand !== 0n };
  }
  const significand = fraction | (1n << BigInt(fractionBits(format)));
  const exponent = Number(biased) - 1 + format.leastExponent;
  return { kind: 'finite', negative, significand, exponent, denormal: false };
}

export const isNaN = (number: Unpacked): boolean => number.kind === 'quiet' || number.kind === 'signaling';
export const isZero = (number: Unpacked): boolean => number.kind === 'finite' && number.significand === 0n;

export const zero = (negative: boolean, format: Format): bigint => (negative ? signBit(format) : 0n);
export const infinity = (negative: boolean, format: Format): bigint =>
  zero(negative, format) | (exponentMask(format) << BigInt(fractionBits(format)));
/** A NaN as it comes out of an operation: its bits stay, but it is quiet. */
export const quieted = (bits: bigint, format: Format): bigint =>
  bits | (1n << BigInt(fractionBits(format) - 1));
/** The NaN of an invalid operation without one: "real indefinite". */
export const indefinite = (format: Format): bigint => quieted(infinity(true, format), format);

export function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return 4 * digits.length - Math.clz32(Number.parseInt(digits.slice(0, 1), 16)) + 28;
}

/**
 * `significand` as a whole number of units of `2^shift`, rounded. `inexact` says on its way in that a little more than
 * significand is meant, less than one of its units, and on its way out that anything was lost.
 */
export function roundTo(
  significand: bigint,
  shift: number,
  inexact: boolean,
  negative: boolean,
  rounding: Rounding,
): { units: bigint; inexact: boolean } {
  if (shift <= 0) {
    // what is a little more than an exact number of units can only be cut or raised by one, and never is half a unit
    const raise = inexact && rounding === (negative ? Rounding.down : Rounding.up);
    return { units: (significand << BigInt(-shift)) + (raise ? 1n : 0n), inexact };
  }
  const units = significand >> BigInt(shift);
  const rest = significand - (units << BigInt(shift));
  const lost = rest !== 0n || inexact;
  const half = 1n << BigInt(shift - 1);
  const up =
    rounding === Rounding.nearest
      ? rest > half || (rest === half && (inexact || (units & 1n) === 1n))
      : lost && rounding === (negative ? Rounding.down : Rounding.up);
  return { units: up ? units + 1n : units, inexact: lost };
}

/**
 * The number of this format nearest to `significand × 2^exponent`, by the rounding mode. `inexact` says that a little more than
 * significand is meant, less than one of its units; it must have two bits more than the format's precision then. The bits mean
 * nothing where an underflow or overflow that is not masked keeps them from being stored.
 */
export function encode(
  value: { readonly negative: boolean; readonly significand: bigint; readonly exponent: number },
  inexact: boolean,
  format: Format,
  environment: Environment,
): Rounded {
  const { negative, significand, exponent } = value;
  const { rounding } = environment;
  if (significand === 0n) return { bits: zero(negative, format), exceptions: 0 };
  const { precision, leastExponent } = format;
  const excess = bitLength(significand) - precision;
  let at = exponent + excess;
  const { units, inexact: lost } = roundTo(significand, excess, inexact, negative, rounding);
  // rounded up to a power of two it has a bit too many, the last of which is 0
  if (bitLength(units) > precision) at++;
  if (at < leastExponent) {
    if (!environment.underflowMasked)
      return { bits: 0n, exceptions: Exception.underflow | (lost ? Exception.precision : 0) };
    if (environment.flushToZero)
      return { bits: zero(negative, format), exceptions: Exception.underflow | Exception.precision };
    const tiny = roundTo(significand, leastExponent - exponent, inexact, negative, rounding);
    const exceptions = tiny.inexact ? Exception.underflow | Exception.precision : 0;
    // one that was rounded up to the smallest normal number has the right bits, too
    return { bits: zero(negative, format) | tiny.units, exceptions };
  }
  const biased = BigInt(at - leastExponent + 1);
  if (biased >= exponentMask(format)) {
    const exceptions = Exception.overflow | (lost || environment.overflowMasked ? Exception.precision : 0);
    const awayFromZero =
      rounding === Rounding.nearest || rounding === (negative ? Rounding.down : Rounding.up);
    const infinite = infinity(negative, format);
    return { bits: awayFromZero ? infinite : infinite - 1n, exceptions };
  }
  const fraction = units & mask(fractionBits(format));
  const bits = zero(negative, format) | (biased << BigInt(fractionBits(format))) | fraction;
  return { bits, exceptions: lost ? Exception.precision : 0 };
}
