/** `nanvix-v86 regrtest`: CPython's own regression tests, each module in a guest restored from one snapshot. */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { harnessStatus } from '../../guest/exit-status.ts';
import type { Difference, Known, ModuleOutcome, RegrtestStart, SuiteOptions } from '../../regrtest/index.ts';
import { milliseconds, wholeNumber } from '../parse.ts';
import { checkOutputs, writeUserFile } from '../sink.ts';

interface RegrtestOptions {
  readonly match?: readonly string[];
  readonly timeout: number;
  readonly jobs?: number;
  readonly failedFirst?: true;
  readonly list?: true;
  readonly verbose?: true;
  readonly json?: true;
  readonly junit?: string;
  readonly snapshotFailed?: string;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const MOST_JOBS = 64;
const STATUS_INTERRUPTED = 130;
/** Lines of a difference that are shown, from its end. */
const SHOWN_LINES = 12;

const append = (text: string, before: readonly string[] = []): string[] => [...before, text];

export function regrtestCommand(setStatus: (status: number) => void): Command {
  return new Command('regrtest')
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
    .option(
      '--snapshot-failed <folder>',
      'for each module that differs, write a snapshot before its first failed test',
    )
    .option('--junit <file>', 'write the results as JUnit XML')
    .option('--verbose', 'print each test, and what the tests of a failed module printed')
    .option('--json', 'print the results as JSON')
    .action(async (named: readonly string[], options: RegrtestOptions) => {
      setStatus(await regrtest(named, options));
    });
}

/** A run of the suite, as far as it came. */
interface SuiteRun {
  readonly start: RegrtestStart;
  readonly outcomes: readonly ModuleOutcome[];
  readonly isInterrupted: boolean;
}

async function regrtest(named: readonly string[], options: RegrtestOptions): Promise<number> {
  checkOutputs({ '--junit': options.junit });
  const suite = await import('../../regrtest/index.ts');
  const known = suite.readKnown();
  if (options.list) return await list(known);
  const { match = [], timeout: timeoutMs, jobs: workers = availableParallelism() } = options;
  const settings: SuiteOptions = { match, timeoutMs, workers, known };
  const { start, outcomes, isInterrupted } = await runShown(named, settings, options);
  const unexpected = outcomes.flatMap((one) => suite.differences(known, one, match.length === 0));
  process.stdout.write(
    options.json
      ? `${JSON.stringify(suite.reportOf(outcomes, unexpected))}\n`
      : await shown(outcomes, unexpected, options.verbose === true),
  );
  if (options.junit !== undefined) await writeUserFile(options.junit, suite.junitXml(outcomes));
  suite.rememberFailed(
    outcomes.map(({ module }) => module),
    [...new Set(unexpected.map(({ module }) => module))],
  );
  if (options.snapshotFailed !== undefined)
    await keepFailed(start, outcomes, unexpected, settings, options.snapshotFailed);
  if (isInterrupted) return STATUS_INTERRUPTED;
  return unexpected.length === 0 ? 0 : harnessStatus.unexpected;
}

/** Runs modules with a display of what is done. */
async function runShown(
  named: readonly string[],
  settings: SuiteOptions,
  { failedFirst: isFailedFirst, verbose }: RegrtestOptions,
): Promise<SuiteRun> {
  const { chooseModules, failedFirst, regrtestStart, runModules } = await import('../../regrtest/index.ts');
  const { withProgress } = await import('../images-progress.ts');
  return await withProgress("CPython's tests", async ({ onProgress, onStep, signal }) => {
    const start = await regrtestStart({ onProgress, signal });
    const chosen = chooseModules(start.modules, named, settings.known);
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
    return { start, outcomes, isInterrupted: signal.aborted };
  });
}

async function list(known: Known): Promise<number> {
  const { ensureRegressionTests } = await import('../../../images/index.ts');
  const { withProgress } = await import('../images-progress.ts');
  const { modules } = await withProgress("CPython's tests", ({ onProgress, signal }) =>
    ensureRegressionTests({ onProgress, signal }),
  );
  for (const module of modules) {
    const entry = known.modules.get(module);
    const what = entry?.leftOut === true ? 'left out' : 'known';
    process.stdout.write(`${module}${entry === undefined ? '' : `  (${what}: ${entry.why})`}\n`);
  }
  return 0;
}

function lineOf({ module, status, tests, virtualMs }: ModuleOutcome): string {
  const failed = tests.filter((test) => test.outcome === 'failed').length;
  return `${module}: ${status}, ${tests.length} tests, ${failed} failed, ${(virtualMs / 1000).toFixed(1)} s of guest time`;
}

async function shown(
  outcomes: readonly ModuleOutcome[],
  unexpected: readonly Difference[],
  verbose: boolean,
): Promise<string> {
  const [{ default: Table }, { countTests, reportOf }] = await Promise.all([
    import('cli-table3'),
    import('../../regrtest/report.ts'),
  ]);
  const table = new Table({
    head: ['module', 'result', 'passed', 'failed', 'skipped', 'M instructions', 'guest s'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { module, status, tests, instructions, virtualMs } of outcomes) {
    const { passed, failed, skipped } = countTests(tests);
    const figures = [Math.round(instructions / 1e6).toLocaleString('en'), (virtualMs / 1000).toFixed(2)];
    table.push([module, status, passed, failed, skipped, ...figures]);
  }
  const { modules, tests } = reportOf(outcomes, unexpected);
  const sums = [
    `modules: ${modules.passed} passed, ${modules.failed} failed, ${modules.skipped} skipped, ${modules.timedOut} timed out`,
    `tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`,
  ];
  return [
    `${table.toString()}\n`,
    ...(verbose ? outcomes.flatMap(detailsOf) : []),
    ...unexpected.map(describe),
    ...sums.map((line) => `${line}\n`),
    unexpected.length === 0
      ? 'everything is as listed in harness/regrtest/known.json\n'
      : `${unexpected.length} differ from harness/regrtest/known.json\n`,
  ].join('');
}

function detailsOf({ status, tests, printed }: ModuleOutcome): string[] {
  const lines = tests.map(
    ({ name, outcome, text }) => `${outcome} ${name}${outcome === 'skipped' ? ` (${text})` : ''}\n`,
  );
  return [...lines, ...(status === 'failed' || status === 'timedOut' ? [`${printed.trimEnd()}\n`] : [])];
}

function describe({ module, test, did, text }: Difference): string {
  const lines = text.trimEnd().split('\n').slice(-SHOWN_LINES);
  const again = test === undefined ? module : `${module} --match ${test}`;
  const look =
    did === 'failed' || did === 'timedOut'
      ? [`to look into it: nanvix-v86 regrtest ${again} --snapshot-failed .`]
      : [];
  return `\n${did}, and not listed: ${test ?? module}\n${[...lines, ...look].map((line) => `    ${line}\n`).join('')}`;
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
  mkdirSync(folder, { recursive: true });
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
