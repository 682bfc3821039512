/** What `nanvix-v86 regrtest` shows to people: a table of modules, what differs from the list, and sums. */
import type { ModuleOutcome, RegrtestReport } from '../regrtest/index.ts';

/** Lines of a difference that are shown, from its end. */
const SHOWN_LINES = 12;

/** One line on a module that has ended. */
export function lineOf({ module, status, tests, virtualMs }: ModuleOutcome): string {
  const failed = tests.filter((test) => test.outcome === 'failed').length;
  return `${module}: ${status}, ${tests.length} tests, ${failed} failed, ${(virtualMs / 1000).toFixed(1)} s of guest time`;
}

/** A run as a table, with `details` between it and what differs. */
export async function textOf(
  { modules, tests, results, unexpected, native }: RegrtestReport,
  details: readonly string[] = [],
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['module', 'result', 'passed', 'failed', 'skipped', 'M instructions', 'guest s'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { module, status, tests: count, instructions, virtualMs } of results) {
    const figures = [Math.round(instructions / 1e6).toLocaleString('en'), (virtualMs / 1000).toFixed(2)];
    table.push([module, status, count.passed, count.failed, count.skipped, ...figures]);
  }
  const sums = [
    `modules: ${modules.passed} passed, ${modules.failed} failed, ${modules.skipped} skipped, ${modules.timedOut} timed out`,
    `tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`,
    unexpected.length === 0
      ? 'everything is as listed in harness/regrtest/known.json'
      : `${unexpected.length} differ from harness/regrtest/known.json`,
  ];
  return [
    `${table.toString()}\n`,
    ...details,
    ...unexpected.map(describe),
    ...(native === undefined ? [] : [comparisonText(native)]),
    ...sums.map((line) => `${line}\n`),
  ].join('');
}

/** Each test of a module, and what they printed where it failed. */
export function detailsOf({ status, tests, printed }: ModuleOutcome): string[] {
  const lines = tests.map(
    ({ name, outcome, text }) => `${outcome} ${name}${outcome === 'skipped' ? ` (${text})` : ''}\n`,
  );
  return [...lines, ...(status === 'failed' || status === 'timedOut' ? [`${printed.trimEnd()}\n`] : [])];
}

/** What the modules came to on Linux: each test that failed on one of the two only, and how many differ otherwise. */
export function comparisonText(native: NonNullable<RegrtestReport['native']>): string {
  const { modules, tests, differences } = native;
  const failures = differences.filter(({ guest, native: there }) => [guest, there].includes('failed'));
  return [
    `\non Linux, modules: ${modules.passed} passed, ${modules.failed} failed, ${modules.skipped} skipped, ${modules.timedOut} timed out\n`,
    `on Linux, tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped\n`,
    ...failures.map(
      ({ module, test, guest, native: there, kind }) =>
        `    ${test ?? module}: ${guest} in the guest, ${there} on Linux${kind === undefined ? '' : ` (listed: ${kind})`}\n`,
    ),
    ...countedByModule(differences.filter((one) => !failures.includes(one))),
    differences.length === 0 ? 'each test comes to the same in the guest\n\n' : '\n',
  ].join('');
}

/** One line for all tests of a module that differ in the same way. */
function countedByModule(differences: NonNullable<RegrtestReport['native']>['differences']): string[] {
  const counts = new Map<string, number>();
  for (const { module, guest, native } of differences) {
    const line = `${module}: ${guest} in the guest, ${native} on Linux`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `    ${line}: ${count} ${count === 1 ? 'test' : 'tests'}\n`);
}

const SAID_OF_LINUX: Readonly<Record<string, string>> = {
  failed: "it fails on Linux too: the fault is not the guest's",
  passed: "it passes on Linux: the fault is the guest's",
};

function describe({ module, test, did, text, native }: RegrtestReport['unexpected'][number]): string {
  const lines = text.trimEnd().split('\n').slice(-SHOWN_LINES);
  const again = test === undefined ? module : `${module} --match ${test}`;
  const look =
    did === 'failed' || did === 'timedOut'
      ? [`to look into it: nanvix-v86 regrtest ${again} --snapshot-failed .`]
      : [];
  const said = native === undefined ? [] : [SAID_OF_LINUX[native] ?? `on Linux it is ${native}`];
  return `\n${did}, and not listed: ${test ?? module}\n${[...lines, ...said, ...look].map((line) => `    ${line}\n`).join('')}`;
}
