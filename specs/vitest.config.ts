/**
 * How the specs run. Two workers, each a process with the start-up flags that keep V8's own threads from starving a guest
 * on few cores. Time limits are a backstop for a harness that hangs; guests have deadlines of their own.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['specs/**/*.spec.ts'],
    globalSetup: ['specs/support/global-setup.ts'],
    pool: 'forks',
    execArgv: ['--v8-pool-size=1', '--single-threaded-gc'],
    maxWorkers: 2,
    testTimeout: 3 * MINUTE,
    hookTimeout: 3 * MINUTE,
    reporters: process.env['CI'] === undefined ? ['default'] : [['default', { summary: false }]],
  },
});
