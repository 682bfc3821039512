/** FRNDINT and FPREM of numbers that are zero or normal: each function leaves 1, or 0 when it has done nothing. */

import { BIAS, SIGN } from '../../fpu/extended.ts';
import { Status } from '../../fpu/words.ts';
import type { WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, I64, select, set, when, whenElse } from '../wasm-expressions.ts';
import {
  exponentOf,
  goesUp,
  head,
  inexactStatus,
  isPlain,
  precisionIsMasked,
  report,
  setConditions,
  setNumber,
  significand,
} from './state.ts';

const INTEGER = -(1n << 63n);
const signOf = (at: Code): Code => I32.and(head(at), I32.of(SIGN));
const answer = (value: 0 | 1): Code => [I32.of(value), wasm.ret];

/** Adds `round(a)`: rounds the number at an address to an integer, there. */
export function addRoundToInteger(binary: WasmBinary): number {
  const a = get(0);
  const [places, up, mask, rounded] = [1, 2, 3, 4];
  const fraction = I64.and(significand(a), get(mask));
  const belowHalf = I64.shr(get(mask), I64.of(1n));
  const negative = I32.shr(head(a), I32.of(15));
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i64', 'i64'],
      code: [
        // bits of the significand that are no integer: none, some, or all, which TypeScript looks at
        set(places, I32.sub(I32.of(BIAS + 63), exponentOf(a))),
        when(I32.isZero(isPlain(a)), answer(0)),
        when(
          I32.or(I64.isZero(significand(a)), I32.lessSigned(get(places), I32.of(1))),
          report(I32.of(0)),
          answer(1),
        ),
        when(I32.greaterSigned(get(places), I32.of(63)), answer(0)),
        set(mask, I64.sub(I64.shl(I64.of(1n), I64.extendUnsigned(get(places))), I64.of(1n))),
        when(I64.isZero(fraction), report(I32.of(0)), answer(1)),
        when(I32.isZero(precisionIsMasked), answer(0)),
        set(
          up,
          goesUp(
            negative,
            I64.ne(I64.and(significand(a), I64.add(get(mask), I64.of(1n))), I64.of(0n)),
            I64.greater(fraction, belowHalf),
            I64.ne(I64.and(fraction, belowHalf), I64.of(0n)),
          ),
        ),
        set(
          rounded,
          I64.add(
            I64.and(significand(a), I64.xor(get(mask), I64.of(-1n))),
            I64.shl(I64.extendUnsigned(get(up)), I64.extendUnsigned(get(places))),
          ),
        ),
        // a carry out of the significand
        whenElse(
          I64.isZero(get(rounded)),
          setNumber(a, I32.add(head(a), I32.of(1)), I64.of(INTEGER)),
          setNumber(a, head(a), get(rounded)),
        ),
        report(inexactStatus(I32.of(1), get(up))),
        I32.of(1),
      ],
    },
  );
}

/** Exponents may differ by less than this in a reduction that one instruction completes. */
const COMPLETE = 64;

/** Adds `remainder(a, b)`, which leaves the rest of dividing two numbers at addresses in the first one's place. */
export function addRemainder(binary: WasmBinary): number {
  const [a, b] = [get(0), get(1)];
  const [steps, quotient, over, rest] = [2, 3, 4, 5];
  const bit = (mask: number, flag: number): Code =>
    select(I32.and(get(quotient), I32.of(mask)), I32.of(flag), I32.of(0));
  const subtracts = I32.or(get(over), I32.isZero(I64.less(get(rest), significand(b))));
  const shift = I64.leadingZeros(get(rest));
  const exponent = I32.sub(exponentOf(b), I32.wrap(shift));
  return binary.add(
    { parameters: ['i32', 'i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32', 'i32', 'i64'],
      code: [
        set(steps, I32.sub(exponentOf(a), exponentOf(b))),
        when(I32.isZero(I32.and(isPlain(a), isPlain(b))), answer(0)),
        when(I32.or(I64.isZero(significand(a)), I64.isZero(significand(b))), answer(0)),
        // the rest may be the dividend as it is
        when(I32.lessSigned(get(steps), I32.of(0)), setConditions(I32.of(0)), answer(1)),
        when(I32.greaterSigned(get(steps), I32.of(COMPLETE - 1)), answer(0)),
        set(rest, significand(a)),
        // long division, a bit of the quotient at a time; the rest may have one bit more than 64
        wasm.loop,
        set(quotient, I32.shl(get(quotient), I32.of(1))),
        when(
          subtracts,
          set(rest, I64.sub(get(rest), significand(b))),
          set(quotient, I32.or(get(quotient), I32.of(1))),
        ),
        when(
          get(steps),
          set(over, I64.lessSigned(get(rest), I64.of(0n))),
          set(rest, I64.shl(get(rest), I64.of(1n))),
          set(steps, I32.sub(get(steps), I32.of(1))),
          wasm.branch(1),
        ),
        wasm.end,
        whenElse(I64.isZero(get(rest)), setNumber(a, signOf(a), I64.of(0n)), [
          when(I32.lessSigned(exponent, I32.of(1)), answer(0)),
          setNumber(a, I32.or(signOf(a), exponent), I64.shl(get(rest), shift)),
        ]),
        setConditions(I32.or(I32.or(bit(1, Status.c1), bit(2, Status.c3)), bit(4, Status.c0))),
        I32.of(1),
      ],
    },
  );
}
