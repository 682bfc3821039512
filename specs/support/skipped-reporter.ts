/** Says in one line at the end what was skipped, and what to install so that nothing is. */
import type { Reporter, TestModule } from 'vitest/node';
import { missingPackages } from './tools.ts';

/** The line; undefined where nothing was skipped. */
export function skippedLine(skipped: number, packages: readonly string[]): string | undefined {
  if (skipped === 0) return undefined;
  const tests = skipped === 1 ? '1 test was skipped' : `${skipped} tests were skipped`;
  return packages.length === 0 ? `${tests}.` : `${tests}. To run all: apt-get install ${packages.join(' ')}`;
}

export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]).length;
    const line = skippedLine(skipped, missingPackages());
    if (line !== undefined) console.log(line);
  }
}
