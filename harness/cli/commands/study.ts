/** `nanvix-v86 study`: builds and runs the matrix of start-up variants, and reports what each of them costs. */
import { Command, Option } from 'commander';
import type { StartupReport } from '../../study/report/index.ts';
import type { StudyProgress } from '../../study/progress.ts';
import type { StudyVariant } from '../../study/row.ts';
import type { Shard } from '../../study/shards.ts';
import { thisSystem } from '../../../images/system/system.ts';
import { InputError } from '../../guest/errors.ts';
import { log } from '../log.ts';
import { shard, wholeNumber } from '../parse.ts';
import { readUserFile } from '../../guest/user-file.ts';
import { checkOutputs, writeUserFile } from '../sink.ts';
import { version } from '../version.ts';

interface StudyCommandOptions {
  readonly runs: number;
  readonly variant?: readonly string[];
  readonly python?: readonly string[];
  readonly add?: readonly string[];
  readonly rows?: string;
  readonly list?: true;
  readonly check?: true;
  readonly record?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly report?: string;
  readonly save?: string;
  readonly previous?: string;
  readonly shard?: Shard;
}

const DEFAULT_RUNS = 5;
/** Options of a study that measures wall time too. */
const ONLY_MEASURED = ['report', 'save', 'previous', 'csv'];
/** Something moved that should not have, as `diff` and `cmp` say it. */
const STATUS_DIFFERENT = 1;

const REFERENCE = 'reference';
/** Names of rows that are measured beside the variants. */
const RESERVED = [REFERENCE, 'default, cold', 'default, restored'];

const append = (text: string, before: readonly string[] = []): string[] => [...before, text];

export function studyCommand(setStatus: (status: number) => void): Command {
  const command = new Command('study')
    .description('build and measure each start-up optimization, beside what the reference claims for it')
    .option(
      '--variant <names...>',
      'measure only these rows, the reference and your own (see --list; `reference`: none but it)',
    )
    .option(
      '--python <releases...>',
      'measure releases of CPython against 3.11.2: 3.13, or one whose source archive was given by `images --cpython`; no other rows but those of --variant and your own',
    )
    .option(
      '--add <json>',
      'a row of your own, as {"name":"O1","build":{"optimize":"O1"}}; repeatable',
      append,
    )
    .option('--rows <file>', 'rows of your own: a JSON file with a list of them')
    .option('--list', 'print the rows there are and what each changes; measure nothing')
    .option(
      '--shard <K/N>',
      'measure the K-th of N pieces of the rows; `study merge` puts pieces together',
      shard,
    )
    .option('--runs <number>', 'runs of each row for the wall clock', wholeNumber(1, 1000), DEFAULT_RUNS)
    .addOption(
      new Option(
        '--check',
        'count only, and compare with the committed record; status 1 if anything moved',
      ).conflicts(['list', 'record', ...ONLY_MEASURED]),
    )
    .addOption(
      new Option('--record', 'count only, and write the committed record anew').conflicts([
        'list',
        'json',
        ...ONLY_MEASURED,
      ]),
    )
    .addOption(new Option('--report <file>', 'write a report as one HTML file').conflicts('list'))
    .addOption(
      new Option('--save <file>', 'write the study as JSON, for a later --previous').conflicts('list'),
    )
    .addOption(
      new Option(
        '--previous <file>',
        'what to compare with: a study written by --save (default: the last study)',
      ).conflicts('list'),
    )
    .addOption(new Option('--json', 'print JSON instead of the table').conflicts('csv'))
    .addOption(new Option('--csv', 'print CSV instead of the table').conflicts('list'))
    .action(async (options: StudyCommandOptions) => {
      const { studyVariants } = await import('../../study/variants.ts');
      const releases = await releasesOf(options);
      const own = [
        ...(await ownVariants(options, studyVariants)),
        ...releases.filter((release) => studyVariants.every(({ name }) => name !== release.name)),
      ];
      const wanted =
        options.python === undefined
          ? options.variant
          : [...releases.map(({ name }) => name), ...(options.variant ?? [])];
      const chosen = chooseVariants(wanted, studyVariants, own);
      const { shardOf } = await import('../../study/shards.ts');
      const variants = options.shard === undefined ? chosen : shardOf(chosen, options.shard);
      if (options.list) {
        printRows(variants, options.json === true);
        setStatus(0);
      } else if (options.check || options.record) {
        if (own.length > 0)
          throw new InputError(
            'a row of your own is in no record: leave out --check or --record, or give it a line in harness/study/variants.ts',
          );
        setStatus(await compareWithRecord(variants, options));
      } else {
        await study(variants, options);
        setStatus(0);
      }
    });
  command
    .command('merge')
    .description('put the pieces of a study together, which --shard and --save have written')
    .argument('<files...>', 'studies written by --save')
    .option('--save <file>', 'write the whole study as JSON')
    .option('--report <file>', 'write a report as one HTML file')
    .addOption(new Option('--json', 'print JSON instead of the table').conflicts('csv'))
    .option('--csv', 'print CSV instead of the table')
    // `study` has options of the same names, which commander would take first
    .action(async (files: readonly string[], _: unknown, merge: Command) => {
      await mergeFiles(files, merge.optsWithGlobals());
      setStatus(0);
    });
  return command;
}

async function mergeFiles(files: readonly string[], options: StudyCommandOptions): Promise<void> {
  checkOutputs({ '--report': options.report, '--save': options.save });
  const { readStudy } = await import('../../study/kept.ts');
  const { mergeStudies } = await import('../../study/shards.ts');
  const { studyVariants } = await import('../../study/variants.ts');
  const report = mergeStudies(
    files.map((file) => [file, readStudy(file)] as const),
    studyVariants.map(({ name }) => name),
  );
  await tell(report, options);
}

/** The rows of the releases that were named. */
async function releasesOf({ python }: StudyCommandOptions): Promise<readonly StudyVariant[]> {
  if (python === undefined) return [];
  const { namedReleases } = await import('../../study/releases.ts');
  return namedReleases([...new Set(python)]);
}

/** The rows that the caller gives. */
async function ownVariants(
  { add = [], rows }: StudyCommandOptions,
  known: readonly StudyVariant[],
): Promise<readonly StudyVariant[]> {
  if (add.length === 0 && rows === undefined) return [];
  const { parseVariants } = await import('../../study/parse-variant.ts');
  const own = add.flatMap((text) => parseVariants(text, '--add'));
  if (rows !== undefined)
    own.push(...parseVariants(readUserFile('file of rows', rows).toString('utf8'), rows));
  const names = [...RESERVED, ...known.map(({ name }) => name)];
  for (const { name } of own) {
    if (names.includes(name)) throw new InputError(`there is a row ${name} already: give yours another name`);
    names.push(name);
  }
  return own;
}

/** The rows that were named, each once and in the order of the study, and the caller's own in any case. */
function chooseVariants(
  names: readonly string[] | undefined,
  known: readonly StudyVariant[],
  own: readonly StudyVariant[],
): readonly StudyVariant[] {
  if (names === undefined) return [...known, ...own];
  const there = [REFERENCE, ...[...known, ...own].map(({ name }) => name)];
  const unknown = names.find((name) => !there.includes(name));
  if (unknown !== undefined)
    throw new InputError(`there is no variant ${unknown}: --list shows those there are`);
  return [...known.filter(({ name }) => names.includes(name)), ...own];
}

function printRows(variants: readonly StudyVariant[], json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(variants)}\n`);
  else for (const { name, change } of variants) process.stdout.write(`${name.padEnd(20)} ${change}\n`);
}

/** Builds and measures, with a display of the steps on stderr. */
async function withDisplay<T>(work: (progress: Required<StudyProgress>) => Promise<T>): Promise<T> {
  const { withProgress } = await import('../images-progress.ts');
  return await withProgress('Start-up study', ({ onProgress, onStep, signal }) =>
    work({
      onBuild: onProgress,
      signal,
      onStep: (what) => {
        onStep(what);
        void log('info', what);
      },
    }),
  );
}

async function compareWithRecord(
  variants: readonly StudyVariant[],
  { record, json }: StudyCommandOptions,
): Promise<number> {
  const { movedInRecord, readRecord, recordRows, writeRecord } = await import('../../study/record.ts');
  const now = await withDisplay((options) => recordRows(variants, options));
  if (record) {
    writeRecord({ ...readRecord(), ...now });
    process.stdout.write(`${Object.keys(now).length} rows are written: review them and commit them\n`);
    return 0;
  }
  const moved = movedInRecord(readRecord(), now);
  if (json) process.stdout.write(`${JSON.stringify(moved)}\n`);
  else if (moved.length === 0)
    process.stdout.write(`${Object.keys(now).length} rows are as recorded, to the instruction\n`);
  else {
    const { default: Table } = await import('cli-table3');
    const table = new Table({
      head: ['row', 'what', 'record', 'now', 'moved by'],
      style: { head: [], border: [] },
    });
    for (const { row, name, before, after, by } of moved)
      table.push([row, name, before, after, by === undefined ? '' : `${(by * 100).toFixed(4)} %`]);
    process.stdout.write(`${table.toString()}\nif this is meant: nanvix-v86 study --record\n`);
  }
  return moved.length === 0 ? 0 : STATUS_DIFFERENT;
}

async function study(variants: readonly StudyVariant[], options: StudyCommandOptions): Promise<void> {
  // An hour of measuring is not to end at a file that cannot be written.
  checkOutputs({ '--report': options.report, '--save': options.save });
  const { lastStudy, keepStudy, readStudy } = await import('../../study/kept.ts');
  const previous = options.previous === undefined ? lastStudy() : readStudy(options.previous);
  const { runStudy } = await import('../../study/study.ts');
  const report = await withDisplay((display) =>
    runStudy({
      ...display,
      runs: options.runs,
      variants,
      created: now(),
      environment: environment(),
      ...(previous && { previous }),
    }),
  );
  await tell(report, options);
  try {
    keepStudy(report);
  } catch (error) {
    await log('warn', `the next study will not be compared with this one: ${(error as Error).message}`);
  }
}

async function tell(report: StartupReport, options: StudyCommandOptions): Promise<void> {
  // What was measured is printed first: nothing that goes wrong with a file can take it away.
  process.stdout.write(await shown(report, options));
  if (options.save !== undefined) await writeUserFile(options.save, `${JSON.stringify(report)}\n`);
  if (options.report !== undefined) {
    const { renderReport } = await import('../../study/report/index.ts');
    await writeUserFile(options.report, renderReport(report));
  }
}

async function shown(report: StartupReport, options: StudyCommandOptions): Promise<string> {
  if (options.json) return `${JSON.stringify(report)}\n`;
  const tables = await import('../../study/tables.ts');
  const { csvColumns, studyCells } = tables;
  if (options.csv) {
    const { stringify } = await import('csv-stringify/sync');
    return stringify([csvColumns.map(({ heading }) => heading), ...studyCells(report, csvColumns)]);
  }
  const { default: Table } = await import('cli-table3');
  const tableOf = (columns: typeof csvColumns): string => {
    const head = columns.map(({ heading }) => heading);
    const table = new Table({
      head,
      colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
      style: { head: [], border: [] },
      chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    });
    for (const cells of studyCells(report, columns))
      table.push(cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)));
    return `${table.toString()}\n`;
  };
  return [
    tableOf(tables.measuredColumns),
    '\nagainst the reference, beside what is claimed of the same difference\n',
    tableOf(tables.comparedColumns),
    ...section(
      'what is claimed, and whether it holds here: with the change, against without it',
      tables.verdictLines(report),
    ),
    ...section('all at once', tables.allAtOnceLines(report)),
    ...section('releases of CPython against 3.11.2, by instructions', tables.releaseLines(report)),
    ...section('what changed', tables.changeLines(report)),
  ].join('');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`\n${title}\n`, ...lines];

function environment(): Record<string, string> {
  return {
    'nanvix-v86': version(),
    node: process.version,
    machine: `${thisSystem.platform} ${thisSystem.arch}`,
  };
}

function now(): string {
  // eslint-disable-next-line no-restricted-globals -- a report says when it was made
  return new Date().toISOString();
}
