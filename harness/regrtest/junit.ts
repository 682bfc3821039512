/** A run of the suite as JUnit XML, which continuous integration reads. Times are guest time: the same on every machine. */
import reports, { type Builder } from 'junit-report-builder';
import type { ModuleOutcome } from './outcome.ts';

const MILLISECONDS = 1000;

export function junitXml(outcomes: readonly ModuleOutcome[]): string {
  // What the package declares is one level deeper than what Node finds.
  const report = (reports as unknown as Builder).newBuilder();
  for (const { module, tests, reason, status, virtualMs, printed } of outcomes) {
    const suite = report
      .testSuite()
      .name(module)
      .time(virtualMs / MILLISECONDS);
    for (const { name, outcome, text } of tests) {
      const at = name.lastIndexOf('.');
      const test = suite
        .testCase()
        .className(at < 0 ? module : name.slice(0, at))
        .name(name.slice(at + 1));
      if (outcome === 'failed') test.failure(clean(text));
      if (outcome === 'skipped') test.skipped();
    }
    if (reason === undefined) continue;
    const whole = suite.testCase().className(module).name('(the module)').standardOutput(clean(printed));
    if (status === 'skipped') whole.skipped();
    else whole.error(clean(reason));
  }
  return report.build();
}

/** XML cannot hold most control characters, however they are written. */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  return text.replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/g, '\ufffd');
}
