/**
 * The functions that compiled code calls for SSE's floating point: the host's own arithmetic where nothing about it is special.
 *
 * WebAssembly rounds to nearest, knows no flags and no exceptions. That is all it takes while MXCSR asks for that rounding and masks
 * all exceptions, operands are neither denormal nor NaN or infinite, and the result is in range: only the precision exception is
 * left, whose flag stays set in nearly every program once anything was inexact. While it is not set, exactness is found out by the
 * error of a sum (Knuth) or a product (Dekker), which those operands allow to compute. All else goes to the functions of
 * {@link ../sse/operations.ts}. A scalar is computed as a vector of equal lanes.
 *
 * What must hold: no exception is unmasked. Compiled code is left before, and the interpreter asks for itself.
 */

import { Exception, Mxcsr } from '../sse/mxcsr.ts';
import type { OperationName } from '../sse/operations.ts';
import { Address } from './internals.ts';
import { COMPUTING, type Computing, numberOfOperation } from './sse-opcodes.ts';
import type { FunctionBody, Signature, ValueType, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import * as simd from './wasm-simd.ts';

/** A format as lanes of a vector: its arithmetic, and what its numbers are like. */
interface LaneFormat {
  readonly lanes: simd.Lanes;
  readonly bytes: 4 | 8;
  readonly least: number;
}

const SINGLE: LaneFormat = { lanes: simd.f32x4, bytes: 4, least: 2 ** -126 };
const DOUBLE: LaneFormat = { lanes: simd.f64x2, bytes: 8, least: 2 ** -1022 };

/** The same number in each lane. */
function all({ bytes }: LaneFormat, value: number): Code {
  const view = new DataView(new ArrayBuffer(16));
  for (let at = 0; at < 16; at += bytes) {
    if (bytes === 4) view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  }
  return simd.constant(new Uint8Array(view.buffer));
}

/** Sign bits in the lanes for which `marked` holds. */
function signs({ bytes }: LaneFormat, marked: (lane: number) => boolean): Code {
  const mask = new Uint8Array(16);
  for (let lane = 0; lane < 16 / bytes; lane++) if (marked(lane)) mask[lane * bytes + bytes - 1] = 0x80;
  return simd.constant(mask);
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
const isNotFinite = (format: LaneFormat, x: Code): Code => isNotBelow(format, x, Infinity);

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
}

/** How an operation is done in the usual case. */
interface Fast {
  /** Computes the result and leaves it in `r`. */
  readonly compute: Code;
  /** Lanes about which something is special. */
  readonly doubtful?: Code;
  /** What else is doubtful while the precision flag is not set. */
  readonly exactnessDoubtful?: Code;
  /** Leaves not zero where the result is inexact; nothing is ever if not given. */
  readonly inexact?: Code;
}

/** Whether the sum of two vectors, which is in `r`, is not exact: Knuth's error of it is not zero. */
function sumInexact({ lanes }: LaneFormat, a: Code, b: Code, { r, t }: Locals): Code {
  const [sum, virtual] = [wasm.localGet(r), wasm.localGet(t)];
  return [
    [sum, a, lanes.sub, wasm.localSet(t)],
    [a, sum, virtual, lanes.sub, lanes.sub],
    [b, virtual, lanes.sub],
    [lanes.add, ZERO, lanes.notEqual, simd.any],
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

/** The sum or difference of two vectors that are computed first. */
const sumOf =
  (operands: (format: LaneFormat, a: Code, b: Code) => readonly [Code, Code]): Build =>
  (format, locals) => {
    const { lanes } = format;
    const { a, b, r } = locals;
    const [first, second] = operands(format, wasm.localGet(a), wasm.localGet(b));
    const [x, y, sum] = [wasm.localGet(a), wasm.localGet(b), wasm.localGet(r)];
    return {
      compute: [
        [first, second, wasm.localSet(b), wasm.localSet(a)],
        [x, y, lanes.add, wasm.localSet(r)],
      ],
      doubtful: either(
        isDenormal(format, x),
        isDenormal(format, y),
        isDenormal(format, sum),
        isNotFinite(format, sum),
      ),
      inexact: sumInexact(format, x, y, locals),
    };
  };

const negated = (format: LaneFormat, x: Code, marked: (lane: number) => boolean): Code => [
  x,
  signs(format, marked),
  simd.xor,
];
const always = (): boolean => true;
const inEven = (lane: number): boolean => lane % 2 === 0;
const inOdd = (lane: number): boolean => lane % 2 === 1;
/** The lanes of two vectors for which `picked` holds, those of the first one lowest. */
function picked({ bytes }: LaneFormat, a: Code, b: Code, wanted: (lane: number) => boolean): Code {
  const lanes = Array.from({ length: 32 / bytes }, (_, lane) => lane).filter(wanted);
  const numbers = lanes.flatMap((lane) => Array.from({ length: bytes }, (_, i) => lane * bytes + i));
  return [a, b, simd.shuffle(numbers)];
}

const add = sumOf((_format, a, b) => [a, b]);
const subtract = sumOf((format, a, b) => [a, negated(format, b, always)]);
const horizontalAdd = sumOf((format, a, b) => [picked(format, a, b, inEven), picked(format, a, b, inOdd)]);
const horizontalSubtract = sumOf((format, a, b) => [
  picked(format, a, b, inEven),
  negated(format, picked(format, a, b, inOdd), always),
]);

const multiply: Build = (format, { a, b, r }, helpers) => {
  const [x, y, z] = [wasm.localGet(a), wasm.localGet(b), wasm.localGet(r)];
  return {
    compute: [x, y, format.lanes.mul, wasm.localSet(r)],
    doubtful: either(
      isDenormal(format, x),
      isDenormal(format, y),
      isNotFinite(format, z),
      both(isUpTo(format, z, format.least), isNotZero(format, x), isNotZero(format, y)),
    ),
    ...product(format, x, y, z, helpers),
  };
};

const divide: Build = (format, { a, b, r }, helpers) => {
  const [x, y, z] = [wasm.localGet(a), wasm.localGet(b), wasm.localGet(r)];
  return {
    compute: [x, y, format.lanes.div, wasm.localSet(r)],
    doubtful: either(
      isDenormal(format, x),
      isDenormal(format, y),
      isNotFinite(format, y),
      isNotFinite(format, z),
      both(isUpTo(format, z, format.least), isNotZero(format, x)),
    ),
    ...product(format, z, y, x, helpers),
  };
};

const squareRoot: Build = (format, { b, r }, helpers) => {
  const [y, z] = [wasm.localGet(b), wasm.localGet(r)];
  return {
    compute: [y, format.lanes.squareRoot, wasm.localSet(r)],
    doubtful: either(isDenormal(format, y), isNotFinite(format, z)),
    ...product(format, z, z, y, helpers),
  };
};

/** One of two operands by a comparison, or what a comparison itself gives: never inexact. */
const ordered =
  (compute: (format: LaneFormat, a: Code, b: Code) => Code): Build =>
  (format, { a, b, r }) => {
    const [x, y] = [wasm.localGet(a), wasm.localGet(b)];
    return {
      compute: [compute(format, x, y), wasm.localSet(r)],
      doubtful: either(isDenormal(format, x), isDenormal(format, y), isNaN(format, x), isNaN(format, y)),
    };
  };

const minimum = ordered(({ lanes }, a, b) => [a, b, a, b, lanes.less, simd.select]);
const maximum = ordered(({ lanes }, a, b) => [a, b, b, a, lanes.less, simd.select]);

/** The predicate is the last parameter; of numbers that are no NaN, the upper four are the opposites of the lower ones. */
const IMMEDIATE = wasm.localGet(2);
const compare = ordered(({ lanes }, a, b) => {
  const lower = (number: number): Code => [
    [IMMEDIATE, wasm.i32(3), wasm.and, wasm.i32(number), wasm.eq, wasm.i32(31), wasm.shl],
    [wasm.i32(31), wasm.shrSigned, simd.splatI32],
  ];
  return [
    [a, b, lanes.equal, lower(0), simd.and],
    [a, b, lanes.less, lower(1), simd.and, simd.or],
    [a, b, lanes.lessOrEqual, lower(2), simd.and, simd.or],
    [IMMEDIATE, wasm.i32(29), wasm.shl, wasm.i32(31), wasm.shrSigned, simd.splatI32, simd.xor],
  ];
});

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

/** The function that compiled code calls for an instruction. */
function bodyOf(instruction: Computing, helpers: Helpers): { signature: Signature; body: FunctionBody } {
  const passing = passingOf(instruction);
  const toGeneral = instruction.destination === 'general';
  const hasImmediate = instruction.name.startsWith('cmp');
  const parameters: ValueType[] = toGeneral
    ? [passing.type]
    : [passing.type, 'i32', ...(hasImmediate ? (['i32'] as const) : [])];
  const first = parameters.length;
  const locals: Locals = { a: first, b: first + 1, r: first + 2, t: first + 3, at: first + 4 };
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
      locals: ['v128', 'v128', 'v128', 'v128', 'i32'],
      code: [usual, ask, toGeneral ? wasm.wordAt(SCRATCH) : []],
    },
  };
}

/** Code that returns, unless something is special. */
function usualCase(
  instruction: Computing,
  [format, build]: readonly [LaneFormat, Build],
  locals: Locals,
  helpers: Helpers,
  passing: Passing,
): Code {
  const { a, b, at } = locals;
  const { compute, doubtful, exactnessDoubtful, inexact } = build(format, locals, helpers);
  const giveUpIf = (condition: Code | undefined, depth: number): Code =>
    condition === undefined ? [] : [condition, simd.any, wasm.branchIf(depth)];
  const load: Code =
    instruction.destination === 'general'
      ? []
      : [
          [wasm.localGet(1), wasm.i32(4), wasm.shl, wasm.localSet(at)],
          [loadDestination(instruction, format, at), wasm.localSet(a)],
        ];
  const precision: Code =
    inexact === undefined
      ? []
      : [
          [wasm.byteAt(Address.mxcsr), wasm.i32(Exception.precision), wasm.and, wasm.eqz],
          wasm.ifThen,
          giveUpIf(exactnessDoubtful, 1),
          [inexact, wasm.ifThen, setPrecision, wasm.end],
          wasm.end,
        ];
  return [
    wasm.block,
    [controlIsUsual, wasm.eqz, wasm.branchIf(0)],
    load,
    [passing.toVector, wasm.localSet(b)],
    compute,
    giveUpIf(doubtful, 0),
    precision,
    storeResult(instruction, locals),
    wasm.ret,
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
