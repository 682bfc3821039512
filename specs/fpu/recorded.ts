/**
 * What a real processor made of vectors: a table that any host can check against.
 *
 * The vectors themselves come from a seed, so the table holds only what is left after each: a line for each instruction. Where
 * the generator of vectors changes, the table is recorded anew, on an x86: `npx tsx specs/fpu/record.ts`.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsOf } from './generate.ts';
import type { Vector } from './vectors.ts';

export const RECORDED_PATH = join(import.meta.dirname, 'recorded.tsv');
export const RECORDED = { seed: 1987, each: 24 } as const;

export interface RecordedVector {
  readonly vector: Vector;
  readonly after: string;
}

/** The first line says whose they are; then each line has an instruction and the states after its vectors. */
export function recordedVectors(): RecordedVector[] {
  const [, ...lines] = readFileSync(RECORDED_PATH, 'utf8').trimEnd().split('\n');
  const after = lines.flatMap((line) => line.split('\t').slice(1));
  return vectorsOf(RECORDED.seed, RECORDED.each).map((vector, i) => ({ vector, after: after[i] ?? '' }));
}
