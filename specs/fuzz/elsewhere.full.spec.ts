/**
 * The processor does what processors do that were not written here: the one of this host. Each instruction that can be
 * compared, and drawn sequences of them, run as a 32-bit Linux program and in our machine. Skipped for each that this host does not have.
 */

import { afterAll, describe, expect, it } from 'vitest';
import { explainedCase } from './compare.ts';
import { differenceElsewhere } from './elsewhere.ts';
import { type Case, parseCase } from './case.ts';
import { MENDED } from './mended.ts';
import { nativeRunner, type Processor } from './native.ts';
import { casesOfAllForms, drawnCases } from './recorded.ts';
import { worldsAfter } from './ways.ts';

const runner = nativeRunner();
const processors = runner?.processors ?? [];

afterAll(() => {
  runner?.close();
});

/** What differs, each with its case. */
async function differences(processor: Processor, cases: readonly Case[]): Promise<string[]> {
  const there = runner?.run(processor, cases) ?? [];
  const here = await worldsAfter(cases);
  return cases.flatMap((one, i) => {
    const [ours, theirs] = [here[i], there[i]];
    if (ours === undefined || theirs === undefined) return [];
    const text = differenceElsewhere(one, ours, theirs);
    return text === undefined ? [] : [`${text}\n${explainedCase(one)}`];
  });
}

describe.skipIf(processors.length === 0)('as a program of Linux', () => {
  it.each(processors)('each instruction does what it does on $name', async (processor) => {
    expect(await differences(processor, casesOfAllForms(3))).toEqual([]);
  });

  it.each(processors)('what v86 has otherwise is as it is on $name', async (processor) => {
    expect(
      await differences(
        processor,
        MENDED.map(({ text }) => parseCase(text)),
      ),
    ).toEqual([]);
  });

  it.each(processors)('drawn sequences do what they do on $name', async (processor) => {
    expect(await differences(processor, drawnCases(100, 7))).toEqual([]);
  });
});
