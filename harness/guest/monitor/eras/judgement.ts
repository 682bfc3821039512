/**
 * Which era a guest is of: what is known so far, each piece of it with what it says.
 *
 * A judgement is the list of eras that everything known admits. What must hold: certain evidence only ever narrows it; where that leaves nothing it is a
 * contradiction, which names both sides; an indication gives way to what is certain, before it and after it.
 */
import { eraSteps, stepsOf } from '../../../../images/abi/eras.ts';
import type { EraName, EraStep } from '../../../../images/abi/eras.ts';

/** Something that tells eras apart. */
export interface Evidence {
  /** A clause: `the program calls the kernel by int 0x81`. */
  readonly what: string;
  /** The eras in which that can be. */
  readonly admits: readonly EraStep[];
  /** True for what a guest of another era might do as well. */
  readonly indication?: boolean;
}

/** What is left, and by what. */
export interface Judgement {
  readonly steps: readonly EraStep[];
  /** All that narrowed it, in that order. */
  readonly reasons: readonly Evidence[];
  /** What the files indicate against what is certain. One more indication of the same, in the run, makes a contradiction of it. */
  readonly doubts?: readonly Evidence[];
}

/** Two pieces of evidence that no era admits together, in one line that says what to do. */
export interface Contradiction {
  readonly message: string;
}

/** The one that is taken while several are left: ours first, then those that can do more. */
const PREFERENCE: readonly EraStep[] = ['S', 'M4', 'M3', 'M2', 'M1', 'M5', '2024'];

/** Where nothing is known. */
export const UNJUDGED: Judgement = { steps: eraSteps, reasons: [] };

/** The era that a user fixed, as evidence. */
export const givenEra = (name: EraName): Evidence => ({ what: 'the caller says so', admits: stepsOf(name) });

/** The era to go by. */
export function preferred({ steps }: Judgement): EraStep {
  return PREFERENCE.find((step) => steps.includes(step)) ?? 'S';
}

/** Takes a piece of evidence in. */
export function narrow(judgement: Judgement, evidence: Evidence): Judgement | Contradiction {
  if (judgement.steps.every((step) => evidence.admits.includes(step))) return judgement;
  const steps = judgement.steps.filter((step) => evidence.admits.includes(step));
  if (steps.length > 0) return { ...judgement, steps, reasons: [...judgement.reasons, evidence] };
  if (evidence.indication === true) return judgement;
  return withoutIndications(judgement, evidence) ?? { message: contradiction(judgement, evidence) };
}

/** Takes in what a file shows, and remembers an indication that had to be passed over. */
export function narrowByFile(judgement: Judgement, evidence: Evidence): Judgement | Contradiction {
  const next = narrow(judgement, evidence);
  if (next !== judgement || leavesSome(judgement, evidence)) return next;
  return { ...judgement, doubts: [...(judgement.doubts ?? []), evidence] };
}

/**
 * Says where an indication contradicts: what is certain leaves it no era, and the files have indicated the same.
 */
export function secondDoubt(
  judgement: Judgement,
  doubts: readonly Evidence[],
  evidence: Evidence,
): Contradiction | undefined {
  if (leavesSome(judgement, evidence)) return undefined;
  const first = doubts.find(({ admits }) => admits.some((step) => evidence.admits.includes(step)));
  if (first === undefined) return undefined;
  const what = `${first.what}, and ${evidence.what}`;
  return { message: contradiction(judgement, { what, admits: evidence.admits }) };
}

const leavesSome = ({ steps }: Judgement, { admits }: Evidence): boolean =>
  steps.some((step) => admits.includes(step));

/** The eras that what is certain admits. */
export function certainSteps({ reasons }: Judgement): readonly EraStep[] {
  return eraSteps.filter((step) =>
    reasons.every(({ admits, indication }) => indication === true || admits.includes(step)),
  );
}

/** What is certain, with the new piece of it, and of the indications those that still fit; undefined where what is certain contradicts itself. */
function withoutIndications({ reasons }: Judgement, evidence: Evidence): Judgement | undefined {
  const [certain, indications] = [false, true].map((wanted) =>
    reasons.filter(({ indication = false }) => indication === wanted),
  );
  let judgement = UNJUDGED;
  for (const one of [...(certain ?? []), evidence, ...(indications ?? [])]) {
    const steps = judgement.steps.filter((step) => one.admits.includes(step));
    if (steps.length > 0) judgement = { steps, reasons: [...judgement.reasons, one] };
    else if (one.indication !== true) return undefined;
  }
  return judgement;
}

/** Whether it came to nothing. */
export const isContradiction = (result: Judgement | Contradiction): result is Contradiction =>
  'message' in result;

function contradiction({ steps, reasons }: Judgement, evidence: Evidence): string {
  const against =
    reasons.find(({ admits }) => !admits.some((step) => evidence.admits.includes(step))) ?? reasons.at(-1);
  return (
    `${against?.what ?? 'something'} (era ${namesOf(against?.admits ?? steps)}), but ${evidence.what} ` +
    `(era ${namesOf(evidence.admits)}): leave the era out, or give kernel and program of one era`
  );
}

/** `S`, `2024 or S`, `M`, `M4 or M5`. */
export function namesOf(steps: readonly EraStep[]): string {
  const all = stepsOf('M');
  const names: EraName[] = all.every((step) => steps.includes(step))
    ? [...steps.filter((step) => !all.includes(step)), 'M']
    : [...steps];
  return names.join(' or ');
}

/** The reasons in one line. */
export function reasonsOf({ reasons }: Judgement): string {
  return reasons.length === 0 ? 'nothing said which' : reasons.map(({ what }) => what).join('; ');
}
