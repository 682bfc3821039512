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
import { Address } from './internals.ts';
import { type LaneFormat, SINGLE, DOUBLE, either, isDenormal, isNaN, integer } from './sse-lanes.ts';
import {
  type Locals,
  type Fast,
  KEEPS_DENORMALS,
  KEEPS_TINY,
  isNormal,
  isWellInside,
} from './sse-exceptions.ts';
import {
  type Helpers,
  addDiffersSingle,
  addDiffersDouble,
  type Build,
  IMMEDIATE,
  FAST,
} from './sse-arithmetic.ts';
import { COMPUTING, type Computing, numberOfOperation } from './sse-opcodes.ts';
import { has } from './sse-state.ts';
import type { FunctionBody, Signature, ValueType, WasmBinary } from './wasm-binary.ts';
import * as wasm from './wasm-code.ts';
import type { Code } from './wasm-code.ts';
import * as simd from './wasm-simd.ts';

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
