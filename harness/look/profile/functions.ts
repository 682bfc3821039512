/** A profile added up by function: what a function did itself, and what was done while it was on the stack. */
import type { Profile } from './sampler.ts';

export interface FunctionShare {
  readonly name: string;
  /** Samples in which this very function ran. */
  readonly self: number;
  /** Samples with the function anywhere on the stack; a recursive function counts once in each. */
  readonly total: number;
}

/** All functions of a profile, those that did most themselves first. */
export function functionShares({ stacks }: Pick<Profile, 'stacks'>): FunctionShare[] {
  const shares = new Map<string, { self: number; total: number }>();
  for (const { frames, samples } of stacks) {
    for (const name of new Set(frames)) {
      const share = shares.get(name) ?? { self: 0, total: 0 };
      share.total += samples;
      if (name === frames.at(-1)) share.self += samples;
      shares.set(name, share);
    }
  }
  return [...shares]
    .map(([name, share]) => ({ name, ...share }))
    .sort((a, b) => b.self - a.self || b.total - a.total || (a.name < b.name ? -1 : 1));
}
