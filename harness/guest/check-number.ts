/** The emulator's rule for numbers, with the harness's error: every count, size and time of the public API comes by here. */
import { numberProblem, type NumberBounds } from '../../emulator/numbers.ts';
import { InputError } from './errors.ts';
import type { Deadlines } from './options.ts';

/** @returns The number. @throws InputError for one out of bounds: one line that says what to give. */
export function checkNumber(name: string, value: number, bounds?: NumberBounds): number {
  const problem = numberProblem(name, value, bounds);
  if (problem !== undefined) throw new InputError(problem);
  return value;
}

const TIME = { fractions: true, infinite: true } as const satisfies NumberBounds;

/** @throws InputError for a deadline that is none. 0 is one: what it ends does not begin. */
export function checkDeadlines({ wallMs, virtualMs, instructions }: Deadlines): void {
  if (wallMs !== undefined) checkNumber('the wall deadline (wallMs)', wallMs, TIME);
  if (virtualMs !== undefined) checkNumber('the virtual deadline (virtualMs)', virtualMs, TIME);
  if (instructions !== undefined)
    checkNumber('the deadline in instructions', instructions, { infinite: true });
}
