/** The processor of the host, if it is an x86, asked about many more operands than recorded.tsv holds. */

import { describe, expect, it } from 'vitest';
import { ownAnswer, processorAnswers, vectorsForAll } from './answers.ts';
import { INSTRUCTION_NAMES, type Instruction, INSTRUCTIONS } from './instructions.ts';
import { whyNoProcessor } from './processor.ts';

const VECTORS = 15_000;
const SEED = 1;

const missing = whyNoProcessor();
/** Every kind of processor has its own approximations. */
const isApproximation = ({ code }: Instruction): boolean => code.includes(0x52) || code.includes(0x53);

describe.skipIf(missing !== undefined)(`the processor of this host agrees${missing ?? ''}`, () => {
  const vectors = vectorsForAll(VECTORS, SEED);
  const answers = missing === undefined ? processorAnswers(vectors) : new Map<string, string[]>();

  it.each(INSTRUCTION_NAMES.filter((name) => !isApproximation(INSTRUCTIONS[name])))('on %s', (name) => {
    const differing = (vectors.get(name) ?? [])
      .map((vector, i) => ({ ...vector, own: ownAnswer(name, vector), processor: answers.get(name)?.[i] }))
      .filter(({ own, processor }) => own !== processor);
    expect(differing).toEqual([]);
  });
});
