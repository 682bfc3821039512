/**
 * The processor does what a real one did: cases of which the results were recorded on one. Every integer and MMX instruction is among
 * them, with operands in registers and memory, over page borders, into pages that fault.
 */

import { describe, expect, it } from 'vitest';
import { parseCase } from './case.ts';
import { NOT_COMPARED } from './elsewhere.ts';
import { allForms } from './instructions.ts';
import { digestOf, readRecorded } from './recorded.ts';
import { worldsAfter } from './ways.ts';

describe('recorded on a real processor', () => {
  const recorded = readRecorded();
  const cases = recorded.map(({ text }) => parseCase(text));

  it('all cases do the same here', async () => {
    const worlds = await worldsAfter(cases);
    const different = recorded.filter(({ digest }, i) => {
      const [one, world] = [cases[i], worlds[i]];
      return one === undefined || world === undefined || digestOf(one, world) !== digest;
    });
    expect(different.map(({ text }) => text)).toEqual([]);
  });

  it('what is left out exists', () => {
    const names = allForms().map(({ name }) => name);
    for (const { forms, reason } of NOT_COMPARED) {
      expect(
        names.some((name) => forms.test(name)),
        reason,
      ).toBe(true);
    }
  });
});
