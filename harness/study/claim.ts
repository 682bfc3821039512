/**
 * What the start-up work says of a change, and whether it holds on this guest.
 *
 * Milliseconds of two machines cannot be compared, shares of a boot can: a claim in milliseconds holds if at least half of
 * its share of the reference's own boot is saved here in instructions. A claim without a number holds if the figure that
 * it is about moves the way it says.
 */
import type { Figures, Phase, Verdict } from './report/index.ts';

/** What a claim is about: where its saving would have to show. */
export type ClaimedFigure = 'instructions' | 'kernelCalls' | 'codePages' | 'imageBytes';

export interface Claim {
  /** The reference's own words. */
  readonly says: string;
  /** Milliseconds that the reference's side of the change is said to save; absent where it gives no number. */
  readonly savesMs?: number;
  /** Which side this row is: `before` gives the saving up, `after` has it. */
  readonly side: 'before' | 'after';
  readonly of: ClaimedFigure;
  /** The phase to which the reference puts the saving down, where it names a cause. */
  readonly phase?: string;
}

/** What was measured of a row, as far as a verdict needs it. */
export interface Measured {
  readonly figures: Figures;
  readonly phases: readonly Phase[];
}

/** What the reference measured after all its changes, in milliseconds. */
const REFERENCE_BOOT_MS = 450;

/** What a claim says of a row, as a share of the reference's boot: above 0 for what the row gives up. */
export function claimedShare({ savesMs = 0, side }: Claim): number {
  return ((side === 'before' ? 1 : -1) * savesMs) / REFERENCE_BOOT_MS;
}

/** How much of the claimed share must be there for the claim to hold. */
const ENOUGH = 0.5;
/** Phases to name. */
const MOST_PHASES = 2;

const words: Readonly<Record<ClaimedFigure, string>> = {
  instructions: 'instructions',
  kernelCalls: 'kernel calls',
  codePages: 'pages of code',
  imageBytes: 'bytes of image',
};

const percent = (share: number): string => `${(Math.abs(share) * 100).toFixed(1)} %`;
const fewer = (saved: number): string => (saved < 0 ? 'more' : 'fewer');
const amount = (value: number): string => Math.abs(value).toLocaleString('en');

/** Whether the claim of a row holds here, and why: by its figures and the reference's. */
export function verdictOn(claim: Claim, row: Measured, reference: Measured): Verdict {
  const [before, after] = claim.side === 'before' ? [row, reference] : [reference, row];
  const saved = before.figures[claim.of] - after.figures[claim.of];
  if (saved === 0) {
    const instructions = before.figures.instructions - after.figures.instructions;
    const besides =
      instructions === 0 ? '' : `, and ${amount(instructions)} instructions ${fewer(instructions)}`;
    return { holds: 'no', why: `as many ${words[claim.of]} with it as without it here${besides}` };
  }
  const share = saved / before.figures[claim.of];
  const here = `${amount(saved)} ${words[claim.of]} ${fewer(saved)} (${percent(share)})`;
  if (claim.savesMs === undefined) {
    return saved < 0
      ? { holds: 'no', why: `${here}: the other way round here` }
      : { holds: 'yes', why: here };
  }
  const claimed = claim.savesMs / (REFERENCE_BOOT_MS + (claim.side === 'before' ? claim.savesMs : 0));
  const both = `${here}, ${percent(claimed)} of the boot claimed`;
  if (saved > 0 && share >= claimed * ENOUGH)
    return { holds: 'yes', why: `${both}; ${where(before, after)}${whereClaimed(claim, before, after)}` };
  return { holds: 'no', why: `${both}; ${whereElse(before.figures, after.figures)}` };
}

/** Added to the name of a phase that holds others, which the other run does not tell apart. */
const AND_ON = ' and what follows';

/**
 * Instructions by phase. Where the other run lacks a boundary, because a whole-program optimizer has inlined the function
 * that it is at, the phase counts to the one before it, as it does there.
 */
function lengthsOf(phases: readonly Phase[], others: readonly Phase[]): Map<string, number> {
  const lengths = new Map<string, number>();
  const areAlike = phases[0]?.name === others[0]?.name;
  const tells = (run: readonly Phase[], name: string): boolean => run.some((phase) => phase.name === name);
  // The boundaries that both have, each with a mark if either run has more of them before the next.
  const shared = phases.filter(({ name }) => !areAlike || tells(others, name)).map(({ name }) => name);
  const holdsMore = (run: readonly Phase[], name: string): boolean => {
    const next = run[run.findIndex((phase) => phase.name === name) + 1]?.name;
    return next !== undefined && !shared.includes(next);
  };
  let label = '';
  for (const { name, from, to } of phases) {
    if (shared.includes(name)) {
      const merged = areAlike && (holdsMore(phases, name) || holdsMore(others, name));
      label = merged ? name + AND_ON : name;
    }
    lengths.set(label, (lengths.get(label) ?? 0) + to - from);
  }
  return lengths;
}

/** The phases in which most is saved. */
function where(before: Measured, after: Measured): string {
  const old = lengthsOf(before.phases, after.phases);
  const now = lengthsOf(after.phases, before.phases);
  const saved = [...new Set([...old.keys(), ...now.keys()])]
    .map((name) => ({ name, saved: (old.get(name) ?? 0) - (now.get(name) ?? 0) }))
    .filter((phase) => phase.saved > 0)
    .sort((a, b) => b.saved - a.saved)
    .slice(0, MOST_PHASES);
  return `most in ${saved.map((phase) => `${phase.name} (${amount(phase.saved)})`).join(' and ')}`;
}

/** How much of a saving lies where the reference sees its cause. */
function whereClaimed({ phase }: Claim, before: Measured, after: Measured): string {
  if (phase === undefined) return '';
  const lengthIn = ({ phases }: Measured): number => {
    const span = phases.find(({ name }) => name === phase);
    return span === undefined ? 0 : span.to - span.from;
  };
  const saved = lengthIn(before) - lengthIn(after);
  const share = saved / before.figures.instructions;
  return `; in ${phase}, which the claim puts it down to, ${amount(saved)} ${fewer(saved)} (${percent(share)})`;
}

/** Where a saving that is not in instructions may lie, by what else moved. */
function whereElse(before: Figures, after: Figures): string {
  const others = (['codePages', 'kernelCalls', 'imageBytes'] as const).filter(
    (one) => before[one] > after[one],
  );
  if (others.length === 0) return 'nothing else that is counted here is saved either';
  const list = others.map((one) => `${amount(before[one] - after[one])} ${words[one]}`).join(', ');
  return `the rest can only lie in what a real machine pays for besides instructions, here fewer ${list}`;
}
