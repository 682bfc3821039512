/** `nanvix-v86 regrtest`: CPython's own regression tests, each module in a guest restored from one snapshot. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { BuildEvent } from '../../../images/types.ts';
import { harnessStatus } from '../../guest/exit-status.ts';
import type {
  Difference,
  Known,
  ModuleOutcome,
  ModuleVerdict,
  RegrtestReport,
  RegrtestStart,
  SuiteOptions,
} from '../../regrtest/index.ts';
import type { Shard } from '../../study/shards.ts';
import { milliseconds, shard, wholeNumber } from '../parse.ts';
import { detailsOf, lineOf, textOf } from '../regrtest-text.ts';
import { checkOutputs, writeUserFile } from '../sink.ts';
import { makeFolder } from '../../../images/system/folders.ts';

interface RegrtestOptions {
  readonly match?: readonly string[];
  readonly timeout: number;
  readonly jobs?: number;
  readonly failedFirst?: true;
  readonly list?: true;
  readonly native?: true;
  readonly verbose?: true;
  readonly json?: true;
  readonly junit?: string;
  readonly save?: string;
  readonly shard?: Shard;
  readonly snapshotFailed?: string;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const MOST_JOBS = 64;
const STATUS_INTERRUPTED = 130;

const append = (text: string, before: readonly string[] = []): string[] => [...before, text];

export function regrtestCommand(setStatus: (status: number) => void): Command {
  const command = new Command('regrtest')
    .description(
      "run CPython's own regression tests, each module in a guest of its own; status 3 if anything differs from the list of what is known not to pass",
    )
    .argument('[modules...]', 'such as test_math or math (default: all that the list does not leave out)')
    .option('-m, --match <pattern>', 'only tests whose name or a part of it is like this; repeatable', append)
    .option('--timeout <ms>', 'guest time that a module may take', milliseconds, DEFAULT_TIMEOUT_MS)
    .option(
      '-j, --jobs <number>',
      'guests at once (default: one for each processor)',
      wholeNumber(1, MOST_JOBS),
    )
    .option('--failed-first', 'start with the modules that failed last time')
    .option('--list', 'print the modules there are, and why some are known not to pass; run nothing')
    .option('--native', 'run the same modules on Linux without a guest too, and print what differs')
    .option(
      '--snapshot-failed <folder>',
      'for each module that differs, write a snapshot before its first failed test',
    )
    .option(
      '--shard <K/N>',
      'run the K-th of N pieces of the modules; `regrtest merge` puts pieces together',
      shard,
    )
    .option('--junit <file>', 'write the results as JUnit XML')
    .option('--save <file>', 'write the results as JSON, for `regrtest merge`')
    .option('--verbose', 'print each test, and what the tests of a failed module printed')
    .option('--json', 'print the results as JSON')
    .action(async (named: readonly string[], options: RegrtestOptions) => {
      setStatus(await regrtest(named, options));
    });
  command
    .command('merge')
    .description(
      'put the pieces of a run together, which --shard and --save have written; status as of a whole run',
    )
    .argument('<files...>', 'results written by --save')
    .option('--save <file>', 'write the whole as JSON')
    .option('--json', 'print the whole as JSON')
    // `regrtest` has options of the same names, which commander would take first
    .action(async (files: readonly string[], _: unknown, merge: Command) => {
      setStatus(await mergeFiles(files, merge.optsWithGlobals()));
    });
  return command;
}

async function mergeFiles(files: readonly string[], options: RegrtestOptions): Promise<number> {
  checkOutputs({ '--save': options.save });
  const { mergeReports, readReport } = await import('../../regrtest/index.ts');
  return await tell(mergeReports(files.map((file) => [file, readReport(file)] as const)), options);
}

/** Prints the results, and writes them where they are wanted. */
async function tell(
  report: RegrtestReport,
  { json, save }: Pick<RegrtestOptions, 'json' | 'save'>,
  details: readonly string[] = [],
): Promise<number> {
  const asJson = `${JSON.stringify(report)}\n`;
  process.stdout.write(json ? asJson : await textOf(report, details));
  if (save !== undefined) await writeUserFile(save, asJson);
  return report.unexpected.length === 0 ? 0 : harnessStatus.unexpected;
}

/** A run of the suite, as far as it came. */
interface SuiteRun {
  readonly start: RegrtestStart;
  readonly outcomes: readonly ModuleOutcome[];
  /** What the modules came to on Linux; undefined where that was not asked for. */
  readonly native: readonly ModuleVerdict[] | undefined;
  readonly isInterrupted: boolean;
}

async function regrtest(named: readonly string[], options: RegrtestOptions): Promise<number> {
  checkOutputs({ '--junit': options.junit, '--save': options.save });
  const suite = await import('../../regrtest/index.ts');
  const known = suite.readKnown();
  if (options.list) return await list(known, options.shard);
  const { match = [], timeout: timeoutMs, jobs: workers = availableParallelism() } = options;
  const settings: SuiteOptions = { match, timeoutMs, workers, known };
  const { start, outcomes, native, isInterrupted } = await runShown(named, settings, options);
  const unexpected = outcomes.flatMap((one) => suite.differences(known, one, match.length === 0));
  const details = options.verbose ? outcomes.flatMap(detailsOf) : [];
  const status = await tell(
    suite.reportOf(outcomes, unexpected, native && { verdicts: native, known }),
    options,
    details,
  );
  if (options.junit !== undefined) await writeUserFile(options.junit, suite.junitXml(outcomes));
  suite.rememberFailed(
    outcomes.map(({ module }) => module),
    [...new Set(unexpected.map(({ module }) => module))],
  );
  if (options.snapshotFailed !== undefined)
    await keepFailed(start, outcomes, unexpected, settings, options.snapshotFailed);
  return isInterrupted ? STATUS_INTERRUPTED : status;
}

/** Runs modules with a display of what is done. */
async function runShown(
  named: readonly string[],
  settings: SuiteOptions,
  { failedFirst: isFailedFirst, verbose, shard: piece, native: isNative }: RegrtestOptions,
): Promise<SuiteRun> {
  const { chooseModules, failedFirst, regrtestStart, runModules } = await import('../../regrtest/index.ts');
  const { shardOf } = await import('../../study/shards.ts');
  const { withProgress } = await import('../images-progress.ts');
  return await withProgress("CPython's tests", async ({ onProgress, onStep, signal }) => {
    const start = await regrtestStart({ onProgress, signal });
    const all = chooseModules(start.modules, named, settings.known);
    const chosen = piece === undefined ? all : shardOf(all, piece);
    const modules = isFailedFirst ? failedFirst(chosen) : chosen;
    let done = 0;
    const outcomes = await runModules(start, modules, {
      ...settings,
      signal,
      onOutcome: (outcome) => {
        done += 1;
        if (verbose) process.stderr.write(`${lineOf(outcome)}\n`);
      },
      onRunning: (running) => {
        onStep(`${done} of ${modules.length} done, ${running.join(', ')}`);
      },
    });
    const native =
      isNative && !signal.aborted
        ? await runNatively(modules, { ...settings, signal }, onProgress, (running) => {
            onStep(`on Linux: ${running.join(', ')}`);
          })
        : undefined;
    return { start, outcomes, native, isInterrupted: signal.aborted };
  });
}

/** Runs the modules on Linux. */
async function runNatively(
  modules: readonly string[],
  settings: SuiteOptions,
  onProgress: (event: BuildEvent) => void,
  onRunning: (modules: readonly string[]) => void,
): Promise<ModuleVerdict[]> {
  const { nativeStart, runModulesNatively } = await import('../../regrtest/index.ts');
  const start = await nativeStart({ onProgress });
  try {
    return await runModulesNatively(start, modules, { ...settings, onRunning });
  } finally {
    start.dispose();
  }
}

async function list(known: Known, piece: Shard | undefined): Promise<number> {
  const { ensureRegressionTests } = await import('../../../images/index.ts');
  const { withProgress } = await import('../images-progress.ts');
  const { modules } = await withProgress("CPython's tests", ({ onProgress, signal }) =>
    ensureRegressionTests({ onProgress, signal }),
  );
  const { shardOf } = await import('../../study/shards.ts');
  for (const module of piece === undefined ? modules : shardOf(modules, piece)) {
    const entry = known.modules.get(module);
    const what = entry?.leftOut === true ? 'left out' : 'known';
    process.stdout.write(`${module}${entry === undefined ? '' : `  (${what}: ${entry.why})`}\n`);
  }
  return 0;
}

/** Writes snapshots, and says how each is opened. */
async function keepFailed(
  start: RegrtestStart,
  outcomes: readonly ModuleOutcome[],
  unexpected: readonly Difference[],
  settings: SuiteOptions,
  folder: string,
): Promise<void> {
  const { snapshotBeforeFailure } = await import('../../regrtest/index.ts');
  const { saveSnapshot } = await import('../../snapshots/guest-file.ts');
  makeFolder(folder);
  const differing = new Set(unexpected.map(({ module }) => module));
  for (const outcome of outcomes.filter(({ module }) => differing.has(module))) {
    const snapshot = await snapshotBeforeFailure(start, outcome, settings);
    if (snapshot === undefined) continue;
    const file = join(folder, `${outcome.module}.snapshot`);
    await saveSnapshot(file, snapshot);
    process.stderr.write(
      `${file} stands before the first failed test: nanvix-v86 debug --restore ${file}, or nanvix-v86 trace --level posix --restore ${file}\n`,
    );
  }
}
