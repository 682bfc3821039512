/**
 * How the specs run. Files that end in `.full.spec.ts` take long: `npm test` leaves them out, `npm run test:full` runs
 * them and nothing else. Two workers, each a process with the start-up flags of the command. Time limits are a backstop for a harness that hangs; guests have deadlines of their own.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { NODE_FLAGS } from '../harness/cli/node-flags.ts';
import SkippedReporter from './support/skipped-reporter.ts';

const MINUTE = 60_000;
const LONG = 'specs/**/*.full.spec.ts';

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: mode === 'full' ? [LONG] : ['specs/**/*.spec.ts'],
    exclude: mode === 'full' ? [] : [LONG],
    globalSetup: ['specs/support/global-setup.ts'],
    pool: 'forks',
    execArgv: [...NODE_FLAGS],
    maxWorkers: 2,
    testTimeout: (mode === 'full' ? 30 : 3) * MINUTE,
    hookTimeout: (mode === 'full' ? 30 : 3) * MINUTE,
    reporters: [['default', { summary: process.env['CI'] === undefined }], new SkippedReporter()],
  },
}));
