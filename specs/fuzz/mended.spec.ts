/** What v86 has wrong or lacks, and a processor has: each instruction does here what a real one does, interpreted and compiled. */

import { describe, expect, it } from 'vitest';
import { parseCase } from './case.ts';
import { compareWays } from './compare.ts';
import { MENDED } from './mended.ts';
import { outcomeOf } from './outcome.ts';
import { worldsAfter } from './ways.ts';

describe('an instruction that v86 has otherwise', () => {
  it.each(MENDED.map((mended) => [mended.name, mended] as const))('%s', async (_, mended) => {
    const [world] = await worldsAfter([parseCase(mended.text)]);
    if (world === undefined) throw new Error('the case has not come to its end');
    const { fault, registers } = outcomeOf(world);
    expect(fault).toEqual(mended.fault);
    expect(registers).toMatchObject(mended.registers ?? {});
  });

  it('does the same in compiled code', async () => {
    const items = MENDED.flatMap(({ text }) => parseCase(text).items);
    expect(await compareWays({ ...parseCase('case seed=1 rounds=40'), items }, ['compiled'])).toBeUndefined();
  });
});
