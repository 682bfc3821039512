/**
 * Conversions of single numbers between integers of 32 bits and the two floating point formats.
 *
 * Pure functions of bit patterns. Source: Intel SDM volume 2, CVTxx2xx; volume 1, section 4.8.3.
 */

import { type Environment, Exception, Rounding } from './mxcsr.ts';
import {
  encode,
  type Format,
  infinity,
  isNaN,
  quieted,
  type Rounded,
  roundTo,
  unpack,
  zero,
} from './number.ts';

/** What comes out where a number does not fit: "integer indefinite". */
const INTEGER_INDEFINITE = 0x8000_0000n;
const GREATEST = 0x7fff_ffffn;

/** A number as a signed integer of 32 bits. */
export function toInteger(bits: bigint, format: Format, environment: Environment): Rounded {
  const { kind, negative, significand, exponent } = unpack(bits, format, environment);
  const tooLarge = { bits: INTEGER_INDEFINITE, exceptions: Exception.invalid };
  if (kind !== 'finite' || exponent > 32) return tooLarge;
  const { units, inexact } = roundTo(significand, -exponent, false, negative, environment.rounding);
  if (units > (negative ? INTEGER_INDEFINITE : GREATEST)) return tooLarge;
  return {
    bits: BigInt.asUintN(32, negative ? -units : units),
    exceptions: inexact ? Exception.precision : 0,
  };
}

/** The same, with what is behind the point cut off whatever the rounding mode. */
export const toIntegerTruncated: typeof toInteger = (bits, format, environment) =>
  toInteger(bits, format, { ...environment, rounding: Rounding.truncate });

/** A signed integer of 32 bits as a number. */
export function fromInteger(bits: bigint, format: Format, environment: Environment): Rounded {
  const value = BigInt.asIntN(32, bits);
  const negative = value < 0n;
  return encode(
    { negative, significand: negative ? -value : value, exponent: 0 },
    false,
    format,
    environment,
  );
}

/** A number of one format in another. */
export function toFormat(bits: bigint, from: Format, to: Format, environment: Environment): Rounded {
  const number = unpack(bits, from, environment);
  if (isNaN(number)) {
    // the payload is cut or extended at its end
    const payload = bits & ((1n << BigInt(from.precision - 1)) - 1n);
    const shift = BigInt(to.precision - from.precision);
    const moved = shift > 0n ? payload << shift : payload >> -shift;
    const exceptions = number.kind === 'signaling' ? Exception.invalid : 0;
    return { bits: quieted(infinity(number.negative, to) | moved, to), exceptions };
  }
  if (number.kind === 'infinity') return { bits: infinity(number.negative, to), exceptions: 0 };
  if (number.significand === 0n) return { bits: zero(number.negative, to), exceptions: 0 };
  const { bits: result, exceptions } = encode(number, false, to, environment);
  return { bits: result, exceptions: exceptions | (number.denormal ? Exception.denormal : 0) };
}
