/**
 * How the host computes each operation of SSE, as code: the result, what is special about it, whether it is exact.
 */

import { Exception } from '../sse/mxcsr.ts';
import type { OperationName } from '../sse/operations.ts';
import {
  type LaneFormat,
  SINGLE,
  DOUBLE,
  all,
  ZERO,
  either,
  both,
  isNotZero,
  isUpTo,
  isBelow,
  isNotBelow,
  isDenormal,
  isNaN,
  isFinite,
  isInfinite,
  isSignaling,
} from './sse-lanes.ts';
import {
  type Locals,
  type Fast,
  KEEPS_DENORMALS,
  KEEPS_TINY,
  denormalOperand,
  invalid,
  notFinite,
  overflow,
  underflow,
  correctNaNs,
  plain,
} from './sse-exceptions.ts';
import { has } from './sse-state.ts';
import type { Signature, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import * as simd from './wasm-simd.ts';

// ── sums, products, quotients, roots ──

/** Whether the sum or difference of two vectors, which is in `r`, is not exact: Knuth's error of it is not zero. */
function sumInexact({ lanes }: LaneFormat, subtracting: boolean, { a, b, r, t }: Locals): Code {
  const [sum, virtual] = [wasm.localGet(r), wasm.localGet(t)];
  const [x, y] = [wasm.localGet(a), wasm.localGet(b)];
  return [
    [sum, x, lanes.sub, wasm.localSet(t)],
    [x, sum, virtual, lanes.sub, lanes.sub],
    subtracting ? [y, virtual, lanes.add, lanes.sub] : [y, virtual, lanes.sub, lanes.add],
    [ZERO, lanes.notEqual, simd.any],
  ];
}

/** Factors so large, and products so small, that the error of the product is no longer a number that can be computed. */
const TOO_LARGE = 2 ** 990;
const TOO_SMALL = 2 ** -960;
/** Splits a double into two halves of its bits. */
const SPLIT = 2 ** 27 + 1;

/** Helpers that are functions of their own. */
export interface Helpers {
  /** (x, y, z): whether x × y is not z, of singles: the product of two is exact as a double. */
  readonly differsSingle: number;
  /** (x, y, z): whether x × y is not z, of doubles that are neither too large nor too small: Dekker's product. */
  readonly differsDouble: number;
  /** (operation, register, immediate): asks {@link ../sse/operations.ts}. Not zero: an exception is to be raised. */
  readonly ask: number;
}

const threeVectors: Signature = { parameters: ['v128', 'v128', 'v128'], results: ['i32'] };

const HIGH_HALF = simd.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
const highHalf = (x: Code): Code => [x, x, HIGH_HALF];
const widened = (x: Code): readonly [Code, Code] => [
  [x, simd.widenLow],
  [highHalf(x), simd.widenLow],
];

export function addDiffersSingle(binary: WasmBinary): number {
  const [x, y, z] = [0, 1, 2].map((local) => widened(wasm.localGet(local))) as [
    readonly [Code, Code],
    readonly [Code, Code],
    readonly [Code, Code],
  ];
  const half = (i: 0 | 1): Code => [x[i], y[i], simd.f64x2.mul, z[i], simd.f64x2.notEqual];
  return binary.add(threeVectors, { locals: [], code: [half(0), half(1), simd.or, simd.any] });
}

export function addDiffersDouble(binary: WasmBinary): number {
  const { lanes } = DOUBLE;
  const [x, y, z] = [0, 1, 2].map(wasm.localGet) as [Code, Code, Code];
  const [xHigh, yHigh, xLow, yLow] = [3, 4, 5, 6];
  const get = wasm.localGet;
  const split = (value: Code, high: number, low: number): Code => [
    [all(DOUBLE, SPLIT), value, lanes.mul, wasm.localTee(high)],
    [get(high), value, lanes.sub, lanes.sub, wasm.localSet(high)],
    [value, get(high), lanes.sub, wasm.localSet(low)],
  ];
  return binary.add(threeVectors, {
    locals: ['v128', 'v128', 'v128', 'v128'],
    code: [
      split(x, xHigh, xLow),
      split(y, yHigh, yLow),
      // ((xHigh yHigh - z) + xHigh yLow + xLow yHigh) + xLow yLow, each step of which is exact
      [get(xHigh), get(yHigh), lanes.mul, z, lanes.sub],
      [get(xHigh), get(yLow), lanes.mul, lanes.add],
      [get(xLow), get(yHigh), lanes.mul, lanes.add],
      [get(xLow), get(yLow), lanes.mul, lanes.add],
      [ZERO, lanes.notEqual],
      [x, y, lanes.mul, z, lanes.notEqual, simd.or, simd.any],
    ],
  });
}

/** Whether a product is exact: `x × y = z`. */
function product(format: LaneFormat, x: Code, y: Code, z: Code, helpers: Helpers): Partial<Fast> {
  if (format === SINGLE) return { inexact: [x, y, z, wasm.call(helpers.differsSingle)] };
  return {
    exactnessDoubtful: either(
      isNotBelow(format, x, TOO_LARGE),
      isNotBelow(format, y, TOO_LARGE),
      both(isUpTo(format, z, TOO_SMALL), isNotZero(format, z)),
    ),
    inexact: [x, y, z, wasm.call(helpers.differsDouble)],
  };
}

export type Build = (format: LaneFormat, locals: Locals, helpers: Helpers) => Fast;

const inEven = (lane: number): boolean => lane % 2 === 0;
const inOdd = (lane: number): boolean => lane % 2 === 1;
/** The lanes of two vectors that are wanted, those of the first one lowest. */
function picked({ bytes }: LaneFormat, a: Code, b: Code, wanted: (lane: number) => boolean): Code {
  const lanes = Array.from({ length: 32 / bytes }, (_, lane) => lane).filter(wanted);
  const numbers = lanes.flatMap((lane) => Array.from({ length: bytes }, (_, i) => lane * bytes + i));
  return [a, b, simd.shuffle(numbers)];
}

/** Sums or differences: of the operands, or of neighbours in them. */
const sumOf =
  (subtracting: boolean, horizontal: boolean): Build =>
  (format, locals) => {
    const { lanes } = format;
    const { a, b, r } = locals;
    const [x, y, sum] = [wasm.localGet(a), wasm.localGet(b), wasm.localGet(r)];
    const pick: Code = [
      [picked(format, x, y, inEven), picked(format, x, y, inOdd)],
      [wasm.localSet(b), wasm.localSet(a)],
    ];
    return {
      compute: [horizontal ? pick : [], [x, y, subtracting ? lanes.sub : lanes.add, wasm.localSet(r)]],
      special: [
        denormalOperand(format, x, y),
        invalid(format, sum, x, y),
        overflow(format, sum, x, y),
        notFinite(format, sum),
        // a tiny sum is exact
        { lanes: isDenormal(format, sum), harmlessWith: KEEPS_TINY },
      ],
      correctNaNs: correctNaNs(format, locals, x, y),
      plain: plain(format, sum, x, y),
      inexact: sumInexact(format, subtracting, locals),
    };
  };

const add = sumOf(false, false);
const subtract = sumOf(true, false);
const horizontalAdd = sumOf(false, true);
const horizontalSubtract = sumOf(true, true);

const multiply: Build = (format, locals, helpers) => {
  const { a, b, r } = locals;
  const [x, y, z] = [wasm.localGet(a), wasm.localGet(b), wasm.localGet(r)];
  return {
    compute: [x, y, format.lanes.mul, wasm.localSet(r)],
    special: [
      denormalOperand(format, x, y),
      invalid(format, z, x, y),
      overflow(format, z, x, y),
      notFinite(format, z),
      underflow(format, z, x, y),
    ],
    correctNaNs: correctNaNs(format, locals, x, y),
    plain: plain(format, z, x, y),
    ...product(format, x, y, z, helpers),
  };
};

const divide: Build = (format, locals, helpers) => {
  const { a, b, r } = locals;
  const [x, y, z] = [wasm.localGet(a), wasm.localGet(b), wasm.localGet(r)];
  const isZero: Code = [y, ZERO, format.lanes.equal];
  return {
    compute: [x, y, format.lanes.div, wasm.localSet(r)],
    special: [
      denormalOperand(format, x, y),
      invalid(format, z, x, y),
      {
        lanes: both(isZero, isInfinite(format, z), isFinite(format, x)),
        harmlessWith: Exception.divideByZero,
      },
      overflow(format, z, x, [y, isZero, simd.or]),
      notFinite(format, y, z),
      { ...underflow(format, z, x), lanes: both(underflow(format, z, x).lanes, isFinite(format, y)) },
    ],
    correctNaNs: correctNaNs(format, locals, x, y),
    plain: plain(format, z, x, y),
    ...product(format, z, y, x, helpers),
  };
};

const squareRoot: Build = (format, locals, helpers) => {
  const { b, r } = locals;
  const [y, z] = [wasm.localGet(b), wasm.localGet(r)];
  return {
    compute: [y, format.lanes.squareRoot, wasm.localSet(r)],
    special: [denormalOperand(format, y), invalid(format, z, y), notFinite(format, z)],
    correctNaNs: correctNaNs(format, locals, y),
    plain: plain(format, z, y),
    ...product(format, z, z, y, helpers),
  };
};

// ── comparisons ──

/** One of two operands by a comparison: the second one where a NaN is among them. */
const extreme =
  (isFirst: (lanes: simd.Lanes, a: Code, b: Code) => Code): Build =>
  (format, { a, b, r }) => {
    const [x, y] = [wasm.localGet(a), wasm.localGet(b)];
    return {
      compute: [x, y, isFirst(format.lanes, x, y), simd.select, wasm.localSet(r)],
      special: [
        denormalOperand(format, x, y),
        { lanes: either(isNaN(format, x), isNaN(format, y)), harmlessWith: Exception.invalid },
      ],
    };
  };

const minimum = extreme(({ less }, a, b) => [a, b, less]);
const maximum = extreme(({ less }, a, b) => [b, a, less]);

/** The predicate of a comparison is the last parameter; the upper four are the opposites of the lower ones. */
export const IMMEDIATE = wasm.localGet(2);
/** All ones if `condition` leaves 1, nothing if it leaves 0. */
const everywhereIf = (condition: Code): Code => [[wasm.i32(0), condition, wasm.sub], simd.splatI32];
const LOWER_PREDICATES = ['equal', 'less', 'lessOrEqual'] as const;
const UNORDERED = 3;

const compare: Build = (format, { a, b, r }) => {
  const [x, y] = [wasm.localGet(a), wasm.localGet(b)];
  const lower: Code = has(IMMEDIATE, 3);
  const isLower = (number: number): Code => everywhereIf([lower, wasm.i32(number), wasm.eq]);
  const isUnordered = either(isNaN(format, x), isNaN(format, y));
  const isSignalingPredicate = everywhereIf([
    [lower, wasm.i32(1), wasm.add, wasm.i32(1), wasm.shrUnsigned],
    [wasm.i32(1), wasm.and],
  ]);
  return {
    compute: [
      both(isUnordered, isLower(UNORDERED)),
      LOWER_PREDICATES.map((name, number) => [
        [x, y, format.lanes[name], isLower(number), simd.and, simd.or],
      ]),
      [everywhereIf([IMMEDIATE, wasm.i32(2), wasm.shrUnsigned, wasm.i32(1), wasm.and]), simd.xor],
      wasm.localSet(r),
    ],
    special: [
      denormalOperand(format, x, y),
      {
        lanes: either(
          isSignaling(format, x),
          isSignaling(format, y),
          both(isUnordered, isSignalingPredicate),
        ),
        harmlessWith: Exception.invalid,
      },
    ],
  };
};

// ── conversions ──

/** Numbers from here on round to infinity as singles. */
const SINGLE_OVERFLOW = 2 ** 128 - 2 ** 103;
const INTEGER_END = 2 ** 31;

const narrow: Build = (_format, { b, r }) => {
  const [y, z] = [wasm.localGet(b), wasm.localGet(r)];
  return {
    compute: [y, simd.narrow, wasm.localSet(r)],
    doubtful: either(
      isNotBelow(DOUBLE, y, SINGLE_OVERFLOW),
      both(isBelow(DOUBLE, y, SINGLE.least), isNotZero(DOUBLE, y)),
    ),
    inexact: [z, simd.widenLow, y, simd.f64x2.notEqual, simd.any],
  };
};

const widen: Build = (_format, { b, r }) => {
  const y = wasm.localGet(b);
  return {
    compute: [y, simd.widenLow, wasm.localSet(r)],
    doubtful: either(isDenormal(SINGLE, y), isNaN(SINGLE, y)),
  };
};

const fromInteger: Build = (_format, { b, r }) => {
  const [y, z] = [wasm.localGet(b), wasm.localGet(r)];
  const differs = (integers: Code, half: Code): Code => [
    [integers, simd.convertLowI32],
    [half, simd.f64x2.notEqual],
  ];
  const [low, high] = widened(z);
  return {
    compute: [y, simd.convertI32, wasm.localSet(r)],
    inexact: [differs(y, low), differs(highHalf(y), high), simd.or, simd.any],
  };
};

const toInteger =
  (rounded: (lanes: simd.Lanes) => Code): Build =>
  (format, { b, r, t }) => {
    const [y, whole] = [wasm.localGet(b), wasm.localGet(t)];
    const convert = format === SINGLE ? simd.truncateF32 : simd.truncateF64;
    return {
      compute: [
        [y, rounded(format.lanes), wasm.localTee(t)],
        [convert, wasm.localSet(r)],
      ],
      // the last integers are left out, since half a unit more than they are rounds to what does not fit
      doubtful: isNotBelow(format, y, INTEGER_END - 1),
      special: [{ lanes: isDenormal(format, y), harmlessWith: KEEPS_DENORMALS }],
      inexact: [whole, y, format.lanes.notEqual, simd.any],
    };
  };
const toNearest = toInteger(({ nearest }) => nearest);
const toTruncated = toInteger(({ truncate }) => truncate);

/** How each operation is done in the usual case. Those that are not here always ask. */
export const FAST: Partial<Record<OperationName, readonly [LaneFormat, Build]>> = {
  ...pairs('ps', 'ss', SINGLE),
  ...pairs('pd', 'sd', DOUBLE),
  haddps: [SINGLE, horizontalAdd],
  haddpd: [DOUBLE, horizontalAdd],
  hsubps: [SINGLE, horizontalSubtract],
  hsubpd: [DOUBLE, horizontalSubtract],
  cvtps2pd: [SINGLE, widen],
  cvtss2sd: [SINGLE, widen],
  cvtpd2ps: [DOUBLE, narrow],
  cvtsd2ss: [DOUBLE, narrow],
  cvtdq2ps: [SINGLE, fromInteger],
  cvtsi2ss: [SINGLE, fromInteger],
  cvtps2dq: [SINGLE, toNearest],
  cvtss2si: [SINGLE, toNearest],
  cvtpd2dq: [DOUBLE, toNearest],
  cvtsd2si: [DOUBLE, toNearest],
  cvttps2dq: [SINGLE, toTruncated],
  cvttss2si: [SINGLE, toTruncated],
  cvttpd2dq: [DOUBLE, toTruncated],
  cvttsd2si: [DOUBLE, toTruncated],
};

/** The operations that there are in all four forms, in two of them. */
function pairs(packed: string, scalar: string, format: LaneFormat) {
  const stems = {
    sqrt: squareRoot,
    add,
    mul: multiply,
    sub: subtract,
    min: minimum,
    div: divide,
    max: maximum,
    cmp: compare,
  };
  return Object.fromEntries(
    Object.entries(stems).flatMap(([stem, build]) =>
      [packed, scalar].map((suffix) => [`${stem}${suffix}`, [format, build] as const]),
    ),
  );
}
