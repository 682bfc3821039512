/** What a real processor said, as record.ts wrote it. */
import { readFileSync } from 'node:fs';
import { digestsOf } from './programs.ts';
import type { FunctionDigests } from './programs.ts';

/** Arguments for each function of the recorded math. */
export const RECORDED_ARGUMENTS = 200;

export interface RecordedSection {
  readonly lines: number;
  readonly sha256: string;
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** By program and section. */
export function recordedSections(): Readonly<Record<string, Readonly<Record<string, RecordedSection>>>> {
  return JSON.parse(read('sections.json')) as Record<string, Record<string, RecordedSection>>;
}

/** By function. */
export function recordedMath(): Map<string, FunctionDigests> {
  return digestsOf(read('math.txt'));
}
