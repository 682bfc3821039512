/** Runs the study's matrix, row by row, and puts the figures together as a report. */
import type { BuildEvent } from '../../images/index.ts';
import { traceHello } from './boot-record.ts';
import { changesSince } from '../report/index.ts';
import type { Figures, StartupReport, VariantRow } from '../report/index.ts';
import { measureRestored, measureRow } from './measure.ts';
import type { MeasureOptions } from './measure.ts';
import { studyReference, studyRow, studyVariants } from './variants.ts';
import type { StudyRow, StudyVariant } from './variants.ts';
import { verdictOn } from './verdict.ts';

export interface StudyOptions {
  /** Boots whose wall time is taken for each row. */
  readonly runs: number;
  /** Rows to measure besides the reference; all by default. */
  readonly variants?: readonly StudyVariant[];
  /** When the report is made, ISO 8601. */
  readonly created: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The report before, to say what moved since. */
  readonly previous?: StartupReport;
  readonly onRow?: (name: string) => void;
  readonly onBuild?: (event: BuildEvent) => void;
}

function rowOf(row: StudyRow, figures: Figures, reference: Figures): VariantRow {
  const { name, change, claim } = row;
  if (claim === undefined) return { name, change, figures };
  return { name, change, figures, claimedMs: claim.savesMs, verdict: verdictOn(claim, figures, reference) };
}

/** @throws BuildError when a variant cannot be built, GuestStateError when one does not say hello. */
export async function runStudy(options: StudyOptions): Promise<StartupReport> {
  const { variants = studyVariants, created, environment, previous } = options;
  const settings: MeasureOptions = {
    runs: options.runs,
    ...(options.onBuild && { onProgress: options.onBuild }),
  };
  const measure = async (row: StudyRow): Promise<Figures> => {
    options.onRow?.(row.name);
    return await measureRow(row, settings);
  };

  const referenceRow = studyRow({ name: studyReference.name, change: studyReference.change });
  const reference = await measure(referenceRow);
  const rows: VariantRow[] = [];
  for (const variant of variants) {
    const row = studyRow(variant);
    rows.push(rowOf(row, await measure(row), reference));
  }

  options.onRow?.('restored');
  const { cold, restored } = await measureRestored(settings);
  const report: StartupReport = {
    version: 1,
    title: 'CPython start-up on nanvix-v86',
    created,
    environment,
    reference: rowOf(referenceRow, reference, reference),
    variants: rows,
    ...(await traceHello()),
    cold,
    restored,
  };
  return previous === undefined ? report : { ...report, changes: changesSince(previous, report) };
}
