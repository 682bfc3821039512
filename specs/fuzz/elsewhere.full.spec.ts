/**
 * The processor does what processors do that were not written here: the one of this host, and QEMU's. Each instruction that can be
 * compared, and drawn sequences of them, run as a 32-bit Linux program, in QEMU and in our machine. Skipped for what this host does not have.
 */

import { afterAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/tools.ts';
import { type Case, parseCase } from './case.ts';
import { explainedCase } from './compare.ts';
import { COMPARABLE, COMPARABLE_IN_QEMU, differenceElsewhere, differenceFromQemu } from './elsewhere.ts';
import { MENDED } from './mended.ts';
import { nativeRunner } from './native.ts';
import { forQemu, QEMU, worldsInQemu } from './qemu.ts';
import { casesOfForms, drawnCases } from './recorded.ts';
import { shiftCases } from './shifts.ts';
import { worldsAfter } from './ways.ts';

const runner = nativeRunner();

afterAll(() => {
  runner?.close();
});

/** What differs, each with its case. A case that did not end in time, here or there, says so. */
async function differences(
  cases: readonly Case[],
  there: readonly (Uint8Array | undefined)[],
  difference: typeof differenceElsewhere,
): Promise<string[]> {
  const here = await worldsAfter(cases);
  return cases.flatMap((one, i) => {
    const [ours, theirs] = [here[i], there[i]];
    const ended = ours !== undefined && theirs !== undefined;
    const text = ended
      ? difference(one, ours, theirs)
      : ours !== theirs
        ? 'came to its end at one place only'
        : undefined;
    return text === undefined ? [] : [`${text}\n${explainedCase(one)}`];
  });
}

describe.skipIf(runner === undefined)('on the processor of this host, as a program of Linux', () => {
  const natively = (cases: readonly Case[]): Promise<string[]> =>
    differences(cases, runner?.run(cases) ?? [], differenceElsewhere);

  it('each instruction does what it does here', async () => {
    expect(await natively(casesOfForms(COMPARABLE, 3))).toEqual([]);
  });

  it('what v86 has otherwise does what it does here', async () => {
    expect(await natively(MENDED.map(({ text }) => parseCase(text)))).toEqual([]);
  });

  it('rotations and shifts by every kind of count do what they do here', async () => {
    expect(await natively(shiftCases())).toEqual([]);
  });

  it('drawn sequences do what they do here', async () => {
    expect(await natively(drawnCases(COMPARABLE, 150, 7))).toEqual([]);
  });
});

describe.skipIf(lacks(QEMU))('in QEMU', () => {
  const inQemu = async (drawn: readonly Case[]): Promise<string[]> => {
    const cases = drawn.map(forQemu);
    return differences(cases, await worldsInQemu(cases), differenceFromQemu);
  };

  it('each integer instruction does what it does here', async () => {
    expect(await inQemu(casesOfForms(COMPARABLE_IN_QEMU, 2))).toEqual([]);
  });

  it('drawn sequences do what they do here', async () => {
    expect(await inQemu(drawnCases(COMPARABLE_IN_QEMU, 100, 7))).toEqual([]);
  });
});
