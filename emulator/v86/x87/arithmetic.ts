/**
 * Arithmetic and comparison of numbers that are zero or normal, where nothing but precision is lost.
 *
 * The functions that add, multiply, divide and take roots are v86's own, Berkeley's SoftFloat. Their last step is written anew,
 * since an x87 says which way it rounded. What must hold: a function that gives up has changed nothing.
 */

import { flagsOf, conditionsOf } from '../../fpu/comparing.ts';
import { SoftFloat, X87Area } from '../internals.ts';
import type { Indices } from '../rewrite-support.ts';
import type { WasmBinary } from '../wasm-binary.ts';
import * as wasm from '../wasm-code.ts';
import type { Code } from '../wasm-code.ts';
import { get, I32, I64, select, set, when, whenElse } from '../wasm-expressions.ts';
import { addProduct } from './multiplying.ts';
import {
  clearC1,
  exponentOf,
  goesUp,
  head,
  inexactStatus,
  isPlain,
  precisionIsMasked,
  report,
  roundsDown,
  setNumber,
  significand,
} from './state.ts';

const nowhere = I32.of(0);
const INTEGER = -(1n << 63n);
const setFlags = (value: Code): Code => I32.store8(nowhere, SoftFloat.flags, value);
const flags = wasm.byteAt(SoftFloat.flags);
const roundedUp = wasm.byteAt(X87Area.roundedUp);

/**
 * SoftFloat's last step: rounds a significand and the bits below it, and puts a number together. What leaves the range of normal
 * numbers is only marked as such.
 */
export function replaceRounding(binary: WasmBinary, index: Indices): void {
  const [to, negative, exponent, value, extra, precision] = [0, 1, 2, 3, 4, 5];
  const [up, mask] = [6, 7];
  const rest = I64.and(get(value), get(mask));
  const unit = I64.add(get(mask), I64.of(1n));
  const wholly = [
    set(
      up,
      goesUp(
        get(negative),
        I32.wrap(I64.and(get(value), I64.of(1n))),
        I64.lessSigned(get(extra), I64.of(0n)),
        I64.ne(I64.and(get(extra), I64.of(~INTEGER)), I64.of(0n)),
      ),
    ),
    setFlags(I32.or(flags, I64.ne(get(extra), I64.of(0n)))),
    set(value, I64.add(get(value), I64.extendUnsigned(get(up)))),
  ];
  const partly = [
    set(value, I64.or(get(value), I64.extendUnsigned(I64.ne(get(extra), I64.of(0n))))),
    set(
      mask,
      select(
        I32.eq(get(precision), I32.of(SoftFloat.doublePrecision)),
        I64.of(0x7ffn),
        I64.of(0xff_ffff_ffffn),
      ),
    ),
    set(
      up,
      goesUp(
        get(negative),
        I64.ne(I64.and(get(value), unit), I64.of(0n)),
        I64.greater(rest, I64.shr(get(mask), I64.of(1n))),
        I64.ne(I64.and(rest, I64.shr(get(mask), I64.of(1n))), I64.of(0n)),
      ),
    ),
    setFlags(I32.or(flags, I64.ne(rest, I64.of(0n)))),
    set(
      value,
      I64.add(
        I64.and(get(value), I64.xor(get(mask), I64.of(-1n))),
        I64.and(I64.sub(I64.of(0n), I64.extendUnsigned(get(up))), unit),
      ),
    ),
  ];
  binary.replace(index.softFloatRound, {
    locals: ['i32', 'i64'],
    code: [
      whenElse(I32.eq(get(precision), I32.of(SoftFloat.extendedPrecision)), wholly, partly),
      // a carry out of the significand
      when(
        I64.isZero(get(value)),
        set(value, I64.of(INTEGER)),
        set(exponent, I32.add(get(exponent), I32.of(1))),
      ),
      when(
        I32.greater(I32.sub(get(exponent), I32.of(1)), I32.of(0x7ffd)),
        setFlags(I32.or(flags, I32.of(SoftFloat.overflow))),
      ),
      I32.store8(nowhere, X87Area.roundedUp, get(up)),
      setNumber(
        get(to),
        I32.or(I32.shl(get(negative), I32.of(15)), I32.and(get(exponent), I32.of(0x7fff))),
        get(value),
      ),
    ],
  });
}

/** The operations of D8, by register field: their names, SoftFloat's functions, and whether operands change places. */
export const OPERATIONS = [
  { name: 'add', of: 'softFloatAdd', swapped: false },
  { name: 'mul', of: 'softFloatMultiply', swapped: false },
  undefined,
  undefined,
  { name: 'sub', of: 'softFloatSubtract', swapped: false },
  { name: 'subr', of: 'softFloatSubtract', swapped: true },
  { name: 'div', of: 'softFloatDivide', swapped: false },
  { name: 'divr', of: 'softFloatDivide', swapped: true },
] as const;

/** Leaves 1 when the result that SoftFloat has left is in its place, 0 when it is one for TypeScript to find. */
const takeResult = (target: Code): Code => [
  when(
    I32.or(I32.greater(flags, I32.of(1)), I32.and(flags, I32.isZero(precisionIsMasked))),
    I32.of(0),
    wasm.ret,
  ),
  report(inexactStatus(flags, roundedUp)),
  setNumber(target, head(I32.of(X87Area.result)), significand(I32.of(X87Area.result))),
  I32.of(1),
];

const prepare: Code = [setFlags(I32.of(0)), I32.store8(nowhere, X87Area.roundedUp, I32.of(0))];

/**
 * The head of the sum or the difference of two zeros, which SoftFloat takes for a number that is too small: their sign where they have
 * the same, else it is negative only where results are rounded down.
 */
function signOfZeros(a: Code, b: Code, subtracts: boolean): Code {
  const negative = 0x8000;
  const added = subtracts ? I32.xor(head(b), I32.of(negative)) : head(b);
  return wasm.choose(I32.xor(head(a), added), I32.shl(roundsDown, I32.of(Math.log2(negative))), head(a));
}

/** Adds `operation(a, b, target)`: 1 if the result is in its place, 0 if nothing was done. All are addresses. */
export function addOperation(
  binary: WasmBinary,
  index: Indices,
  { of, swapped }: NonNullable<(typeof OPERATIONS)[number]>,
): number {
  const [a, b, target] = [get(0), get(1), get(2)];
  const [first, second] = swapped ? [b, a] : [a, b];
  const plain = I32.and(isPlain(a), isPlain(b));
  const dividesByZero = of === 'softFloatDivide' ? I64.isZero(significand(second)) : I32.of(0);
  const ofZeros =
    of === 'softFloatAdd' || of === 'softFloatSubtract'
      ? when(
          I64.isZero(I64.or(significand(a), significand(b))),
          setNumber(target, signOfZeros(first, second, of === 'softFloatSubtract'), I64.of(0n)),
          clearC1,
          I32.of(1),
          wasm.ret,
        )
      : [];
  const compute = of === 'softFloatMultiply' ? addProduct(binary, index) : index[of];
  return binary.add(
    { parameters: ['i32', 'i32', 'i32'], results: ['i32'] },
    {
      locals: [],
      code: [
        when(I32.or(I32.isZero(plain), dividesByZero), I32.of(0), wasm.ret),
        ofZeros,
        prepare,
        [first, second, I32.of(X87Area.result), wasm.call(compute)],
        takeResult(target),
      ],
    },
  );
}

/** Adds `root(a)`, which puts the square root in its operand's place. */
export function addRoot(binary: WasmBinary, index: Indices): number {
  const a = get(0);
  const negative = I32.shr(head(a), I32.of(15));
  return binary.add(
    { parameters: ['i32'], results: ['i32'] },
    {
      locals: [],
      code: [
        when(I32.or(I32.isZero(isPlain(a)), negative), I32.of(0), wasm.ret),
        prepare,
        [a, I32.of(X87Area.result), wasm.call(index.softFloatRoot)],
        takeResult(a),
      ],
    },
  );
}

/** What {@link addOrder}'s function answers. */
export const Order = { greater: 0, less: 1, equal: 2, unknown: 3 } as const;

/** Adds `order(a, b)`, of two addresses. */
export function addOrder(binary: WasmBinary): number {
  const [a, b] = [get(0), get(1)];
  const [signA, signB] = [2, 3];
  const answer = (value: Code): Code => [value, wasm.ret];
  const larger = I32.or(
    I32.greater(exponentOf(a), exponentOf(b)),
    I32.and(I32.eq(exponentOf(a), exponentOf(b)), I64.greater(significand(a), significand(b))),
  );
  const same = I32.and(I32.eq(exponentOf(a), exponentOf(b)), I64.eq(significand(a), significand(b)));
  return binary.add(
    { parameters: ['i32', 'i32'], results: ['i32'] },
    {
      locals: ['i32', 'i32'],
      code: [
        when(I32.isZero(I32.and(isPlain(a), isPlain(b))), answer(I32.of(Order.unknown))),
        set(signA, I32.shr(head(a), I32.of(15))),
        set(signB, I32.shr(head(b), I32.of(15))),
        when(
          I32.ne(get(signA), get(signB)),
          when(I64.isZero(I64.or(significand(a), significand(b))), answer(I32.of(Order.equal))),
          answer(get(signA)),
        ),
        when(same, answer(I32.of(Order.equal))),
        // greater in magnitude is greater, unless both are negative
        I32.eq(larger, get(signA)),
      ],
    },
  );
}

/** What stands for an order in the status word or the flags. */
const byOrder = (order: Code, of: Readonly<Record<'greater' | 'less' | 'equal', number>>): Code =>
  select(
    I32.eq(order, I32.of(Order.equal)),
    I32.of(of.equal),
    select(I32.eq(order, I32.of(Order.less)), I32.of(of.less), I32.of(of.greater)),
  );
export const conditions = (order: Code): Code => byOrder(order, conditionsOf);
export const comparedFlags = (order: Code): Code => byOrder(order, flagsOf);
