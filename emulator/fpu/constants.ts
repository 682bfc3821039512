/** FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2 and FLDZ: rounded as the control word says, raising nothing. */

import { type Extended, one, zero } from './extended.ts';
import { type Rounding, roundToRegister } from './rounding.ts';
import { add, arcTangentSeries, divide, ln2, multiply, ONE, pi, times2, type Wide, wide } from './wide.ts';

/** log 10 = 3 log 2 + log 5/4, and log 5/4 = 2 artanh 1/9. */
const ln10 = (): Wide =>
  add(multiply(wide(3n), ln2()), times2(arcTangentSeries(divide(ONE, wide(9n)), 1), 1));

const VALUES: readonly (() => Wide)[] = [
  () => divide(ln10(), ln2()),
  () => divide(ONE, ln2()),
  pi,
  () => divide(ln2(), ln10()),
  ln2,
];

const known = new Map<number, Extended>();

/** The constant that D9 E8+`which` loads. */
export function constant(which: number, { mode }: Rounding): Extended {
  if (which === 0) return one();
  const value = VALUES[which - 1];
  if (value === undefined) return zero(false);
  const key = which * 4 + mode;
  let rounded = known.get(key);
  if (rounded === undefined) {
    const { integer, exponent } = value();
    rounded = roundToRegister({ negative: false, integer, exponent }, 64, { mode, masked: 0x3f }, true).value;
    known.set(key, rounded);
  }
  return rounded;
}
