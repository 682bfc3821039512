/** Runs the study's matrix and puts the figures together as a report. */
import { ensureVariants, referenceVariant } from '../../images/index.ts';
import { changesSince, comparedWith } from './report/index.ts';
import type { Figures, StartupReport, VariantRow } from './report/index.ts';
import { traceRow } from './boot-record.ts';
import { claimedShare, verdictOn } from './claim.ts';
import type { Measured } from './claim.ts';
import { countRow, readyRow, RowClock } from './measure.ts';
import type { ReadyRow } from './measure.ts';
import { buildProgress, nextStep } from './progress.ts';
import type { StudyProgress } from './progress.ts';
import { studyReference, studyRow } from './row.ts';
import type { StudyRow, StudyVariant } from './row.ts';

export interface StudyOptions extends StudyProgress {
  /** Runs of each row whose wall time is taken. */
  readonly runs: number;
  /** Rows to measure besides the reference. */
  readonly variants: readonly StudyVariant[];
  /** When the report is made, ISO 8601. */
  readonly created: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The report before, to say what moved since. */
  readonly previous?: StartupReport;
}

/** What the project builds and runs where nothing else is asked for, cold and restored. */
const defaultRow = (fromSnapshot: boolean): StudyRow => ({
  name: fromSnapshot ? 'default, restored' : 'default, cold',
  change: 'what the project builds by default',
  build: referenceVariant,
  run: { ...studyReference.run, fromSnapshot },
  claim: undefined,
});

function variantRow(row: StudyRow, { figures, phases }: Measured, reference: Measured): VariantRow {
  const { name, change, claim } = row;
  const { python } = row.build;
  const from = row.run.fromSnapshot ? 'snapshot' : 'reset';
  const measured = {
    name,
    change,
    figures,
    phases,
    ...(python !== undefined && { release: { python, from } as const }),
  };
  if (claim === undefined) return measured;
  const { says, savesMs } = claim;
  return {
    ...measured,
    claim: { says, ...(savesMs !== undefined && { savesMs, share: claimedShare(claim) }) },
    verdict: verdictOn(claim, { figures, phases }, reference),
  };
}

/** Runs every row once, then once more, and so on: a machine that gets slower meanwhile does so for all rows alike. */
async function clockRows(rows: readonly ReadyRow[], options: StudyOptions): Promise<Figures['wallMs'][]> {
  const clocks = rows.map((ready) => new RowClock(ready));
  try {
    for (let round = 0; round <= options.runs; round++) {
      const name = round === 0 ? 'compiling' : `wall clock, round ${round} of ${options.runs}`;
      for (const [index, clock] of clocks.entries()) {
        await nextStep(options, `${name}: ${rows[index]?.row.name ?? ''}`);
        await (round === 0 ? clock.warm() : clock.sample());
      }
    }
    return clocks.map(({ spread }) => spread);
  } finally {
    for (const clock of clocks) clock.dispose();
  }
}

/** @throws BuildError when a variant cannot be built, GuestStateError when one does not say hello. */
export async function runStudy(options: StudyOptions): Promise<StartupReport> {
  const { created, environment, previous } = options;
  const rows = [studyReference, ...options.variants.map(studyRow), defaultRow(false), defaultRow(true)];
  const images = await ensureVariants(
    rows.map(({ build }) => build),
    buildProgress(options),
  );
  const ready = await Promise.all(rows.map((row, index) => readyRow(row, images[index])));

  const exact = [];
  for (const one of ready) {
    await nextStep(options, `counting ${one.row.name}`);
    exact.push(await countRow(one));
  }
  const spreads = await clockRows(ready, options);
  const measured = exact.map(({ figures, phases }, index): Measured => {
    const wallMs = spreads[index] ?? { median: NaN, low: NaN, high: NaN, runs: 0 };
    return { figures: { ...figures, wallMs }, phases };
  });
  const [reference] = measured;
  const [cold, restored] = measured.slice(-2);
  const coldRow = ready.at(-2);
  if (reference === undefined || cold === undefined || restored === undefined || coldRow === undefined)
    throw new Error('the study measured no row');
  const report: StartupReport = {
    version: 2,
    title: 'CPython start-up on nanvix-v86',
    created,
    environment,
    reference: variantRow(studyReference, reference, reference),
    variants: rows
      .slice(1, -2)
      .map((row, index) => variantRow(row, measured[index + 1] ?? reference, reference)),
    ...(await traceRow(coldRow)),
    cold: cold.figures,
    restored: restored.figures,
  };
  if (previous === undefined) return report;
  return {
    ...report,
    changes: changesSince(previous, report),
    comparedWith: comparedWith(previous, report),
  };
}
