/** The symbols of `python-full` are found for a snapshot of it, which has no file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nanvix } from '../support/command.ts';

it('a restored python-full has POSIX calls and call stacks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-full-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'full.snap');
  const words = ['run', '--snapshot-to', file, '--snapshot-at', '3000000', '--snapshot-then', 'exit'];
  await nanvix([...words, '--', 'python-full', '-c pass']);
  const { stderr } = await nanvix([
    'trace',
    '--level',
    'posix',
    '--stack',
    '--call',
    'mmap2',
    '--restore',
    file,
  ]);
  expect(stderr).toMatch(/\[1\] mmap2\(/u);
  expect(stderr).toMatch(/Py_InitializeFromConfig|pyinit_core|pymain/u);
});
