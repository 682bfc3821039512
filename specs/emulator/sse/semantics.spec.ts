/**
 * The floating-point instructions of SSE to SSE3 give what a real processor gives: results, NaNs, flags, exceptions that are
 * not masked, in each rounding and zero mode. recorded.tsv holds the answers of an AMD EPYC (family 26, model 2), which do not
 * differ from Intel's but in RCPPS and RSQRTPS, where Intel leaves them open.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ownAnswer, recordedVectors } from './answers.ts';
import { machineAnswers } from './guest.ts';
import { INSTRUCTION_NAMES } from './instructions.ts';

const recorded = new Map(
  readFileSync(new URL('recorded.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', ...answers] = line.split('\t');
      return [name, answers];
    }),
);
const vectors = recordedVectors();

describe('a function of operands answers as the processor that was asked', () => {
  it.each(INSTRUCTION_NAMES)('%s', (name) => {
    const own = vectors.get(name)?.map((vector) => ownAnswer(name, vector));
    expect(own).toEqual(recorded.get(name));
  });
});

describe.each([
  ['the interpreter', false],
  ['compiled code', true],
] as const)('%s answers as the processor that was asked', (_way, compile) => {
  const answers = machineAnswers(vectors, compile);

  it.each(INSTRUCTION_NAMES)('%s', async (name) => {
    expect((await answers).get(name)).toEqual(recorded.get(name));
  });
});
