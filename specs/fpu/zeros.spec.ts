/** Sums and differences of zeros, which start every sum of products, are what they are elsewhere, in every rounding mode. */

import { describe, expect, it } from 'vitest';
import { extended } from '../../emulator/fpu/extended.ts';
import { runVectorsInGuest } from './guest.ts';
import { runVectorsNatively, whyNotNative } from './native.ts';
import { runVector, type Vector } from './vectors.ts';

/** FADD, FSUB and FSUBR of ST0 and ST1, into either. */
const OPERATIONS = [0x0c1, 0x0e1, 0x0e9, 0x4c1, 0x4e1, 0x4e9];
const SIGNS = [0, 0x8000];
const ROUNDING_MODES = [0, 1, 2, 3];
const C1 = 0x0200;

const zero = (sign: number): Vector['memory'] => extended(sign, 0n);
const vectors: Vector[] = OPERATIONS.flatMap((operation) =>
  ROUNDING_MODES.flatMap((mode) =>
    SIGNS.flatMap((first) =>
      SIGNS.map((second) => ({
        ...{ operation, control: 0x37f | (mode << 10), status: C1, tags: 0xffc0 },
        registers: [zero(first), zero(second), zero(0)],
        memory: zero(0),
      })),
    ),
  ),
);

describe('sums and differences of zeros', () => {
  it.each([true, false])('are those of the x87 in TypeScript, compiled: %s', async (compile) => {
    expect(await runVectorsInGuest(vectors, compile)).toEqual(vectors.map(runVector));
  });

  it.skipIf(whyNotNative() !== undefined)('are those of the processor that this runs on', () => {
    expect(vectors.map(runVector)).toEqual(runVectorsNatively(vectors));
  });
});
