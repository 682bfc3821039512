/**
 * What numbers a caller may give: counts, sizes, times. One rule for all of them, which says in one line what is wrong.
 *
 * JavaScript compares NaN with everything and finds it false, so a limit that is none is found out here or never.
 */

export interface NumberBounds {
  /** 0 when not given. */
  readonly least?: number;
  /** The largest whole number that is exact, when not given. */
  readonly most?: number;
  /** Whether Infinity, for no limit, is one too. */
  readonly infinite?: boolean;
  /** Whether it may lie between two whole numbers, as a time may. */
  readonly fractions?: boolean;
}

/** What is wrong with a number and what to give instead; undefined where nothing is. */
export function numberProblem(name: string, value: number, bounds: NumberBounds = {}): string | undefined {
  const { least = 0, most = Number.MAX_SAFE_INTEGER, infinite = false, fractions = false } = bounds;
  if (infinite && value === Infinity) return undefined;
  const isOfKind = fractions ? Number.isFinite(value) : Number.isInteger(value);
  if (isOfKind && value >= least && value <= most) return undefined;
  const kind = fractions ? 'a number' : 'a whole number';
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return `${name} is ${String(value)}: give ${kind} ${range}${infinite ? ', or Infinity' : ''}`;
}

/** @throws RangeError for a number out of bounds. */
export function checkNumber(name: string, value: number, bounds?: NumberBounds): void {
  const problem = numberProblem(name, value, bounds);
  if (problem !== undefined) throw new RangeError(problem);
}

/** Words of 32 bits, signed or unsigned: addresses, seeds. */
export const WORD_BOUNDS = { least: -(2 ** 31), most: 2 ** 32 - 1 } as const satisfies NumberBounds;
