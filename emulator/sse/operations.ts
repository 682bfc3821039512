/**
 * The instructions of SSE to SSE3 that compute with floating point numbers, each as a function of whole operands.
 *
 * An operand is the 128 bits of a register, or as many of memory as the instruction reads; a result is what the destination holds
 * then, which is a register of 128, 64 or 32 bits. Pure functions. The numbers of the operations are this project's own.
 * Source: Intel SDM volume 2.
 */

import { reciprocal, reciprocalRoot } from './approximate.ts';
import { add, type Binary, divide, multiply, squareRoot, subtract, type Unary } from './arithmetic.ts';
import { compare, compareBy, maximum, minimum } from './compare.ts';
import { fromInteger, toFormat, toInteger, toIntegerTruncated } from './convert.ts';
import { type Environment, environmentOf, report } from './mxcsr.ts';
import { DOUBLE, type Format, type Rounded, SINGLE } from './number.ts';

type Operation = (
  destination: bigint,
  source: bigint,
  environment: Environment,
  immediate: number,
) => Rounded;

const INTEGER_WIDTH = 32;
const REGISTER_WIDTH = 128;

const lane = (vector: bigint, index: number, width: number): bigint =>
  BigInt.asUintN(width, vector >> BigInt(index * width));

/** Lanes put together, the first one lowest, with the exceptions of all. */
function joined(lanes: readonly Rounded[], width: number): Rounded {
  let bits = 0n;
  let exceptions = 0;
  for (const [index, one] of lanes.entries()) {
    bits |= one.bits << BigInt(index * width);
    exceptions |= one.exceptions;
  }
  return { bits, exceptions };
}

/** The lowest lane computed, the others as they are in the destination. */
function lowest(destination: bigint, { bits, exceptions }: Rounded, width: number): Rounded {
  const rest = (destination >> BigInt(width)) << BigInt(width);
  return { bits: rest | bits, exceptions };
}

const lanesOf = (width: number): readonly number[] =>
  Array.from({ length: REGISTER_WIDTH / width }, (_, i) => i);

/** All four forms of an operation on pairs of numbers: packed and scalar, single and double. */
function forms(operation: (immediate: number) => Binary) {
  const packed =
    (format: Format): Operation =>
    (destination, source, environment, immediate) => {
      const of = operation(immediate);
      const { width } = format;
      const results = lanesOf(width).map((i) =>
        of(lane(destination, i, width), lane(source, i, width), format, environment),
      );
      return joined(results, width);
    };
  const scalar =
    (format: Format): Operation =>
    (destination, source, environment, immediate) => {
      const { width } = format;
      const first = lane(destination, 0, width);
      const result = operation(immediate)(first, lane(source, 0, width), format, environment);
      return lowest(destination, result, width);
    };
  return { ps: packed(SINGLE), pd: packed(DOUBLE), ss: scalar(SINGLE), sd: scalar(DOUBLE) };
}

const binaryForms = (operation: Binary) => forms(() => operation);
const unaryForms = (operation: Unary) =>
  forms(() => (_first, second, format, environment) => operation(second, format, environment));
const approximationForms = (approximate: (bits: bigint) => bigint) =>
  forms(() => (_first, second) => ({ bits: approximate(second), exceptions: 0 }));

/** Neighbours within each operand: results of the destination's in the lower half, of the source's in the upper. */
const horizontal =
  (operation: Binary, format: Format): Operation =>
  (destination, source, environment) => {
    const { width } = format;
    const pairs = lanesOf(width).slice(0, REGISTER_WIDTH / width / 2);
    const results = [destination, source].flatMap((vector) =>
      pairs.map((i) =>
        operation(lane(vector, 2 * i, width), lane(vector, 2 * i + 1, width), format, environment),
      ),
    );
    return joined(results, width);
  };

/** Differences in even lanes, sums in odd ones. */
const alternating =
  (format: Format): Operation =>
  (destination, source, environment) => {
    const { width } = format;
    const results = lanesOf(width).map((i) =>
      (i % 2 === 0 ? subtract : add)(
        lane(destination, i, width),
        lane(source, i, width),
        format,
        environment,
      ),
    );
    return joined(results, width);
  };

type Conversion = (bits: bigint, environment: Environment) => Rounded;

/** The first `count` lanes of the source converted; what lies above them in the destination is zero. */
const converted =
  (convert: Conversion, fromWidth: number, toWidth: number, count: number): Operation =>
  (_destination, source, environment) => {
    const results = lanesOf(fromWidth)
      .slice(0, count)
      .map((i) => convert(lane(source, i, fromWidth), environment));
    return joined(results, toWidth);
  };

/** The lowest lane of the source converted into the lowest one of the destination. */
const convertedLowest =
  (convert: Conversion, fromWidth: number, toWidth: number): Operation =>
  (destination, source, environment) =>
    lowest(destination, convert(lane(source, 0, fromWidth), environment), toWidth);

/** Two integers converted into the lower half of the destination, or all of it. */
const convertedPair =
  (format: Format): Operation =>
  (destination, source, environment) => {
    const results = [0, 1].map((i) => fromInteger(lane(source, i, INTEGER_WIDTH), format, environment));
    return lowest(destination, joined(results, format.width), 2 * format.width);
  };

const integer =
  (format: Format): Conversion =>
  (bits, environment) =>
    toInteger(bits, format, environment);
const truncated =
  (format: Format): Conversion =>
  (bits, environment) =>
    toIntegerTruncated(bits, format, environment);
const number =
  (format: Format): Conversion =>
  (bits, environment) =>
    fromInteger(bits, format, environment);
const narrowed: Conversion = (bits, environment) => toFormat(bits, DOUBLE, SINGLE, environment);
const widened: Conversion = (bits, environment) => toFormat(bits, SINGLE, DOUBLE, environment);

/** What COMISS and its kin leave in the status flags: CF, PF and ZF. */
const STATUS = { less: 0x01n, greater: 0x00n, equal: 0x40n, unordered: 0x45n } as const;

const ordered =
  (quietly: boolean, format: Format): Operation =>
  (destination, source, environment) => {
    const { width } = format;
    const first = lane(destination, 0, width);
    const { order, exceptions } = compare(first, lane(source, 0, width), quietly, format, environment);
    return { bits: STATUS[order], exceptions };
  };

const [sqrt, rsqrt, rcp] = [
  unaryForms(squareRoot),
  approximationForms(reciprocalRoot),
  approximationForms(reciprocal),
];
const [sums, products, differences, quotients, minima, maxima, comparisons] = [
  binaryForms(add),
  binaryForms(multiply),
  binaryForms(subtract),
  binaryForms(divide),
  binaryForms(minimum),
  binaryForms(maximum),
  forms(compareBy),
];

/** Every operation by its mnemonic. Those into general registers give 32 bits, into MMX registers 64, compares the status flags. */
export const OPERATIONS = {
  sqrtps: sqrt.ps,
  sqrtpd: sqrt.pd,
  sqrtss: sqrt.ss,
  sqrtsd: sqrt.sd,
  rsqrtps: rsqrt.ps,
  rsqrtss: rsqrt.ss,
  rcpps: rcp.ps,
  rcpss: rcp.ss,
  addps: sums.ps,
  addpd: sums.pd,
  addss: sums.ss,
  addsd: sums.sd,
  mulps: products.ps,
  mulpd: products.pd,
  mulss: products.ss,
  mulsd: products.sd,
  subps: differences.ps,
  subpd: differences.pd,
  subss: differences.ss,
  subsd: differences.sd,
  divps: quotients.ps,
  divpd: quotients.pd,
  divss: quotients.ss,
  divsd: quotients.sd,
  minps: minima.ps,
  minpd: minima.pd,
  minss: minima.ss,
  minsd: minima.sd,
  maxps: maxima.ps,
  maxpd: maxima.pd,
  maxss: maxima.ss,
  maxsd: maxima.sd,
  cmpps: comparisons.ps,
  cmppd: comparisons.pd,
  cmpss: comparisons.ss,
  cmpsd: comparisons.sd,
  comiss: ordered(false, SINGLE),
  comisd: ordered(false, DOUBLE),
  ucomiss: ordered(true, SINGLE),
  ucomisd: ordered(true, DOUBLE),
  haddps: horizontal(add, SINGLE),
  haddpd: horizontal(add, DOUBLE),
  hsubps: horizontal(subtract, SINGLE),
  hsubpd: horizontal(subtract, DOUBLE),
  addsubps: alternating(SINGLE),
  addsubpd: alternating(DOUBLE),
  cvtps2pd: converted(widened, 32, 64, 2),
  cvtss2sd: convertedLowest(widened, 32, 64),
  cvtpd2ps: converted(narrowed, 64, 32, 2),
  cvtsd2ss: convertedLowest(narrowed, 64, 32),
  cvtdq2ps: converted(number(SINGLE), 32, 32, 4),
  cvtdq2pd: converted(number(DOUBLE), 32, 64, 2),
  cvtps2dq: converted(integer(SINGLE), 32, 32, 4),
  cvttps2dq: converted(truncated(SINGLE), 32, 32, 4),
  cvtpd2dq: converted(integer(DOUBLE), 64, 32, 2),
  cvttpd2dq: converted(truncated(DOUBLE), 64, 32, 2),
  cvtsi2ss: convertedLowest(number(SINGLE), 32, 32),
  cvtsi2sd: convertedLowest(number(DOUBLE), 32, 64),
  cvtss2si: converted(integer(SINGLE), 32, 32, 1),
  cvttss2si: converted(truncated(SINGLE), 32, 32, 1),
  cvtsd2si: converted(integer(DOUBLE), 64, 32, 1),
  cvttsd2si: converted(truncated(DOUBLE), 64, 32, 1),
  cvtpi2ps: convertedPair(SINGLE),
  cvtpi2pd: convertedPair(DOUBLE),
  cvtps2pi: converted(integer(SINGLE), 32, 32, 2),
  cvttps2pi: converted(truncated(SINGLE), 32, 32, 2),
  cvtpd2pi: converted(integer(DOUBLE), 64, 32, 2),
  cvttpd2pi: converted(truncated(DOUBLE), 64, 32, 2),
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;

/** What an instruction leaves: MXCSR in any case, and a result unless an exception is raised. */
export interface Outcome {
  readonly mxcsr: number;
  readonly result: bigint | undefined;
}

export function perform(
  name: OperationName,
  destination: bigint,
  source: bigint,
  mxcsr: number,
  immediate = 0,
): Outcome {
  const { bits, exceptions } = OPERATIONS[name](destination, source, environmentOf(mxcsr), immediate);
  const after = report(mxcsr, exceptions);
  return { mxcsr: after.mxcsr, result: after.raised ? undefined : bits };
}
