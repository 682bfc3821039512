/**
 * Products of numbers that are zero or normal, as SoftFloat makes them, but in one function.
 *
 * What must hold: SoftFloat's last step gets what SoftFloat would give it: the exponent, and all 128 bits of the product of the
 * significands with the highest one set.
 */

import { BIAS } from '../../fpu/extended.ts';
import { SoftFloat } from '../internals.ts';
import type { Indices } from '../rewrite-support.ts';
import type { WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, I64, set, when } from '../wasm-expressions.ts';
import { control, exponentOf, head, significand } from './state.ts';

const low = (value: Code): Code => I64.and(value, I64.of(0xffff_ffffn));
const high = (value: Code): Code => I64.shr(value, I64.of(32n));
/** The precision control that keeps all 64 bits. */
const EXTENDED = 3;

/** Adds `multiply(a, b, to)`, of addresses. A zero, and what is rounded to fewer bits, is left to SoftFloat. */
export function addProduct(binary: WasmBinary, index: Indices): number {
  const [a, b, to] = [get(0), get(1), get(2)];
  const [left, right, upper, lower, middle, cross, exponent] = [3, 4, 5, 6, 7, 8, 9];
  const part = (ofLeft: (value: Code) => Code, ofRight: (value: Code) => Code): Code =>
    I64.mul(ofLeft(get(left)), ofRight(get(right)));
  const precision = I32.and(I32.shr(control, I32.of(8)), I32.of(3));
  const isLeft = I32.or(
    I32.ne(precision, I32.of(EXTENDED)),
    I32.or(I64.isZero(get(left)), I64.isZero(get(right))),
  );
  return binary.add(
    { parameters: ['i32', 'i32', 'i32'], results: [] },
    {
      locals: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i32'],
      code: [
        set(left, significand(a)),
        set(right, significand(b)),
        when(isLeft, [a, b, to, wasm.call(index.softFloatMultiply)], wasm.ret),
        // 128 bits from four products of halves; no sum here leaves 64 bits
        set(lower, part(low, low)),
        set(middle, I64.add(part(high, low), high(get(lower)))),
        set(cross, I64.add(part(low, high), low(get(middle)))),
        set(upper, I64.add(part(high, high), I64.add(high(get(middle)), high(get(cross))))),
        set(lower, I64.or(I64.shl(get(cross), I64.of(32n)), low(get(lower)))),
        set(exponent, I32.sub(I32.add(exponentOf(a), exponentOf(b)), I32.of(BIAS - 1))),
        // significands are from 1 up to 2, products up to 4
        when(
          I32.isZero(I64.lessSigned(get(upper), I64.of(0n))),
          set(upper, I64.or(I64.shl(get(upper), I64.of(1n)), I64.shr(get(lower), I64.of(63n)))),
          set(lower, I64.shl(get(lower), I64.of(1n))),
          set(exponent, I32.sub(get(exponent), I32.of(1))),
        ),
        [to, I32.shr(I32.xor(head(a), head(b)), I32.of(15))],
        [get(exponent), get(upper), get(lower), I32.of(SoftFloat.extendedPrecision)],
        wasm.call(index.softFloatRound),
      ],
    },
  );
}
