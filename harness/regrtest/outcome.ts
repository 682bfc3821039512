/** What a module came to, as its records and its end say. */
import { formatCrashReport } from '../guest/crash-report.ts';
import type { RunResult } from '../guest/result.ts';
import { isHalfway } from '../guest/stop.ts';
import { readRecords, type TestRecord } from './records.ts';

/** What one test came to. */
export interface TestOutcome {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped; empty where it passed. */
  readonly text: string;
}

export type ModuleStatus = 'passed' | 'failed' | 'skipped' | 'timedOut';

/** What a module came to, wherever it ran. */
export interface ModuleVerdict {
  readonly module: string;
  readonly status: ModuleStatus;
  readonly tests: readonly TestOutcome[];
  /** Why it was skipped, or what failed besides its tests; undefined where nothing did. */
  readonly reason: string | undefined;
  /** Whether the module came to its own end. */
  readonly ended: boolean;
  /** What its tests printed. */
  readonly printed: string;
}

/** What a module came to in a guest. */
export interface ModuleOutcome extends ModuleVerdict {
  readonly instructions: number;
  readonly virtualMs: number;
  readonly wallMs: number;
}

/** What a Python that ran a module left behind. */
export interface ModuleRun {
  readonly output: string;
  readonly errorOutput: string;
  /** Whether its time was over. */
  readonly timedOut: boolean;
  /** What to say of a module that did not come to its end. */
  readonly whyCutShort: string;
}

/** What a run from the suite's snapshot says of the module that it was given. */
export function outcomeOf(module: string, result: RunResult): ModuleOutcome {
  const { output, errorOutput, instructions, virtualMs, wallMs } = result;
  const timedOut = result.outcome.kind === 'deadline';
  const verdict = verdictOf(module, { output, errorOutput, timedOut, whyCutShort: whyCutShort(result) });
  return { ...verdict, instructions, virtualMs, wallMs };
}

/** What a run says of the module that it was given. */
export function verdictOf(module: string, run: ModuleRun): ModuleVerdict {
  const { records, printed } = readRecords(run.output);
  const ended = records.some((one) => 'done' in one);
  const cutShort = ended ? undefined : run.whyCutShort;
  const tests = testsOf(records, cutShort);
  const skipped = valueOf(records, 'skipped');
  const problem = valueOf(records, 'problem');
  const failedTests = tests.some(({ outcome }) => outcome === 'failed');
  // What test.support says of failed tests says no more than they do.
  const failed = failedTests ? undefined : valueOf(records, 'failed');
  const reason = cutShort ?? problem ?? failed ?? skipped;
  return {
    module,
    status: statusOf({
      timedOut: !ended && run.timedOut,
      failed: failedTests || cutShort !== undefined || problem !== undefined || failed !== undefined,
      skipped: skipped !== undefined,
    }),
    ...{ tests, reason, ended, printed: printed + run.errorOutput },
  };
}

function statusOf(was: { timedOut: boolean; failed: boolean; skipped: boolean }): ModuleStatus {
  if (was.timedOut) return 'timedOut';
  if (was.failed) return 'failed';
  return was.skipped ? 'skipped' : 'passed';
}

/** A test that was running when the guest ended or was ended has failed. */
function testsOf(records: readonly TestRecord[], cutShort: string | undefined): TestOutcome[] {
  const tests: TestOutcome[] = [];
  let running: string | undefined;
  for (const one of records) {
    if ('start' in one) running = one.start;
    if (!('test' in one)) continue;
    tests.push({ name: one.test, outcome: one.outcome, text: one.text });
    if (one.test === running) running = undefined;
  }
  if (running !== undefined && cutShort !== undefined)
    tests.push({ name: running, outcome: 'failed', text: cutShort });
  return tests;
}

function valueOf(records: readonly TestRecord[], key: 'skipped' | 'problem' | 'failed'): string | undefined {
  for (const one of records) if (key in one) return (one as Readonly<Record<string, string>>)[key];
  return undefined;
}

function whyCutShort({ outcome, exitStatus, errorOutput }: RunResult): string {
  if (outcome.kind === 'exit' || isHalfway(outcome))
    return `Python ended in the midst of it, with status ${exitStatus}: ${errorOutput.trim().split('\n').slice(-3).join(' | ')}`;
  switch (outcome.kind) {
    case 'deadline':
      return outcome.deadline === 'wall'
        ? `not done after ${outcome.limit} ms of real time`
        : `not done after ${outcome.limit} ms of guest time`;
    case 'crash':
    case 'halted':
    case 'protocol-error':
      return `the guest ended by ${outcome.kind}: ${formatCrashReport(outcome.crash)}`;
  }
}
