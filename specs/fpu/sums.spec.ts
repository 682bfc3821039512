/**
 * The sums that the x87's sines, arc tangents, logarithms and powers of two come from, beside the same functions computed here by plain
 * series in 420 bits. They agree in far more bits than a register has, so that both round to the same number.
 */
import { describe, expect, it } from 'vitest';
import { bitLength } from '../../emulator/fpu/extended.ts';
import * as sums from '../../emulator/fpu/fixed.ts';
import { wide, type Wide } from '../../emulator/fpu/wide.ts';
import { randomNumbers } from '../support/random.ts';

const BITS = 420;
const UNIT = 1n << BigInt(BITS);
/** Of each function, numbers of every magnitude from two to the minus 60 up. */
const NUMBERS = 300;
/** Bits in which a sum must agree: as many as a number of `wide.ts` keeps, less what some roundings cost. */
const AGREE = 138;

const scaled = ({ integer, exponent }: Wide): bigint =>
  exponent + BITS >= 0 ? integer << BigInt(exponent + BITS) : integer >> BigInt(-exponent - BITS);

/** `first`, and each further term from the one before it, until they vanish. */
function seriesOf(first: bigint, next: (term: bigint, n: number) => bigint): bigint {
  let sum = 0n;
  for (let term = first, n = 1; term !== 0n && term !== -1n; term = next(term, n++)) sum += term;
  return sum;
}

const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(BITS);

/** Terms of an odd function: a power of `x` over what `divisor` says. */
function overOddNumbers(x: bigint, sign: bigint): bigint {
  let power = x;
  let sum = 0n;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = sign * times(times(power, x), x);
  }
  return sum;
}

const LOG_2 = 2n * overOddNumbers(UNIT / 3n, 1n);

const PLAIN: Readonly<Record<keyof typeof sums, (x: bigint) => bigint>> = {
  sine: (x) => seriesOf(x, (term, n) => -times(times(term, x), x) / BigInt(2 * n * (2 * n + 1))),
  cosine: (x) => seriesOf(UNIT, (term, n) => -times(times(term, x), x) / BigInt((2 * n - 1) * 2 * n)),
  // halved first, because the series hardly ends near 1
  arcTangent: (x) => {
    const root = squareRoot(UNIT * UNIT + x * x);
    return 2n * overOddNumbers((x * UNIT) / (UNIT + root), -1n);
  },
  log2OfOneMore: (d) => (2n * overOddNumbers((d * UNIT) / (2n * UNIT + d), 1n) * UNIT) / LOG_2,
  powerOfTwoLessOne: (x) => {
    const t = times(x, LOG_2);
    return seriesOf(t, (term, n) => times(term, t) / BigInt(n + 1));
  },
};

function squareRoot(square: bigint): bigint {
  let root = 1n << BigInt((bitLength(square) + 1) >> 1);
  for (;;) {
    const better = (root + square / root) >> 1n;
    if (better >= root) return root;
    root = better;
  }
}

/** Exponents of the largest arguments, and whether arguments can be below zero. */
const RANGES: Readonly<Record<keyof typeof sums, { below: number; signed: boolean }>> = {
  sine: { below: -1, signed: true },
  cosine: { below: -1, signed: true },
  arcTangent: { below: 0, signed: false },
  log2OfOneMore: { below: -1, signed: true },
  powerOfTwoLessOne: { below: 0, signed: true },
};

describe.each(Object.keys(PLAIN) as (keyof typeof sums)[])('%s', (name) => {
  it(`agrees with its series in ${AGREE} bits`, () => {
    const random = randomNumbers(14);
    const { below, signed } = RANGES[name];
    for (let i = 0; i < NUMBERS; i++) {
      const significand = (1n << 63n) | (BigInt(random(2 ** 31)) << 32n) | BigInt(random(2 ** 31));
      const x = wide(signed && i % 2 === 1 ? -significand : significand, below - 64 - (i % 60));
      const expected = PLAIN[name](scaled(x));
      const difference = scaled(sums[name](x)) - expected;
      const magnitude = (number: bigint): bigint => (number < 0n ? -number : number);
      expect(magnitude(difference) << BigInt(AGREE), `${name} of ${x.integer} 2^${x.exponent}`).toBeLessThan(
        magnitude(expected),
      );
    }
  });
});
