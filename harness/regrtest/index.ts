/**
 * CPython's own regression tests in guests: open this file first.
 *
 * suite.ts      runs modules, each in a guest restored from one snapshot    records.ts  what the guest tells, read
 * start.ts      that snapshot                                               outcome.ts  what a module came to
 * known.json    what is known not to pass, and why                          known.ts    what differs from that
 * native.ts     the same modules on Linux, without a guest                  comparison.ts  what differs between the two
 * report.ts     the whole as JSON     merge.ts  pieces of it as one           junit.ts  as JUnit XML
 * failed-first.ts     what failed last time
 * before-failure.ts   a snapshot before the first test that failed
 */
export { snapshotBeforeFailure } from './before-failure.ts';
export { differencesFromNative, outcomesOf, type NativeDifference } from './comparison.ts';
export { failedFirst, rememberFailed } from './failed-first.ts';
export { junitXml } from './junit.ts';
export { differences, moduleOf, readKnown, type Difference, type Known } from './known.ts';
export { mergeReports, readReport } from './merge.ts';
export { nativeStart, runModulesNatively, type NativeStart } from './native.ts';
export type { ModuleOutcome, ModuleStatus, ModuleVerdict, TestOutcome } from './outcome.ts';
export { reportOf, type RegrtestReport } from './report.ts';
export { chooseModules, requestFor, runModules, type SuiteOptions } from './suite.ts';
export { regrtestStart, type RegrtestStart } from './start.ts';
