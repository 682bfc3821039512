/**
 * x87 instructions do what a real processor did: values, exceptions, conditions, tags, flags, to the bit; functions that are
 * approximated, to one unit in the last place.
 */

import { describe, expect, it } from 'vitest';
import { runVectorsInGuest } from './guest.ts';
import { type RecordedVector, recordedVectors } from './recorded.ts';
import { agree, formatVector, runVector } from './vectors.ts';

const recorded = recordedVectors();

/** The vectors after which a state differs from the processor's, each with both. */
function differences(states: readonly string[]): string[] {
  const differs = ({ vector, after }: RecordedVector, i: number): boolean =>
    !agree(vector, states[i] ?? '', after);
  return recorded.flatMap((one, i) =>
    differs(one, i) ? [`${formatVector(one.vector)}: ${states[i] ?? ''}, not ${one.after}`] : [],
  );
}

describe('what a real processor left after each x87 instruction is left', () => {
  it('by the x87 alone', () => {
    expect(recorded.length).toBeGreaterThan(5000);
    expect(differences(recorded.map(({ vector }) => runVector(vector)))).toEqual([]);
  });

  it('in a guest that is interpreted', async () => {
    expect(
      differences(
        await runVectorsInGuest(
          recorded.map(({ vector }) => vector),
          false,
        ),
      ),
    ).toEqual([]);
  });

  it('in a guest that is compiled', async () => {
    expect(
      differences(
        await runVectorsInGuest(
          recorded.map(({ vector }) => vector),
          true,
        ),
      ),
    ).toEqual([]);
  });
});
