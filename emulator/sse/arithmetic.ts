/**
 * Sum, difference, product, quotient and square root of single numbers as SSE computes them.
 *
 * Pure functions of bit patterns. Source: Intel SDM volume 1, sections 4.8.3.5 (which NaN comes out) and 11.5.2 (exceptions).
 */

import { type Environment, Exception, Rounding } from './mxcsr.ts';
import {
  bitLength,
  encode,
  type Format,
  indefinite,
  infinity,
  isNaN,
  isZero,
  quieted,
  type Rounded,
  type Unpacked,
  unpack,
  zero,
} from './number.ts';

export type Binary = (first: bigint, second: bigint, format: Format, environment: Environment) => Rounded;
export type Unary = (operand: bigint, format: Format, environment: Environment) => Rounded;

const invalid = (format: Format): Rounded => ({
  bits: indefinite(format),
  exceptions: Exception.invalid,
});

/** Whether one of the operands is denormal, as the exception for it. */
const denormals = (...operands: readonly Unpacked[]): number =>
  operands.some(({ denormal }) => denormal) ? Exception.denormal : 0;

const also = (exceptions: number, { bits, exceptions: more }: Rounded): Rounded => ({
  bits,
  exceptions: exceptions | more,
});

/** The NaN that comes out where an operand is one: the first that is. */
function propagated(
  format: Format,
  ...operands: readonly (readonly [bigint, Unpacked])[]
): Rounded | undefined {
  const first = operands.find(([, number]) => isNaN(number));
  if (first === undefined) return undefined;
  const signaling = operands.some(([, { kind }]) => kind === 'signaling');
  return { bits: quieted(first[0], format), exceptions: signaling ? Exception.invalid : 0 };
}

/** An operation on numbers that are no NaN; the operands' own denormal exception is added where its result says so. */
function binary(
  compute: (first: Unpacked, second: Unpacked, format: Format, environment: Environment) => Rounded,
): Binary {
  return (firstBits, secondBits, format, environment) => {
    const first = unpack(firstBits, format, environment);
    const second = unpack(secondBits, format, environment);
    return (
      propagated(format, [firstBits, first], [secondBits, second]) ??
      compute(first, second, format, environment)
    );
  };
}

function sum(first: Unpacked, second: Unpacked, format: Format, environment: Environment): Rounded {
  if (first.kind === 'infinity' || second.kind === 'infinity') {
    if (first.kind === second.kind && first.negative !== second.negative) return invalid(format);
    const { negative } = first.kind === 'infinity' ? first : second;
    return { bits: infinity(negative, format), exceptions: denormals(first, second) };
  }
  const exponent = Math.min(first.exponent, second.exponent);
  const scaled = ({ negative, significand, exponent: own }: Unpacked): bigint =>
    (negative ? -significand : significand) << BigInt(own - exponent);
  const total = scaled(first) + scaled(second);
  if (total === 0n) {
    const sameSign = first.negative === second.negative;
    const negative = sameSign ? first.negative : environment.rounding === Rounding.down;
    return { bits: zero(negative, format), exceptions: denormals(first, second) };
  }
  const negative = total < 0n;
  const value = { negative, significand: negative ? -total : total, exponent };
  return also(denormals(first, second), encode(value, false, format, environment));
}

export const add: Binary = binary(sum);

export const subtract: Binary = binary((first, second, format, environment) =>
  sum(first, { ...second, negative: !second.negative }, format, environment),
);

export const multiply: Binary = binary((first, second, format, environment) => {
  const negative = first.negative !== second.negative;
  if (first.kind === 'infinity' || second.kind === 'infinity') {
    if (isZero(first) || isZero(second)) return invalid(format);
    return { bits: infinity(negative, format), exceptions: denormals(first, second) };
  }
  const significand = first.significand * second.significand;
  const value = { negative, significand, exponent: first.exponent + second.exponent };
  return also(denormals(first, second), encode(value, false, format, environment));
});

export const divide: Binary = binary((first, second, format, environment) => {
  const negative = first.negative !== second.negative;
  if (first.kind === 'infinity') {
    if (second.kind === 'infinity') return invalid(format);
    return { bits: infinity(negative, format), exceptions: denormals(second) };
  }
  if (second.kind === 'infinity') return { bits: zero(negative, format), exceptions: denormals(first) };
  if (isZero(second)) {
    if (isZero(first)) return invalid(format);
    return { bits: infinity(negative, format), exceptions: Exception.divideByZero };
  }
  // so many bits more than the divisor has that the quotient has two more than it needs
  const shift = Math.max(
    0,
    format.precision + 2 + bitLength(second.significand) - bitLength(first.significand),
  );
  const dividend = first.significand << BigInt(shift);
  const significand = dividend / second.significand;
  const inexact = significand * second.significand !== dividend;
  const value = { negative, significand, exponent: first.exponent - shift - second.exponent };
  return also(denormals(first, second), encode(value, inexact, format, environment));
});

/** The greatest integer whose square is not above `value`. */
function integerSquareRoot(value: bigint): bigint {
  if (value === 0n) return 0n;
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export const squareRoot: Unary = (bits, format, environment) => {
  const operand = unpack(bits, format, environment);
  const nan = propagated(format, [bits, operand]);
  if (nan !== undefined) return nan;
  if (isZero(operand)) return { bits: zero(operand.negative, format), exceptions: 0 };
  if (operand.negative) return invalid(format);
  if (operand.kind === 'infinity') return { bits, exceptions: 0 };
  const odd = operand.exponent & 1;
  const shift = 2 * (format.precision + 2) + odd;
  const radicand = operand.significand << BigInt(shift);
  const significand = integerSquareRoot(radicand);
  const inexact = significand * significand !== radicand;
  const value = { negative: false, significand, exponent: (operand.exponent - shift) / 2 };
  return also(denormals(operand), encode(value, inexact, format, environment));
};
