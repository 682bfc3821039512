/** Functions that are approximated never turn back between neighbours, where the function that they stand for does not. */

import { describe, expect, it } from 'vitest';
import { compare } from '../../emulator/fpu/comparing.ts';
import { logarithm, logarithmOfOneMore, powerOfTwoLessOne } from '../../emulator/fpu/exponential.ts';
import { BIAS, type Extended, extended, one } from '../../emulator/fpu/extended.ts';
import type { Result, Rounding } from '../../emulator/fpu/rounding.ts';
import { arcTangentOf, sine, tangent } from '../../emulator/fpu/trigonometric.ts';

const NEAREST: Rounding = { mode: 0, masked: 0x3f };
/** Significands around which neighbours are looked at: at powers of two, where the spacing changes, and in between. */
const AROUND = [1n << 63n, 0xb504f333f9de6484n, 0xc90fdaa22168c235n, 0xffffffffffffff00n];
const NEIGHBOURS = 60;

const FUNCTIONS: Readonly<Record<string, (x: Extended) => Result>> = {
  F2XM1: (x) => powerOfTwoLessOne(x, NEAREST),
  FYL2X: (x) => logarithm(x, one(), NEAREST),
  FYL2XP1: (x) => logarithmOfOneMore(x, one(), NEAREST),
  FPATAN: (x) => arcTangentOf(x, one(), NEAREST),
  FSIN: (x) => sine(x, NEAREST),
  FPTAN: (x) => tangent(x, NEAREST),
};

describe.each(Object.keys(FUNCTIONS))('%s', (name) => {
  const compute = FUNCTIONS[name];

  // from tiny numbers to just below 1, and below the quarter turn
  it.each([-70, -40, -10, -3, -2, -1])('does not turn back near 2^%i', (exponent) => {
    for (const significand of AROUND) {
      let before: Extended | undefined;
      for (let i = 0n; i < NEIGHBOURS; i++) {
        const now = compute?.(extended(BIAS + exponent, significand + i)).value;
        if (before !== undefined && now !== undefined) {
          expect(compare(before, now, false).order).not.toBe('greater');
        }
        before = now;
      }
    }
  });
});
