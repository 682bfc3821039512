/**
 * Operands for the instructions, the same for the same seed: what is special in a format, what lies near it, anything else.
 *
 * The answers in recorded.tsv belong to what is drawn here from {@link RECORDED_SEED}: who changes it records anew.
 */

import type { Lanes } from './instructions.ts';

/** What an instruction works on. */
export interface Vector {
  readonly mxcsr: number;
  /** The registers xmm0 and xmm1, and memory where the source is there. */
  readonly destination: bigint;
  readonly source: bigint;
  readonly immediate: number;
}

export const RECORDED_SEED = 20_261_128;

/** Numbers that are the same for the same seed. */
export class Draw {
  #state: bigint;

  constructor(seed: number) {
    this.#state = BigInt(seed);
  }

  /** An integer below `limit`, which is at most 2^32. */
  below(limit: number): number {
    this.#state = BigInt.asUintN(64, this.#state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    return Math.floor((Number(this.#state >> 32n) / 2 ** 32) * limit);
  }

  oneIn(chances: number): boolean {
    return this.below(chances) === 0;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  bits(width: number): bigint {
    const word = (): bigint => BigInt(this.below(2 ** 32));
    return BigInt.asUintN(width, (word() << 32n) | word());
  }
}

/** Exponents, biased, near which something happens: the ends of both formats, 1, the ends of the integers. */
const EXPONENTS = {
  single: [0, 1, 2, 100, 103, 126, 127, 128, 129, 150, 151, 157, 158, 159, 253, 254, 255],
  double: [
    ...[0, 1, 2, 53, 500, 511, 512, 869, 873, 874, 895, 896, 897, 898, 1022, 1023, 1024, 1025],
    ...[1053, 1054, 1055, 1075, 1076, 1150, 1151, 2045, 2046, 2047],
  ],
} as const;

const FRACTION = { single: 23, double: 52 } as const;
const WIDTH: Readonly<Record<Lanes, number>> = { single: 32, double: 64, integer: 32 };

function fractionOf(draw: Draw, bits: number): bigint {
  const all = (1n << BigInt(bits)) - 1n;
  switch (draw.below(6)) {
    case 0:
      return 0n;
    case 1:
      return all - BigInt(draw.below(3));
    case 2:
      return BigInt(draw.below(3));
    case 3:
      return BigInt(draw.below(8)) << BigInt(bits - 3);
    case 4:
      // ends in zeros, so that products and conversions may be exact, or half way
      return (draw.bits(bits) >> BigInt(bits >> 1)) << BigInt(bits >> 1);
    default:
      return draw.bits(bits);
  }
}

/** The bits of one lane. */
function laneOf(draw: Draw, lanes: Lanes): bigint {
  if (lanes === 'integer') {
    const small = BigInt(draw.below(200) - 100);
    return BigInt.asUintN(32, draw.oneIn(3) ? small : draw.bits(32));
  }
  if (draw.oneIn(6)) return draw.bits(WIDTH[lanes]);
  const fraction = FRACTION[lanes];
  const exponent = BigInt(draw.of(EXPONENTS[lanes]));
  const sign = BigInt(draw.below(2)) << BigInt(WIDTH[lanes] - 1);
  return sign | (exponent << BigInt(fraction)) | fractionOf(draw, fraction);
}

function registerOf(draw: Draw, lanes: Lanes): bigint {
  let value = 0n;
  for (let at = 0; at < 128; at += WIDTH[lanes]) value |= laneOf(draw, lanes) << BigInt(at);
  return value;
}

/** MXCSR: mostly with all masks set, any rounding, flags and zero modes. */
function mxcsrOf(draw: Draw): number {
  const masks = draw.oneIn(3) ? draw.below(64) : 0x3f;
  const rounding = draw.oneIn(2) ? draw.below(4) : 0;
  const zeros = (draw.oneIn(4) ? 0x40 : 0) | (draw.oneIn(4) ? 0x8000 : 0);
  const flags = draw.oneIn(3) ? draw.below(64) : 0;
  return (masks << 7) | (rounding << 13) | zeros | flags;
}

/** Vectors for instructions whose sources have such lanes. */
export function vectorsFor(lanes: Lanes, count: number, seed: number): Vector[] {
  const draw = new Draw(seed);
  return Array.from({ length: count }, () => {
    const destination = registerOf(draw, lanes);
    const source = draw.oneIn(8) ? destination : registerOf(draw, lanes);
    return { mxcsr: mxcsrOf(draw), destination, source, immediate: draw.below(8) };
  });
}
