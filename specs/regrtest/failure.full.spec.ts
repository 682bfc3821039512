/** A module that fails: the command's status, and a snapshot to look into it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nanvix } from '../support/command.ts';

it('a module that is not done in its guest time ends the run with status 3, and a snapshot stands before its test', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-regrtest-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const run = await nanvix(['regrtest', 'decimal', '--timeout', '300', '--snapshot-failed', folder]);
  expect(run).toMatchObject({ status: 3 });
  expect(run.stdout).toContain('1 timed out');
  const kept = join(folder, 'test_decimal.snapshot');
  expect(run.stderr).toContain(`nanvix-v86 debug --restore ${kept}`);
  const info = await nanvix(['snapshot', 'info', kept]);
  expect(info.status).toBe(0);
});
