/**
 * The functions that compiled code calls for SSE's floating point: the host's own arithmetic wherever that gives all there is to give.
 *
 * WebAssembly rounds to nearest, knows no flags and no exceptions. That is enough while MXCSR asks for that rounding and masks all
 * exceptions, and the flags that an instruction would set are set already, as most are soon in a program that comes by such numbers at
 * all. So each function finds out which exceptions there could be: none but precision where operands and result are normal numbers.
 * While the precision flag is not set, exactness is found out by the error of a sum (Knuth) or a product (Dekker). All else goes to
 * the functions of {@link ../sse/operations.ts}. A scalar is computed as a vector of equal lanes, but for a first try.
 *
 * What must hold: no exception is unmasked. Compiled code is left before, and the interpreter asks for itself.
 */

import { Exception, Mxcsr } from '../sse/mxcsr.ts';
import type { OperationName } from '../sse/operations.ts';
import { Address } from './internals.ts';
import { COMPUTING, type Computing, numberOfOperation } from './sse-opcodes.ts';
import { has } from './sse-state.ts';
import type { FunctionBody, Signature, ValueType, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import * as simd from './wasm-simd.ts';

/** A format as lanes of a vector: its arithmetic, and what its numbers are like. */
interface LaneFormat {
  readonly lanes: simd.Lanes;
  readonly bytes: 4 | 8;
  readonly least: number;
  readonly fractionBits: number;
  readonly exponentBits: number;
}

const SINGLE: LaneFormat = {
  lanes: simd.f32x4,
  bytes: 4,
  least: 2 ** -126,
  fractionBits: 23,
  exponentBits: 8,
};
const DOUBLE: LaneFormat = {
  lanes: simd.f64x2,
  bytes: 8,
  least: 2 ** -1022,
  fractionBits: 52,
  exponentBits: 11,
};

/** The same number in each lane. */
function all({ bytes }: LaneFormat, value: number): Code {
  const view = new DataView(new ArrayBuffer(16));
  for (let at = 0; at < 16; at += bytes) {
    if (bytes === 4) view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  }
  return simd.constant(new Uint8Array(view.buffer));
}

const ZERO: Code = simd.constant(new Uint8Array(16));

// ── what is doubtful about lanes: code that leaves all ones in those that are ──

const either = (first: Code, ...others: readonly Code[]): Code => [
  first,
  others.map((code) => [code, simd.or]),
];
const both = (first: Code, ...others: readonly Code[]): Code => [
  first,
  others.map((code) => [code, simd.and]),
];

const isNotZero = (format: LaneFormat, x: Code): Code => [x, ZERO, format.lanes.notEqual];
/** Below a size, or just that. */
const isUpTo = (format: LaneFormat, x: Code, size: number): Code => [
  [x, format.lanes.absolute],
  [all(format, size), format.lanes.lessOrEqual],
];
const isBelow = (format: LaneFormat, x: Code, size: number): Code => [
  [x, format.lanes.absolute],
  [all(format, size), format.lanes.less],
];
/** NaN, infinite, or so large. */
const isNotBelow = (format: LaneFormat, x: Code, size: number): Code => [isBelow(format, x, size), simd.not];
const isDenormal = (format: LaneFormat, x: Code): Code =>
  both(isBelow(format, x, format.least), isNotZero(format, x));
const isNaN = (format: LaneFormat, x: Code): Code => [x, x, format.lanes.notEqual];
const isFinite = (format: LaneFormat, x: Code): Code => isBelow(format, x, Infinity);
const isInfinite = (format: LaneFormat, x: Code): Code => [
  [x, format.lanes.absolute],
  [all(format, Infinity), format.lanes.equal],
];

/** An integer of a lane's width, as a constant, and the same in each lane. */
const integer = ({ bytes }: LaneFormat, value: bigint): Code =>
  bytes === 4 ? wasm.i32(Number(BigInt.asIntN(32, value))) : wasm.i64Of(BigInt.asIntN(64, value));
const integers = (format: LaneFormat, value: bigint): Code => [integer(format, value), format.lanes.splat];

const quietBit = ({ fractionBits }: LaneFormat): bigint => 1n << BigInt(fractionBits - 1);
const isSignaling = (format: LaneFormat, x: Code): Code => [
  isNaN(format, x),
  [x, integers(format, quietBit(format)), simd.and, ZERO, format.lanes.equalBits, simd.and],
];

// ── what is computed ──

/** Locals of every function here, behind its parameters. */
interface Locals {
  /** The destination as it was, the source, the result, and one more. */
  readonly a: number;
  readonly b: number;
  readonly r: number;
  readonly t: number;
  /** Sixteen times the number of the destination. */
  readonly at: number;
  /** Bits of MXCSR without which the host's arithmetic is not enough. */
  readonly needed: number;
}

/** Lanes in which an exception is possible, and the bits of MXCSR that make it one without effect. */
interface Special {
  readonly lanes: Code;
  readonly harmlessWith: number;
}

/** How an operation is done by the host. */
interface Fast {
  /** Computes the result and leaves it in `r`. */
  readonly compute: Code;
  /** Lanes that the host does not get right, or of which that is not known. */
  readonly doubtful?: Code;
  /** The exceptions that are possible, but for precision. */
  readonly special?: readonly Special[];
  /** Makes the NaNs in `r` those of a processor. */
  readonly correctNaNs?: Code;
  /** Leaves not zero where there is nothing special: a test that takes less than to look for it. */
  readonly plain?: Code;
  /** What else is doubtful while the precision flag is not set. */
  readonly exactnessDoubtful?: Code;
  /** Leaves not zero where the result is inexact; nothing is ever if not given. */
  readonly inexact?: Code;
}

// ── which exceptions are possible ──

/** As bits of {@link Special}: that denormal operands and tiny results are not taken for zero. */
const KEEPS_DENORMALS = Mxcsr.denormalsAreZeros;
const KEEPS_TINY = Mxcsr.flushToZero;

const denormalOperand = (format: LaneFormat, ...operands: readonly Code[]): Special => {
  const [first = ZERO, ...others] = operands.map((x) => isDenormal(format, x));
  return { lanes: either(first, ...others), harmlessWith: Exception.denormal | KEEPS_DENORMALS };
};
/** A signaling NaN among the operands, or a NaN that comes of none. */
const invalid = (format: LaneFormat, result: Code, ...operands: readonly Code[]): Special => {
  const ofNone = both(isNaN(format, result), ...operands.map((x): Code => [isNaN(format, x), simd.not]));
  const signaling = operands.map((x) => isSignaling(format, x));
  return { lanes: either(ofNone, ...signaling), harmlessWith: Exception.invalid };
};
/** NaNs and infinities that come of themselves: no exception, but nothing about them can be found out to be exact. */
const notFinite = (format: LaneFormat, ...numbers: readonly Code[]): Special => {
  const [first = ZERO, ...others] = numbers.map((x): Code => [isFinite(format, x), simd.not]);
  return { lanes: either(first, ...others), harmlessWith: 0 };
};
const overflow = (format: LaneFormat, result: Code, a: Code, b: Code): Special => ({
  lanes: both(isInfinite(format, result), isFinite(format, a), isFinite(format, b)),
  harmlessWith: Exception.overflow,
});
/** A result that is tiny, or rounded up to the least normal number. */
const underflow = (format: LaneFormat, result: Code, ...notZero: readonly Code[]): Special => ({
  lanes: both(isUpTo(format, result, format.least), ...notZero.map((x) => isNotZero(format, x))),
  harmlessWith: Exception.underflow | KEEPS_TINY,
});

/** The first operand that is a NaN, made quiet; else "real indefinite" where the result is one. */
function correctNaNs(format: LaneFormat, { r }: Locals, ...operands: readonly Code[]): Code {
  const result = wasm.localGet(r);
  const { fractionBits, exponentBits } = format;
  const indefinite = ((1n << BigInt(exponentBits + 2)) - 1n) << BigInt(fractionBits - 1);
  const chosen = (first: Code, otherwise: Code, where: Code): Code => [first, otherwise, where, simd.select];
  const ofOperands = operands.reduceRight<Code>(
    (otherwise, x) => chosen([x, integers(format, quietBit(format)), simd.or], otherwise, isNaN(format, x)),
    chosen(integers(format, indefinite), result, isNaN(format, result)),
  );
  return [ofOperands, wasm.localSet(r)];
}

/** Exponents, biased, that are neither 0 nor the greatest: adding 1 to them never gives 0 or 1 in their bits. */
const isNormal = (format: LaneFormat): { readonly step: bigint; readonly mask: bigint } => ({
  step: 1n << BigInt(format.fractionBits),
  mask: ((1n << BigInt(format.exponentBits)) - 2n) << BigInt(format.fractionBits),
});
/** The same for exponents that are not 1 or next to the greatest either. */
const isWellInside = (format: LaneFormat): { readonly step: bigint; readonly mask: bigint } => ({
  step: 2n << BigInt(format.fractionBits),
  mask: ((1n << BigInt(format.exponentBits)) - 4n) << BigInt(format.fractionBits),
});

/** Whether all lanes of the operands are normal numbers, and of the result well inside of those. */
function plain(format: LaneFormat, result: Code, ...operands: readonly Code[]): Code {
  const { lanes } = format;
  const test = (x: Code, { step, mask }: { readonly step: bigint; readonly mask: bigint }): Code => [
    [x, integers(format, step), lanes.addBits],
    [integers(format, mask), simd.and, lanes.all],
  ];
  return [test(result, isWellInside(format)), operands.map((x) => [test(x, isNormal(format)), wasm.and])];
}

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
interface Helpers {
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

function addDiffersSingle(binary: WasmBinary): number {
  const [x, y, z] = [0, 1, 2].map((local) => widened(wasm.localGet(local))) as [
    readonly [Code, Code],
    readonly [Code, Code],
    readonly [Code, Code],
  ];
  const half = (i: 0 | 1): Code => [x[i], y[i], simd.f64x2.mul, z[i], simd.f64x2.notEqual];
  return binary.add(threeVectors, { locals: [], code: [half(0), half(1), simd.or, simd.any] });
}

function addDiffersDouble(binary: WasmBinary): number {
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

type Build = (format: LaneFormat, locals: Locals, helpers: Helpers) => Fast;

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
const IMMEDIATE = wasm.localGet(2);
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
const FAST: Partial<Record<OperationName, readonly [LaneFormat, Build]>> = {
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

// ── the functions ──

/** How an operand comes as the first parameter: its type, and how to have it in a vector and in memory. */
interface Passing {
  readonly type: ValueType;
  readonly toVector: Code;
  readonly toScratch: Code;
}

const SCRATCH = Address.sseScratch;
const PARAMETER = wasm.localGet(0);
const PASSING = {
  pointer: { type: 'i32', toVector: [PARAMETER, simd.load(0)], toScratch: [] },
  word: {
    type: 'i32',
    toVector: [PARAMETER, simd.splatI32],
    toScratch: [wasm.i32(0), PARAMETER, wasm.store32(SCRATCH)],
  },
  single: {
    type: 'f32',
    toVector: [PARAMETER, simd.splatF32],
    toScratch: [wasm.i32(0), PARAMETER, wasm.storeF32(SCRATCH)],
  },
  long: {
    type: 'i64',
    toVector: [PARAMETER, simd.splatI64],
    toScratch: [wasm.i32(0), PARAMETER, wasm.store64(SCRATCH)],
  },
  double: {
    type: 'f64',
    toVector: [PARAMETER, simd.splatF64],
    toScratch: [wasm.i32(0), PARAMETER, wasm.storeF64(SCRATCH)],
  },
} as const satisfies Readonly<Record<string, Passing>>;

/** How v86 passes an instruction's source: as in the types of its own functions. */
function passingOf({ name, bytes, source, destination }: Computing): Passing {
  if (bytes === 16) return PASSING.pointer;
  if (source === 'general' || name === 'cmpss') return PASSING.word;
  if (bytes === 4) return PASSING.single;
  return destination === 'general' ? PASSING.double : PASSING.long;
}

/** How many bytes of its destination an instruction writes. */
function writtenBytes({ name, bytes }: Computing): 4 | 8 | 16 {
  if (name === 'cvtps2pd' || bytes === 16) return 16;
  if (name === 'cvtss2sd') return 8;
  return name === 'cvtsd2ss' ? 4 : bytes;
}

function storeResult(instruction: Computing, { r, at }: Locals): Code {
  const result = wasm.localGet(r);
  if (instruction.destination === 'general') return [result, simd.lane32(0)];
  const destination = [wasm.localGet(at), result];
  switch (writtenBytes(instruction)) {
    case 4:
      return [destination, simd.storeLane32(Address.xmm, 0)];
    case 8:
      return [destination, simd.storeLane64(Address.xmm, 0)];
    case 16:
      return [destination, simd.store(Address.xmm)];
  }
}

const MASKED_AND_NEAREST = Mxcsr.masks;
const controlIsUsual: Code = [
  [wasm.wordAt(Address.mxcsr), wasm.i32(Mxcsr.masks | Mxcsr.rounding), wasm.and],
  [wasm.i32(MASKED_AND_NEAREST), wasm.eq],
];
const setPrecision: Code = wasm.storeWordAt(Address.mxcsr, [
  wasm.wordAt(Address.mxcsr),
  wasm.i32(Exception.precision),
  wasm.or,
]);

/** A scalar destination as a vector of equal lanes. */
function loadDestination({ bytes }: Computing, format: LaneFormat, at: number): Code {
  if (bytes === 16) return [wasm.localGet(at), simd.load(Address.xmm)];
  return format === SINGLE
    ? [wasm.localGet(at), wasm.loadF32(Address.xmm), simd.splatF32]
    : [wasm.localGet(at), wasm.loadF64(Address.xmm), simd.splatF64];
}

/** Of {@link plainScalar}: bits of two operands and a result, of both formats. */
const PLAIN_SCALAR_LOCALS = ['i32', 'i32', 'i32', 'i64', 'i64', 'i64'] as const;

/** The function that compiled code calls for an instruction. */
function bodyOf(instruction: Computing, helpers: Helpers): { signature: Signature; body: FunctionBody } {
  const passing = passingOf(instruction);
  const toGeneral = instruction.destination === 'general';
  const hasImmediate = instruction.name.startsWith('cmp');
  const parameters: ValueType[] = toGeneral
    ? [passing.type]
    : [passing.type, 'i32', ...(hasImmediate ? (['i32'] as const) : [])];
  const first = parameters.length;
  const locals: Locals = {
    a: first,
    b: first + 1,
    r: first + 2,
    t: first + 3,
    at: first + 4,
    needed: first + 5,
  };
  const fast = FAST[instruction.name];
  const usual = fast === undefined ? [] : usualCase(instruction, fast, locals, helpers, passing);
  const ask: Code = [
    passing.toScratch,
    wasm.i32(numberOfOperation(instruction.name)),
    toGeneral ? wasm.i32(0) : wasm.localGet(1),
    hasImmediate ? IMMEDIATE : wasm.i32(0),
    wasm.call(helpers.ask),
    wasm.drop,
  ];
  return {
    signature: { parameters, results: toGeneral ? ['i32'] : [] },
    body: {
      locals: ['v128', 'v128', 'v128', 'v128', 'i32', 'i32', ...PLAIN_SCALAR_LOCALS],
      code: [plainScalar(instruction, passing, first + 6), usual, ask, toGeneral ? wasm.wordAt(SCRATCH) : []],
    },
  };
}

/** Code that returns, unless the host's arithmetic is not enough. */
function usualCase(
  instruction: Computing,
  [format, build]: readonly [LaneFormat, Build],
  locals: Locals,
  helpers: Helpers,
  passing: Passing,
): Code {
  const { a, b, at } = locals;
  const fast = build(format, locals, helpers);
  const load: Code =
    instruction.destination === 'general'
      ? []
      : [
          [wasm.localGet(1), wasm.i32(4), wasm.shl, wasm.localSet(at)],
          [loadDestination(instruction, format, at), wasm.localSet(a)],
        ];
  return [
    wasm.block,
    [controlIsUsual, wasm.eqz, wasm.branchIf(0)],
    load,
    [passing.toVector, wasm.localSet(b)],
    fast.compute,
    giveUpIf(fast.doubtful, 0),
    [fast.plain ?? wasm.i32(0), wasm.eqz, wasm.ifThen],
    [specialCases(fast, locals), wasm.end],
    precision(fast),
    storeResult(instruction, locals),
    wasm.ret,
    wasm.end,
  ];
}

/** Leaves the block `depth` further out where lanes are not zero. */
const giveUpIf = (lanes: Code | undefined, depth: number): Code =>
  lanes === undefined ? [] : [lanes, simd.any, wasm.branchIf(depth)];

/** Gives up if there are exceptions that have an effect; where an operand is special, precision is taken for one that is possible. */
function specialCases({ special = [], correctNaNs = [] }: Fast, { needed }: Locals): Code {
  if (special.length === 0) return [];
  const collect = special.map(({ lanes, harmlessWith }, i): Code => {
    const bits = wasm.i32(harmlessWith | Exception.precision);
    const these: Code = [bits, wasm.i32(0), lanes, simd.any, wasm.select];
    return i === 0 ? these : [these, wasm.or];
  });
  const harmless: Code = [wasm.wordAt(Address.mxcsr), wasm.i32(KEEPS_DENORMALS | KEEPS_TINY), wasm.xor];
  return [
    [collect, wasm.localSet(needed)],
    [wasm.localGet(needed), harmless, wasm.localGet(needed), wasm.and, wasm.ne, wasm.branchIf(1)],
    correctNaNs,
  ];
}

/** Sets the precision flag, unless it is, where the result is inexact. */
function precision({ exactnessDoubtful, inexact }: Fast): Code {
  if (inexact === undefined) return [];
  return [
    [has(wasm.byteAt(Address.mxcsr), Exception.precision), wasm.eqz, wasm.ifThen],
    giveUpIf(exactnessDoubtful, 1),
    [inexact, wasm.ifThen, setPrecision, wasm.end],
    wasm.end,
  ];
}

/** Arithmetic on numbers themselves, not vectors. */
interface Scalar {
  readonly type: 'f32' | 'f64';
  readonly bits: 'i32' | 'i64';
  readonly load: (offset: number) => Code;
  readonly store: (offset: number) => Code;
  readonly toBits: Code;
  readonly toNumber: Code;
  readonly addBits: Code;
  readonly and: Code;
  readonly isZero: Code;
  readonly operations: Readonly<Record<string, Code>>;
}

const SCALARS: Readonly<Record<4 | 8, Scalar>> = {
  4: {
    type: 'f32',
    bits: 'i32',
    load: wasm.load32,
    store: wasm.store32,
    toBits: [0xbc],
    toNumber: [0xbe],
    addBits: wasm.add,
    and: wasm.and,
    isZero: wasm.eqz,
    operations: { addss: [0x92], subss: [0x93], mulss: [0x94], divss: [0x95] },
  },
  8: {
    type: 'f64',
    bits: 'i64',
    load: wasm.load64,
    store: wasm.store64,
    toBits: [0xbd],
    toNumber: [0xbf],
    addBits: [0x7c],
    and: [0x83],
    isZero: [0x50],
    operations: { addsd: [0xa0], subsd: [0xa1], mulsd: [0xa2], divsd: [0xa3] },
  },
};

/** The first try of a scalar sum, product or quotient: precision flag set, operands normal numbers, result well inside of those. */
function plainScalar({ name, bytes }: Computing, passing: Passing, first: number): Code {
  const scalar = SCALARS[bytes === 4 ? 4 : 8];
  const operation = scalar.operations[name];
  if (operation === undefined) return [];
  const format = bytes === 4 ? SINGLE : DOUBLE;
  const [x, y, z] = bytes === 4 ? [first, first + 1, first + 2] : [first + 3, first + 4, first + 5];
  const giveUpUnless = (
    value: number,
    { step, mask }: { readonly step: bigint; readonly mask: bigint },
  ): Code => [
    [wasm.localGet(value), integer(format, step), scalar.addBits],
    [integer(format, mask), scalar.and, scalar.isZero, wasm.branchIf(0)],
  ];
  const at: Code = [wasm.localGet(1), wasm.i32(4), wasm.shl];
  return [
    wasm.block,
    [has(wasm.wordAt(Address.mxcsr), Mxcsr.masks | Mxcsr.rounding | Exception.precision)],
    [wasm.i32(Mxcsr.masks | Exception.precision), wasm.ne, wasm.branchIf(0)],
    [at, scalar.load(Address.xmm), wasm.localTee(x), scalar.toNumber],
    [PARAMETER, passing.type === scalar.type ? scalar.toBits : []],
    [wasm.localTee(y), scalar.toNumber, operation, scalar.toBits, wasm.localSet(z)],
    giveUpUnless(x, isNormal(format)),
    giveUpUnless(y, isNormal(format)),
    giveUpUnless(z, isWellInside(format)),
    [at, wasm.localGet(z), scalar.store(Address.xmm), wasm.ret],
    wasm.end,
  ];
}

/**
 * COMISS and its kin: v86's own comparison, which is right but for MXCSR; that is looked after where an operand is denormal or a NaN.
 */
function comparing(
  instruction: Computing,
  helpers: Helpers,
  original: number,
): { signature: Signature; body: FunctionBody } {
  const passing = passingOf(instruction);
  const format = instruction.bytes === 4 ? SINGLE : DOUBLE;
  const [a, b, at] = [2, 3, 4];
  const [x, y] = [wasm.localGet(a), wasm.localGet(b)];
  const doubtful = either(isDenormal(format, x), isDenormal(format, y), isNaN(format, x), isNaN(format, y));
  return {
    signature: { parameters: [passing.type, 'i32'], results: [] },
    body: {
      locals: ['v128', 'v128', 'i32'],
      code: [
        [wasm.localGet(1), wasm.i32(4), wasm.shl, wasm.localSet(at)],
        [loadDestination(instruction, format, at), wasm.localSet(a)],
        [passing.toVector, wasm.localSet(b)],
        [doubtful, simd.any, wasm.ifThen],
        passing.toScratch,
        [wasm.i32(numberOfOperation(instruction.name)), wasm.localGet(1), wasm.i32(0)],
        [wasm.call(helpers.ask), wasm.drop],
        wasm.otherwise,
        [wasm.localGet(0), wasm.localGet(1), wasm.call(original)],
        wasm.end,
      ],
    },
  };
}

/** A function that does an instruction, for who calls it from WebAssembly. */
export interface SseFunction {
  readonly index: number;
  readonly instruction: Computing;
  readonly signature: Signature;
}

/**
 * Adds the functions and gives them v86's names, by which compiled code calls them. `ask` is a function (operation, register,
 * immediate) that does what is not usual; `comparisons` are v86's own COMISS and COMISD.
 */
export function addSseFunctions(
  binary: WasmBinary,
  ask: number,
  comparisons: { readonly single: number; readonly double: number },
): SseFunction[] {
  const helpers = {
    differsSingle: addDiffersSingle(binary),
    differsDouble: addDiffersDouble(binary),
    ask,
  };
  return [...COMPUTING.values()].flatMap((instruction) => {
    const { exported } = instruction;
    if (exported === undefined) return [];
    const original = instruction.bytes === 4 ? comparisons.single : comparisons.double;
    const { signature, body } =
      instruction.destination === 'flags'
        ? comparing(instruction, helpers, original)
        : bodyOf(instruction, helpers);
    const index = binary.add(signature, body);
    binary.redirectExport(exported, index);
    return [{ index, instruction, signature }];
  });
}
