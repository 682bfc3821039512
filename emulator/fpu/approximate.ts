/** What the functions that cannot be computed exactly have in common: how their results are rounded and what they raise. */

import { type Exact, type Extended, exactly, isNegative } from './extended.ts';
import { exact, type Result, type Rounding, roundBetween, roundToRegister } from './rounding.ts';
import { Exceptions } from './words.ts';
import { type Wide, wide } from './wide.ts';

/** A finite number as a {@link Wide} one. */
export function widened(value: Extended): Wide {
  const { negative, integer, exponent } = exactly(value);
  return wide(negative ? -integer : integer, exponent);
}

/**
 * A result in a register, always with 64 bits, whatever precision control says.
 *
 * @param towards Where the exact number lies from `value` when they are too close to tell: above (1) or below (-1) it in magnitude.
 */
export function inexact(value: Wide, raised: number, rounding: Rounding, towards: 1 | -1 = 1): Result {
  const negative = value.integer < 0n;
  const integer = negative ? -value.integer : value.integer;
  const result =
    roundBetween({ negative, integer, exponent: value.exponent }, rounding.mode) ??
    roundRefined({ negative, integer, exponent: value.exponent }, rounding, towards);
  return { ...result, raised: result.raised | raised };
}

function roundRefined({ negative, integer, exponent }: Exact, rounding: Rounding, towards: 1 | -1): Result {
  // far more bits than a register has, so one unit in the last of them harms nothing
  const refined = (integer << EXTRA) - (towards < 0 ? 1n : 0n);
  return roundToRegister(
    { negative, integer: refined, exponent: exponent - Number(EXTRA) },
    64,
    rounding,
    true,
  );
}
const EXTRA = 80n;

/** An exact result that the processor calls inexact all the same. */
export const nearly = (value: Extended, raised = 0): Result => exact(value, raised | Exceptions.precision);

/** A constant with a sign: rounding goes by it. */
export const signed = (value: Wide, like: Extended): Wide =>
  isNegative(like) ? { integer: -value.integer, exponent: value.exponent } : value;
