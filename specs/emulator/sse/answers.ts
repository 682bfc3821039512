/** What an instruction makes of a vector, as text that can be compared and kept: the real processor's answer and ours. */

import { type OperationName, perform } from '../../../emulator/sse/operations.ts';
import { INSTRUCTION_NAMES, INSTRUCTIONS } from './instructions.ts';
import { type Answer, askProcessor, Signal } from './processor.ts';
import { RECORDED_SEED, type Vector, vectorsFor } from './vectors.ts';

/** MXCSR afterwards and the result, or a dash for an exception: both in hexadecimal. */
export const answerText = (mxcsr: number, result: bigint | undefined): string =>
  `${mxcsr.toString(16)}:${result === undefined ? '-' : result.toString(16)}`;

export function ownAnswer(name: OperationName, vector: Vector): string {
  const { destination, source, mxcsr, immediate } = vector;
  const outcome = perform(name, destination, source, mxcsr, immediate);
  return answerText(outcome.mxcsr, outcome.result);
}

export const codeOf = (name: OperationName, { immediate }: Vector): number[] => {
  const instruction = INSTRUCTIONS[name];
  return [...instruction.code, ...(instruction.immediate ? [immediate] : [])];
};

function resultOf(name: OperationName, answer: Answer): bigint {
  switch (INSTRUCTIONS[name].destination) {
    case 'eax':
      return BigInt(answer.eax);
    case 'flags':
      return BigInt(answer.flags);
    case 'mm0':
      return answer.mm0;
    case 'xmm0':
      return answer.xmm0;
  }
}

/** What the processor of the host makes of vectors for each instruction. */
export function processorAnswers(
  vectors: ReadonlyMap<OperationName, readonly Vector[]>,
): Map<OperationName, string[]> {
  const questions = [...vectors].flatMap(([name, all]) =>
    all.map((vector) => ({
      code: codeOf(name, vector),
      mxcsr: vector.mxcsr,
      xmm0: vector.destination,
      xmm1: vector.source,
    })),
  );
  const answers = askProcessor(questions).values();
  const texts = new Map<OperationName, string[]>();
  for (const [name, all] of vectors) {
    texts.set(
      name,
      all.map(() => {
        const answer = answers.next().value;
        if (answer === undefined) throw new Error('the processor answered too little');
        if (answer.signal === Signal.none) return answerText(answer.mxcsr, resultOf(name, answer));
        if (answer.signal !== Signal.floatingPoint) throw new Error(`${name} raised signal ${answer.signal}`);
        return answerText(answer.mxcsr, undefined);
      }),
    );
  }
  return texts;
}

/** Vectors for each instruction; other ones for each. */
export function vectorsForAll(count: number, seed: number): Map<OperationName, Vector[]> {
  return new Map(
    INSTRUCTION_NAMES.map((name, i) => [name, vectorsFor(INSTRUCTIONS[name].lanes, count, seed + i)]),
  );
}

const RECORDED_VECTORS = 60;

/** The vectors to which recorded.tsv has the answers. */
export const recordedVectors = (): Map<OperationName, Vector[]> =>
  vectorsForAll(RECORDED_VECTORS, RECORDED_SEED);
