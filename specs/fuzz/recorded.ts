/**
 * What a real processor made of a set of cases, in recorded.json: for hosts that have none that runs 32-bit programs. The cases hold each
 * form of COMPARABLE several times, and sequences drawn of all families. `npx tsx specs/fuzz/recorded.ts` records anew.
 */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { randomNumbers } from '../support/random.ts';
import { type Case, caseText } from './case.ts';
import { COMPARABLE, comparedPart } from './elsewhere.ts';
import { cases, type Choice, drawForm } from './generator.ts';
import { allForms } from './instructions.ts';
import { nativeRunner } from './native.ts';

const PATH = fileURLToPath(new URL('recorded.json', import.meta.url));
const SEED = 20_261_128;
const FORMS_PER_CASE = 12;
const TIMES = 2;
const ROUNDS = 24;
const DRAWN = 24;

export interface Recorded {
  /** The case as text. */
  readonly text: string;
  /** SHA-256 of what must be the same everywhere. */
  readonly digest: string;
}

export const digestOf = (one: Case, world: Uint8Array): string =>
  createHash('sha256').update(comparedPart(one, world)).digest('hex');

/** Cases that hold each form of a choice, `times` over; strings are drawn by the sequences. */
export function casesOfForms({ allows }: Choice, times: number): Case[] {
  const forms = allForms().filter((form) => form.kind !== 'string' && allows(form));
  const found: Case[] = [];
  for (let time = 0; time < times; time++) {
    for (let from = 0; from < forms.length; from += FORMS_PER_CASE) {
      const seed = SEED + time * forms.length + from;
      const random = randomNumbers(seed);
      const some = forms.slice(from, from + FORMS_PER_CASE);
      found.push({
        ...{ seed, rounds: ROUNDS, start: random(2) * 0xf80, timer: 0 },
        fpu: some.some(({ kind }) => ['x87', 'mmx', 'sse'].includes(kind)),
        items: some.map((form) => drawForm(random, [form], true)),
      });
    }
  }
  return found;
}

/** Drawn sequences of a choice. */
export const drawnCases = (choice: Choice, count: number, seed: number): Case[] =>
  fc.sample(cases(choice), { numRuns: count, seed });

export const readRecorded = (): Recorded[] => JSON.parse(readFileSync(PATH, 'utf8')) as Recorded[];

function record(): void {
  const runner = nativeRunner();
  if (runner === undefined)
    throw new Error('this host runs no 32-bit programs: gcc -m32 and an x86 are needed');
  const all = [...casesOfForms(COMPARABLE, TIMES), ...drawnCases(COMPARABLE, DRAWN, SEED)];
  const recorded: Recorded[] = [];
  runner.run(all).forEach((world, i) => {
    const one = all[i];
    if (one !== undefined && world !== undefined)
      recorded.push({ text: caseText(one), digest: digestOf(one, world) });
  });
  runner.close();
  writeFileSync(PATH, `${JSON.stringify(recorded, undefined, 1)}\n`);
  process.stdout.write(`${recorded.length} cases, as the processor of this host runs them\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) record();
