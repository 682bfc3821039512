/** `nanvix-v86 study`: builds and runs the matrix of start-up variants, and reports what each of them costs. */
import { Command } from 'commander';
import type { StartupReport } from '../../report/index.ts';
import type { StudyVariant } from '../../study/variants.ts';
import { InputError } from '../../errors.ts';
import { log } from '../log.ts';
import { wholeNumber } from '../parse.ts';
import { version } from '../version.ts';

interface StudyCommandOptions {
  readonly runs: number;
  readonly variant?: readonly string[];
  readonly list?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly report?: string;
  readonly save?: string;
  readonly previous?: string;
}

const DEFAULT_RUNS = 5;

export function studyCommand(setStatus: (status: number) => void): Command {
  return new Command('study')
    .description('build and measure each start-up optimization, beside what the reference claims for it')
    .option('--variant <names...>', 'measure only these rows, and the reference (see --list)')
    .option('--list', 'print the rows there are and what each changes; measure nothing')
    .option('--runs <number>', 'boots of each row for the wall clock', wholeNumber(1, 1000), DEFAULT_RUNS)
    .option('--report <file>', 'write a report as one HTML file')
    .option('--save <file>', 'write the study as JSON, for a later --previous')
    .option('--previous <file>', 'a study written by --save: the report then says what moved')
    .option('--json', 'print JSON instead of the table')
    .option('--csv', 'print CSV instead of the table')
    .action(async (options: StudyCommandOptions) => {
      if (options.list) await printRows(options.json === true);
      else await study(options);
      setStatus(0);
    });
}

async function printRows(json: boolean): Promise<void> {
  const { studyVariants } = await import('../../study/variants.ts');
  if (json) {
    process.stdout.write(`${JSON.stringify(studyVariants)}\n`);
    return;
  }
  for (const { name, change } of studyVariants) process.stdout.write(`${name.padEnd(20)} ${change}\n`);
}

async function study(options: StudyCommandOptions): Promise<void> {
  const { studyVariants } = await import('../../study/variants.ts');
  const variants = chooseVariants(options.variant, studyVariants);
  const previous = options.previous === undefined ? undefined : await readStudy(options.previous);
  const { runStudy } = await import('../../study/study.ts');
  const { withProgress } = await import('../images-progress.ts');
  const report = await withProgress('Building the variants', ({ onProgress }) =>
    runStudy({
      runs: options.runs,
      variants,
      created: now(),
      environment: environment(),
      onBuild: onProgress,
      onRow: (name) => void log('info', `measuring ${name}`),
      ...(previous && { previous }),
    }),
  );
  const { writeFile } = await import('node:fs/promises');
  if (options.save !== undefined) await writeFile(options.save, `${JSON.stringify(report)}\n`);
  if (options.report !== undefined) {
    const { renderReport } = await import('../../report/index.ts');
    await writeFile(options.report, renderReport(report));
  }
  process.stdout.write(await shown(report, options));
}

function chooseVariants(
  names: readonly string[] | undefined,
  all: readonly StudyVariant[],
): readonly StudyVariant[] {
  if (names === undefined) return all;
  return names.map((name) => {
    const found = all.find((variant) => variant.name === name);
    if (found === undefined)
      throw new InputError(`there is no variant ${name}: --list shows those there are`);
    return found;
  });
}

async function readStudy(path: string): Promise<StartupReport> {
  const { readFile } = await import('node:fs/promises');
  try {
    const study = JSON.parse(await readFile(path, 'utf8')) as StartupReport;
    // A version of another program is read as whatever it says, so it is compared as unknown.
    const found: unknown = study.version;
    if (found !== 1) throw new InputError(`${path} is a study of version ${String(found)}: only 1 is known`);
    return study;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} is no study: give a file written by --save`);
  }
}

async function shown(report: StartupReport, options: StudyCommandOptions): Promise<string> {
  if (options.json) return `${JSON.stringify(report)}\n`;
  const { studyCells, studyColumns } = await import('../../study/tables.ts');
  const head = studyColumns.map(({ heading }) => heading);
  if (options.csv) {
    const { stringify } = await import('csv-stringify/sync');
    return stringify([head, ...studyCells(report)]);
  }
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head,
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [] },
  });
  for (const cells of studyCells(report)) {
    table.push(cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)));
  }
  const verdicts = report.variants
    .filter(({ verdict }) => verdict !== undefined)
    .map(({ name, verdict }) => `${name}: ${verdict?.holds ?? ''}, ${verdict?.why ?? ''}\n`);
  return `${table.toString()}\n${verdicts.join('')}`;
}

function environment(): Record<string, string> {
  return { 'nanvix-v86': version(), node: process.version, machine: `${process.platform} ${process.arch}` };
}

function now(): string {
  // eslint-disable-next-line no-restricted-globals -- a report says when it was made
  return new Date().toISOString();
}
