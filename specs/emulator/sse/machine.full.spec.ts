/** The machine, interpreted and compiled, beside the functions that the processor agrees with, on many more operands. */

import { describe, expect, it } from 'vitest';
import { ownAnswer, vectorsForAll } from './answers.ts';
import { machineAnswers } from './guest.ts';

/** As many vectors as a bare guest's memory has room for, for each instruction. */
const VECTORS = 250;
const BATCHES = 12;
const SEEDS_OF_A_BATCH = 1000;

describe.each(Array.from({ length: BATCHES }, (_, i) => SEEDS_OF_A_BATCH * (i + 1)))(
  'from seed %d',
  (seed) => {
    const vectors = vectorsForAll(VECTORS, seed);

    it.each([
      ['the interpreter', false],
      ['compiled code', true],
    ] as const)('%s answers as the functions', async (_way, compile) => {
      const answers = await machineAnswers(vectors, compile);
      const differing = [...vectors].flatMap(([name, all]) =>
        all
          .map((vector, i) => ({
            name,
            ...vector,
            own: ownAnswer(name, vector),
            machine: answers.get(name)?.[i],
          }))
          .filter(({ own, machine }) => own !== machine),
      );
      expect(differing).toEqual([]);
    });
  },
);
