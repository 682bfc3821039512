/** Writes what became of each test as JSON: the messages of its errors, which vitest's own JSON leaves out for stacks. */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

export interface TestReport {
  readonly name: string;
  readonly state: string;
  readonly milliseconds: number;
  readonly errors: readonly string[];
  /** Paths of the pages that were attached to it. */
  readonly replays: readonly string[];
}

export default class FailureReporter implements Reporter {
  readonly #tests: TestReport[] = [];

  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    this.#tests.push({
      name: test.name,
      state,
      milliseconds: test.diagnostic()?.duration ?? 0,
      errors: errors.map(({ message }) => message),
      replays: test
        .artifacts()
        .filter(({ type }) => type === 'nanvix-v86:replay')
        .flatMap(({ attachments = [] }) => attachments.map(({ path }) => path ?? '')),
    });
  }

  onTestRunEnd(): void {
    writeFileSync(process.env['FAILING_REPORT'] ?? '/dev/null', JSON.stringify(this.#tests));
  }
}
