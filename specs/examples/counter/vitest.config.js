import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One guest keeps a core busy; these start-up flags keep V8's own work out of its way.
    pool: 'forks',
    execArgv: ['--v8-pool-size=1', '--single-threaded-gc', '--initial-old-space-size=32'],
    testTimeout: 60_000,
  },
});
