/** A row of the study that is built, as specs look at it: its files read with elfy, its volume, how it is started. */
import { readFileSync } from 'node:fs';
import elfy from 'elfy';
import { ensureVariants, listImages, readRamfs } from '../../images/index.ts';
import type { ReadyRow } from '../../harness/study/measure.ts';
import { readyRow } from '../../harness/study/measure.ts';
import { studyReference, studyRow } from '../../harness/study/row.ts';
import { readProgramFile } from '../../harness/guest/elf/program-file.ts';
import { SymbolTable } from '../../harness/guest/elf/symbol-table.ts';
import type { StudyRow } from '../../harness/study/row.ts';
import { studyVariants } from '../../harness/study/variants.ts';

export const allRows: readonly StudyRow[] = [studyReference, ...studyVariants.map(studyRow)];

/** Rows of another compilation that are built in any case. */
const ALWAYS = ['pie', 'ordered'];
/** A machine with little time looks only at the rows that cost little, or are built already. */
const verifyAll = process.env['NANVIX_V86_STUDY'] !== 'at-hand';

const compilation = ({ build }: StudyRow): string => {
  const { docStrings, computedGotos, optimize, framePointer, unwindTables, lto, link, functionOrder } = build;
  return JSON.stringify([
    docStrings,
    computedGotos,
    optimize,
    framePointer,
    unwindTables,
    lto,
    link,
    functionOrder,
  ]);
};

/** The rows that share a compilation with one that is always built, and those that happen to be in the cache. */
export async function rowsAtHand(): Promise<readonly StudyRow[]> {
  if (verifyAll) return allRows;
  const cheap = new Set(
    [studyReference, ...allRows.filter(({ name }) => ALWAYS.includes(name))].map(compilation),
  );
  const rows = [];
  for (const row of allRows) {
    const isBuilt = async (): Promise<boolean> =>
      (await listImages(row.build)).every(({ status }) => status !== 'missing');
    if (cheap.has(compilation(row)) || (await isBuilt())) rows.push(row);
  }
  return rows;
}

export interface BuiltRow extends ReadyRow {
  /** The program as the guest loads it. */
  readonly program: elfy.Elf;
  readonly symbols: SymbolTable;
  /** Names of the files in the volume. */
  readonly files: readonly string[];
  /** What gcc says of itself and its flags in each file of CPython. */
  readonly producers: readonly string[];
}

const CPYTHON_PRODUCER = /GNU C11 [^\0]*-fwrapv[^\0]*/g;

/** Builds rows together. */
export async function buildRows(rows: readonly StudyRow[]): Promise<readonly ReadyRow[]> {
  const images = await ensureVariants(rows.map(({ build }) => build));
  return await Promise.all(rows.map((row, index) => readyRow(row, images[index])));
}

/** Reads what came of a row. Large: to be dropped before the next is opened. */
export function openRow(ready: ReadyRow): BuiltRow {
  const { elf, symbols, debug } = ready.images.python;
  const parse = (path: string): elfy.Elf => elfy.parse(readFileSync(path));
  const strings = sectionOf(parse(debug.path), '.debug_str')?.data.toString('latin1') ?? '';
  return {
    ...ready,
    program: parse(elf.path),
    symbols: new SymbolTable(readProgramFile(readFileSync(symbols.path))),
    files: [...readRamfs(ready.ramfs).keys()],
    producers: [...(strings.match(CPYTHON_PRODUCER) ?? [])],
  };
}

export function sectionOf(elf: elfy.Elf, name: string): elfy.Section | undefined {
  return elf.body.sections.find((section) => section.name === name);
}
