/** Vectors from a seed: every instruction, with operands that are likely to show a difference. */

import { BIAS, type Extended, EXPONENT, extended, INTEGER } from '../../emulator/fpu/extended.ts';
import type { Vector } from './vectors.ts';

/** A linear congruential generator of 48 bits. */
export class Random {
  #state: bigint;
  constructor(seed: number) {
    this.#state = BigInt(seed) ^ 0x5deece66dn;
  }
  bits(count: number): number {
    this.#state = (this.#state * 0x5deece66dn + 0xbn) & 0xffff_ffff_ffffn;
    return Number(this.#state >> BigInt(48 - count));
  }
  below(limit: number): number {
    return Math.floor((this.bits(32) / 2 ** 32) * limit);
  }
  pick<T>(from: readonly T[]): T {
    const one = from[this.below(from.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }
}

const SIGNIFICANDS = [
  0n,
  1n,
  INTEGER,
  INTEGER | 1n,
  INTEGER - 1n,
  2n * INTEGER - 1n,
  3n << 62n,
  0xa000000000000000n,
  1n << 62n,
  0xfffffffffffffbffn,
  0xfffffffffffffc00n,
  0xffffff7fffffffffn,
  0x8000000000000400n,
  0x8000008000000000n,
  0xb504f333f9de6484n,
  0xc90fdaa22168c235n,
] as const;
const EXPONENTS = [
  0,
  1,
  2,
  BIAS - 1,
  BIAS,
  BIAS + 1,
  BIAS + 62,
  BIAS + 63,
  BIAS + 64,
  EXPONENT - 1,
  EXPONENT,
] as const;

function significand(random: Random): bigint {
  const any = (BigInt(random.bits(32)) << 32n) | BigInt(random.bits(32));
  switch (random.below(6)) {
    case 0:
      return random.pick(SIGNIFICANDS);
    case 1:
      return ((any << BigInt(random.below(64))) & (2n * INTEGER - 1n)) | INTEGER;
    case 2:
      return any;
    default:
      return any | INTEGER;
  }
}

/** A number of any kind; most often one whose exponent is near that of 1. */
export function anyNumber(random: Random): Extended {
  const sign = random.bits(1) << 15;
  switch (random.below(8)) {
    case 0:
      return extended(sign | random.pick(EXPONENTS), significand(random));
    case 1:
      return extended(sign | random.bits(15), significand(random) | INTEGER);
    case 2: {
      // an integer
      const value = BigInt(random.bits(random.below(32) + 1));
      return value === 0n ? extended(sign, 0n) : normalized(sign, value);
    }
    case 3:
      return extended(sign | (BIAS + random.below(140) - 70), significand(random) | INTEGER);
    case 4:
      return extended(
        sign | random.pick([0, 0, 1, EXPONENT]),
        random.pick([0n, INTEGER, 3n << 62n, INTEGER | 1n, 1n]),
      );
    default:
      return extended(sign | (BIAS + random.below(8) - 4), significand(random) | INTEGER);
  }
}

function normalized(sign: number, value: bigint): Extended {
  const shift = 64 - value.toString(2).length;
  return extended(sign | (BIAS + 63 - shift), value << BigInt(shift));
}

const SCALES = [-1074, -1022, -149, -126, 127, 128, 1023, 1024, 16, 32, 64] as const;

/** ST0 and ST1, often related. */
function operands(random: Random): [Extended, Extended] {
  const a = anyNumber(random);
  const near = random.below(6);
  const exponent = a.head & EXPONENT;
  if (near === 0 && exponent > 80) {
    return [
      a,
      extended((random.bits(1) << 15) | (exponent - random.below(70)), significand(random) | INTEGER),
    ];
  }
  if (near === 1)
    return [a, extended(a.head ^ (random.bits(1) << 15), a.significand ^ BigInt(random.bits(2)))];
  // what does not fit reals in memory
  if (near === 2)
    return [
      extended(
        (a.head & 0x8000) | (BIAS + random.pick(SCALES) + random.below(5) - 2),
        a.significand | INTEGER,
      ),
      anyNumber(random),
    ];
  return [a, anyNumber(random)];
}

const CONTROL_WORDS = [0x37f, 0x37f, 0x27f, 0x07f, 0x77f, 0xb7f, 0xf7f, 0x67f, 0xa7f, 0xc7f, 0x47f] as const;

export function anyVector(operation: number, random: Random): Vector {
  const unmasked = random.below(4) === 0 ? random.pick([1, 2, 4, 8, 16, 32, 63, 24]) : 0;
  const control = random.pick(CONTROL_WORDS) & ~unmasked;
  const [a, b] = operands(random);
  const empties = random.below(8) === 0 ? random.pick([0x0003, 0x000c, 0xc00f, 0xffff, 0x3fff]) : 0xff00;
  const full = random.below(12) === 0 ? 0 : empties;
  return {
    operation,
    control,
    status: random.pick([0, 0x4700, 0x4700, 0x0200, 0x4500]),
    tags: full,
    registers: [a, b, anyNumber(random)],
    memory: memoryOperand(random, a),
  };
}

/** Ten bytes of which instructions take as many as they need: reals of the three lengths, integers or digits. */
function memoryOperand(random: Random, like: Extended): Extended {
  const any = (BigInt(random.bits(32)) << 32n) | BigInt(random.bits(32));
  switch (random.below(6)) {
    case 0: {
      // single and double precision at once: special exponents in both
      const exponent = BigInt(random.pick([0, 1, 0x7fe, 0x7ff, 0x3ff, 0x400]));
      const double =
        (BigInt(random.bits(1)) << 63n) |
        (exponent << 52n) |
        (any & random.pick([0n, 1n, (1n << 52n) - 1n, 1n << 51n]));
      const single = random.pick([
        0x00000001n,
        0x7f800000n,
        0x7f800001n,
        0x7fc00001n,
        0xff800000n,
        0x80000000n,
        0x007fffffn,
        0x3f800000n,
      ]);
      return extended(random.bits(16), random.bits(1) === 0 ? double : (double & ~0xffffffffn) | single);
    }
    case 1:
      return like;
    case 2: {
      let digits = 0n;
      for (let i = 0; i < 18; i++) digits = (digits << 4n) | BigInt(random.below(10));
      return extended((random.bits(1) << 15) | Number(digits >> 64n), digits & (2n * INTEGER - 1n));
    }
    case 3:
      return extended(
        random.bits(16),
        BigInt.asUintN(64, BigInt(random.bits(random.below(32) + 1)) * (random.bits(1) === 0 ? 1n : -1n)),
      );
    default: {
      const double =
        (BigInt(random.bits(1)) << 63n) |
        (BigInt(0x3ff + random.below(80) - 40) << 52n) |
        (any & ((1n << 52n) - 1n));
      return extended(random.bits(16), double);
    }
  }
}

/** Every instruction that a vector can hold, but for those that load or store a whole environment. */
export function operations(): number[] {
  const out: number[] = [];
  for (let group = 0; group < 8; group++) {
    for (let register = 0; register < 8; register++) {
      const which = group * 8 + register;
      const memoryForm = ![0o11, 0o14, 0o16, 0o34, 0o36, 0o54, 0o55, 0o56].includes(which);
      if (memoryForm) out.push((group << 8) | (register << 3) | 1);
      for (const index of group === 1 && register > 3 ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 1, 2]) {
        const operation = (group << 8) | 0xc0 | (register << 3) | index;
        if (isInstruction(group, register, index)) out.push(operation);
      }
    }
  }
  return out;
}

function isInstruction(group: number, register: number, index: number): boolean {
  switch (group) {
    case 1:
      if (register === 2) return index === 0;
      if (register === 4) return [0, 1, 4, 5].includes(index);
      return register !== 5 || index !== 7;
    case 2:
      return register < 4 || (register === 5 && index === 1);
    case 3:
      return register === 4 ? index === 2 : register !== 7;
    case 5:
      return register < 6;
    case 6:
      return register !== 3 || index === 1;
    case 7:
      return register === 4 ? index === 0 : register !== 7;
    default:
      return true;
  }
}

/** The vectors of a seed: as many for each instruction. */
export function vectorsOf(seed: number, each: number): Vector[] {
  const random = new Random(seed);
  return operations().flatMap((operation) =>
    Array.from({ length: each }, () => anyVector(operation, random)),
  );
}
