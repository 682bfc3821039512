/**
 * Whether a claim of the reference holds on this guest. Milliseconds of two machines cannot be compared, shares of a boot
 * can: the claim's share of the reference's own 450 ms against the share of instructions that the change saves here.
 */
import type { Figures, Verdict } from '../report/index.ts';
import type { Claim } from './variants.ts';

/** What the reference measured after all its changes, in milliseconds. */
export const REFERENCE_BOOT_MS = 450;

/** How much of the claimed share must be there for the claim to hold. */
const ENOUGH = 0.5;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export function verdictOn(claim: Claim, row: Figures, reference: Figures): Verdict {
  const [before, after] = claim.side === 'before' ? [row, reference] : [reference, row];
  const saved = before.instructions - after.instructions;
  const share = saved / after.instructions;
  const claimed = claim.savesMs / REFERENCE_BOOT_MS;
  const here = `${percent(Math.abs(share))} ${saved < 0 ? 'more' : 'fewer'} instructions here`;
  const there = `${percent(claimed)} of the boot claimed`;
  if (saved <= 0) {
    return {
      holds: 'no',
      why: `${here}, ${there}: this processor has no caches that the change could spare`,
    };
  }
  if (share < claimed * ENOUGH) {
    return { holds: 'no', why: `${here}, ${there}: what it saves there is not instructions` };
  }
  return { holds: 'yes', why: `${here}, ${there}` };
}
