/** A run in pieces by the command, each piece in a process of its own, as on several machines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readReport } from '../../harness/regrtest/index.ts';
import { nanvix } from '../support/command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'regrtest-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('pieces are made by the command', async () => {
  const files = await Promise.all(
    [1, 2].map(async (index) => {
      const file = join(folder, `piece-${index}.json`);
      const line = [
        'regrtest',
        'bool',
        'unary',
        'keyword',
        '--jobs',
        '1',
        '--shard',
        `${index}/2`,
        '--save',
        file,
      ];
      expect(await nanvix(line)).toMatchObject({ status: 0 });
      return file;
    }),
  );
  const pieces = files.map((file) => readReport(file).results.map(({ module }) => module));
  expect(pieces).toEqual([['test_bool', 'test_keyword'], ['test_unary']]);
});
