/** Draws cases, runs each by several ways, and shrinks the first that does not do the same by all. */

import fc from 'fast-check';
import type { Case } from './case.ts';
import { compareWays, type Difference } from './compare.ts';
import { type Choice, cases } from './generator.ts';
import { WAYS } from './ways.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly choice: Choice;
  /** Ends after so many cases, or so many milliseconds. */
  readonly limit: { readonly cases: number } | { readonly milliseconds: number };
  /** Called with the number of cases before each, also while shrinking. */
  readonly progress?: (cases: number) => void;
  /** What a case must pass: undefined if it does. By default {@link compareSomeWays}. */
  readonly check?: Check;
}

type Check = (one: Case) => Promise<Difference | undefined>;

interface Failure {
  readonly one: Case;
  readonly difference: Difference;
}

export interface FuzzResult {
  /** Cases drawn, without those of the shrinking. */
  readonly cases: number;
  readonly failure: Failure | undefined;
}

/** Ways that a case takes: always compiled code, and of the others some by the case's own seed, so that it repeats. */
export function compareSomeWays(one: Case): Promise<Difference | undefined> {
  const [first = '', ...others] = Object.keys(WAYS);
  const chosen = [0, 5, 9].map((step) => others[(one.seed + step) % others.length] ?? first);
  return compareWays(one, [first, ...chosen]);
}

class Differs extends Error {
  readonly difference: Difference;
  constructor(difference: Difference) {
    super(`${difference.way}: ${difference.text}`);
    this.difference = difference;
  }
}

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, choice, limit, progress, check = compareSomeWays } = options;
  let drawn = 0;
  const property = fc.asyncProperty(cases(choice), async (one) => {
    progress?.(++drawn);
    const difference = await check(one);
    if (difference !== undefined) throw new Differs(difference);
  });
  const result = await fc.check(property, {
    seed,
    numRuns: 'cases' in limit ? limit.cases : Number.MAX_SAFE_INTEGER,
    ...('milliseconds' in limit
      ? { interruptAfterTimeLimit: limit.milliseconds, markInterruptAsFailure: false }
      : {}),
  });
  const { counterexample, errorInstance, numRuns } = result;
  if (counterexample === null) return { cases: numRuns, failure: undefined };
  if (!(errorInstance instanceof Differs)) throw errorInstance;
  return {
    cases: numRuns,
    failure: await withoutNeedless({ one: counterexample[0], difference: errorInstance.difference }, check),
  };
}

/** fast-check shortens a list from its front alone: leaves out what else is not needed, item by item. */
async function withoutNeedless(found: Failure, check: Check): Promise<Failure> {
  let { one, difference } = found;
  for (let i = one.items.length - 1; i >= 0; i--) {
    const shorter = { ...one, items: one.items.filter((_, k) => k !== i) };
    const still = await check(shorter);
    if (still === undefined) continue;
    one = shorter;
    difference = still;
  }
  return { one, difference };
}
