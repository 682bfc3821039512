/** A long list of x87 instructions is executed by this host's processor and compared: where the host is an x86. */

import { describe, expect, it } from 'vitest';
import { vectorsOf } from './generate.ts';
import { runVectorsInGuest } from './guest.ts';
import { runVectorsNatively, whyNotNative } from './native.ts';
import { agree, formatVector, runVector, type Vector } from './vectors.ts';

const reason = whyNotNative();
const title = reason === undefined ? 'as this processor does' : `as this processor does (skipped: ${reason})`;

const compared = (
  vectors: readonly Vector[],
  states: readonly string[],
  right: readonly string[],
): string[] =>
  vectors.flatMap((vector, i) =>
    agree(vector, states[i] ?? '', right[i] ?? '')
      ? []
      : [`${formatVector(vector)}: ${states[i] ?? ''}, not ${right[i] ?? ''}`],
  );

describe.skipIf(reason !== undefined)(title, () => {
  it.each([11, 12, 13])('the x87 executes the vectors of seed %i', (seed) => {
    const vectors = vectorsOf(seed, 1000);
    const states = vectors.map(runVector);
    expect(compared(vectors, states, runVectorsNatively(vectors)).slice(0, 20)).toEqual([]);
  });

  it.each([true, false])('a guest executes them, compiled: %s', async (compile) => {
    const vectors = vectorsOf(14, 100);
    const states = await runVectorsInGuest(vectors, compile);
    expect(compared(vectors, states, runVectorsNatively(vectors)).slice(0, 20)).toEqual([]);
  });
});
