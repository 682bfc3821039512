/**
 * Reals and integers of memory to and from numbers of a register, where they are zero or normal and stay so.
 *
 * Each function here gives code that puts a result into locals, and leaves by `giveUp` for what it does not know.
 */

import { BIAS } from '../../fpu/extended.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, I64, select, set, when, whenElse } from '../wasm-expressions.ts';
import { exponentOf, goesUp, head, isPlain, significand } from './state.ts';

const INTEGER = -(1n << 63n);

/** Code that gives up, from within so many conditions. */
export type GiveUp = (conditions: number) => Code;

/** A real of memory: its bits, those of its fraction, and the bias of its exponent. */
export interface Real {
  readonly bits: 32 | 64;
  readonly fraction: number;
  readonly bias: number;
}
export const SINGLE: Real = { bits: 32, fraction: 23, bias: 127 };
export const DOUBLE: Real = { bits: 64, fraction: 52, bias: 1023 };

/** Where code puts a number: locals for its head and its significand. */
export interface NumberLocals {
  readonly head: number;
  readonly significand: number;
}

/** Widens the real in the local `bits`, an i64. Denormals, infinities and NaN are given up. */
export function widenReal(
  { bits: width, fraction, bias }: Real,
  bits: number,
  to: NumberLocals,
  giveUp: GiveUp,
): Code {
  const exponentMask = 2 * bias + 1;
  const exponent = I32.and(I32.wrap(I64.shr(get(bits), I64.of(BigInt(fraction)))), I32.of(exponentMask));
  const sign = I32.shl(I32.wrap(I64.shr(get(bits), I64.of(BigInt(width - 1)))), I32.of(15));
  return [
    set(to.head, exponent),
    set(to.significand, I64.shl(get(bits), I64.of(BigInt(63 - fraction)))),
    set(to.significand, I64.and(get(to.significand), I64.of(~INTEGER))),
    whenElse(
      I32.less(I32.sub(get(to.head), I32.of(1)), I32.of(exponentMask - 1)),
      [
        set(to.significand, I64.or(get(to.significand), I64.of(INTEGER))),
        set(to.head, I32.or(I32.add(get(to.head), I32.of(BIAS - bias)), sign)),
      ],
      [
        when(I64.ne(I64.or(get(to.significand), I64.extendUnsigned(get(to.head))), I64.of(0n)), giveUp(2)),
        set(to.head, sign),
      ],
    ),
  ];
}

/** Widens the signed integer in the local `value`, an i64. */
export function widenInteger(value: number, to: NumberLocals): Code {
  return [
    set(to.head, I32.of(0)),
    set(to.significand, get(value)),
    when(
      I64.ne(get(value), I64.of(0n)),
      set(to.head, I32.wrap(I64.shr(get(value), I64.of(63n)))),
      when(get(to.head), set(to.significand, I64.sub(I64.of(0n), get(value)))),
      set(
        to.head,
        I32.or(
          I32.shl(get(to.head), I32.of(15)),
          I32.sub(I32.of(BIAS + 63), I32.wrap(I64.leadingZeros(get(to.significand)))),
        ),
      ),
      set(to.significand, I64.shl(get(to.significand), I64.leadingZeros(get(to.significand)))),
    ),
  ];
}

/** What narrowing leaves: the bits in an i64, and whether they stand for another number, or for a larger one. */
export interface NarrowLocals {
  readonly bits: number;
  readonly inexact: number;
  readonly up: number;
}

const negative = (address: Code): Code => I32.shr(head(address), I32.of(15));

/** Rounds the number at an address to a real of memory. */
export function narrowReal(
  { bits: width, fraction, bias }: Real,
  address: Code,
  to: NarrowLocals,
  giveUp: GiveUp,
): Code {
  const dropped = BigInt(63 - fraction);
  const exponent = I32.sub(exponentOf(address), I32.of(BIAS - bias));
  const sign = I64.shl(I64.extendUnsigned(negative(address)), I64.of(BigInt(width - 1)));
  const rest = I64.and(significand(address), I64.of((1n << dropped) - 1n));
  const belowHalf = (1n << (dropped - 1n)) - 1n;
  const isSet = (bit: bigint): Code => I64.ne(I64.and(significand(address), I64.of(bit)), I64.of(0n));
  return [
    when(I32.isZero(isPlain(address)), giveUp(1)),
    set(to.inexact, I32.of(0)),
    set(to.up, I32.of(0)),
    set(to.bits, I64.of(0n)),
    when(
      I64.ne(significand(address), I64.of(0n)),
      // so low that a carry cannot make it infinite, so high that it is no denormal
      when(I32.greater(I32.sub(exponent, I32.of(1)), I32.of(2 * bias - 2)), giveUp(2)),
      set(to.inexact, I64.ne(rest, I64.of(0n))),
      set(
        to.up,
        goesUp(
          negative(address),
          isSet(1n << dropped),
          I64.greater(rest, I64.of(belowHalf)),
          I64.ne(I64.and(rest, I64.of(belowHalf)), I64.of(0n)),
        ),
      ),
      // the integer bit adds one to the exponent
      set(
        to.bits,
        I64.add(
          I64.add(
            I64.shl(I64.extendUnsigned(I32.sub(exponent, I32.of(1))), I64.of(BigInt(fraction))),
            I64.shr(significand(address), I64.of(dropped)),
          ),
          I64.extendUnsigned(get(to.up)),
        ),
      ),
    ),
    set(to.bits, I64.or(get(to.bits), sign)),
  ];
}

/** Rounds the number at an address to a signed integer of so many bits. `rest` is a local more, an i64. */
export function narrowInteger(
  width: 16 | 32 | 64,
  truncates: boolean,
  address: Code,
  to: NarrowLocals,
  rest: number,
  giveUp: GiveUp,
): Code {
  // bits of the significand that are no integer; 63 for numbers from 1 to 2
  const places = I32.sub(I32.of(BIAS + 63), exponentOf(address));
  const shift = I64.extendUnsigned(places);
  const limit = (1n << BigInt(width - 1)) - 1n;
  return [
    when(I32.isZero(isPlain(address)), giveUp(1)),
    set(to.bits, I64.of(0n)),
    set(rest, I64.of(0n)),
    when(
      I64.ne(significand(address), I64.of(0n)),
      when(I32.lessSigned(places, I32.of(1)), giveUp(2)),
      whenElse(
        I32.less(places, I32.of(64)),
        [
          set(to.bits, I64.shr(significand(address), shift)),
          set(rest, I64.shl(significand(address), I64.sub(I64.of(64n), shift))),
        ],
        // below 1: the significand itself is the rest, or, below one half, what is less than half
        [set(rest, select(I32.eq(places, I32.of(64)), significand(address), I64.of(1n)))],
      ),
    ),
    set(to.inexact, I64.ne(get(rest), I64.of(0n))),
    set(
      to.up,
      truncates
        ? I32.of(0)
        : goesUp(
            negative(address),
            I32.wrap(I64.and(get(to.bits), I64.of(1n))),
            I64.lessSigned(get(rest), I64.of(0n)),
            I64.ne(I64.shl(get(rest), I64.of(1n)), I64.of(0n)),
          ),
    ),
    set(to.bits, I64.add(get(to.bits), I64.extendUnsigned(get(to.up)))),
    when(I64.greater(get(to.bits), I64.of(limit)), giveUp(1)),
    when(negative(address), set(to.bits, I64.sub(I64.of(0n), get(to.bits)))),
  ];
}
