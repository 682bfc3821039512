/**
 * The record: what every row of the study gives, to the instruction, for images whose digests are kept with it. Committed,
 * so that a table made on another machine can be held against it. Wall time has no place in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { sha256 } from '../../images/build/digest-memo.ts';
import { inProject } from '../../images/build/paths.ts';
import { ensureVariants } from '../../images/index.ts';
import { countRow, readyRow } from './measure.ts';
import type { ReadyRow } from './measure.ts';
import { movedBetween } from './moved.ts';
import type { Moved } from './moved.ts';
import { buildProgress, nextStep } from './progress.ts';
import type { StudyProgress } from './progress.ts';
import { studyReference, studyRow } from './row.ts';
import type { StudyRow, StudyVariant } from './row.ts';

const PATH = inProject('harness', 'study', 'record.json');

/** One row: digests of what was booted, then exact figures. */
export type RowRecord = Readonly<Record<string, string | number>>;

/** By the name of the row. */
export type StudyRecord = Readonly<Record<string, RowRecord>>;

/** A value that is not what the record says. */
export interface RowMoved extends Moved {
  readonly row: string;
}

export function readRecord(): StudyRecord {
  return JSON.parse(readFileSync(PATH, 'utf8')) as StudyRecord;
}

export function writeRecord(record: StudyRecord): void {
  writeFileSync(PATH, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** What a row gives now. */
export async function recordOf(ready: ReadyRow): Promise<RowRecord> {
  const { figures, phases } = await countRow(ready);
  const { pagesTouched, ...others } = figures;
  return {
    'python, sha256': ready.images.python.elf.sha256,
    'ramfs, sha256': sha256(ready.ramfs),
    ...others,
    ...(pagesTouched !== null && { pagesTouched }),
    ...Object.fromEntries(phases.map(({ name, from, to }) => [`phase ${name}`, to - from])),
  };
}

/** Builds and counts rows, the reference among them. */
export async function recordRows(
  variants: readonly StudyVariant[],
  progress: StudyProgress = {},
): Promise<StudyRecord> {
  const rows: readonly StudyRow[] = [studyReference, ...variants.map(studyRow)];
  const images = await ensureVariants(
    rows.map(({ build }) => build),
    buildProgress(progress),
  );
  const record: Record<string, RowRecord> = {};
  for (const [index, row] of rows.entries()) {
    await nextStep(progress, `counting ${row.name}`);
    const ready = await readyRow(row, images[index]);
    record[row.name] = await recordOf(ready);
  }
  return record;
}

/** What moved in the rows that `now` has; a row that the record lacks has moved from nothing. */
export function movedInRecord(before: StudyRecord, now: StudyRecord): RowMoved[] {
  return Object.entries(now).flatMap(([row, values]) =>
    movedBetween(before[row] ?? {}, values).map((moved) => ({ row, ...moved })),
  );
}
