/** A suite whose tests fail on purpose, for failures.spec.ts. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.failing.ts'],
    attachmentsDir: `${process.env['FAILING_CACHE'] ?? '.'}/attachments`,
    testTimeout: 2000,
    hookTimeout: 60_000,
    reporters: ['default', './reporter.ts'],
  },
});
