/**
 * What operands do to an operation before anything is computed: encodings that are no numbers, NaN and denormals.
 *
 * Source: Intel's manual, volume 1, chapters 4.8.3.5, 4.9.2 and 8.5.
 */

import { type Extended, INDEFINITE, isNaN, isNegative, kindOf, quieted } from './extended.ts';
import { exact, type Result } from './rounding.ts';
import { Exceptions } from './words.ts';

/** An operation that has no answer. */
export const invalid = (): Result => exact(INDEFINITE, Exceptions.invalid);

/** The answer that operands give by being no numbers; undefined where they all are. */
export function withoutNumbers(...operands: readonly Extended[]): Result | undefined {
  const kinds = operands.map(kindOf);
  if (kinds.includes('unsupported')) return invalid();
  if (!kinds.some(isNaN)) return undefined;
  const raised = kinds.includes('signaling NaN') ? Exceptions.invalid : 0;
  return exact(quieted(chooseNaN(operands)), raised);
}

/** Of two NaN, a quiet one counts before a signaling one; then the larger significand; then the positive one. */
function chooseNaN(operands: readonly Extended[]): Extended {
  const nans = operands.filter((operand) => isNaN(kindOf(operand)));
  const quiet = nans.filter((operand) => kindOf(operand) === 'quiet NaN');
  return (quiet.length > 0 ? quiet : nans).reduce((best, next) => {
    if (next.significand !== best.significand) return next.significand > best.significand ? next : best;
    return isNegative(best) ? next : best;
  });
}

/** What denormal operands raise. */
export const denormals = (...operands: readonly Extended[]): number =>
  operands.some((operand) => kindOf(operand) === 'denormal') ? Exceptions.denormal : 0;
