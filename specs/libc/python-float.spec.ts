/**
 * Python's arithmetic is right to the last digit. `float.tsv` has expressions and their `repr` by musl 1.2.3 for i386 on a
 * real processor, separated by a tab.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRamfs, ensureStdlib, readRamfs } from '../../images/index.ts';
import { boot } from '../../harness/index.ts';

const table = readFileSync(new URL('float.tsv', import.meta.url), 'utf8');
const cases = table
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'));

const SCRIPT = `
import math, cmath
from math import inf
for line in open('/float.tsv'):
    print(repr(eval(line.split('\\t')[0])))
`;

/** What the guest says to each expression, in their order: one run for all. */
let said: readonly string[];
beforeAll(async () => {
  const files = new Map(readRamfs(createRamfs(await ensureStdlib())));
  files.set('/float.tsv', Buffer.from(table)).set('/evaluate.py', Buffer.from(SCRIPT));
  const guest = await boot({
    program: 'python',
    ramfs: createRamfs(files),
    args: ['-B', '-S', '/evaluate.py'],
    env: { PYTHONHOME: '/', PYTHONHASHSEED: '0' },
  });
  const result = guest.result(await guest.runToEnd());
  guest.dispose();
  expect(result).toMatchObject({ errorOutput: '', exitStatus: 0 });
  said = result.output.trimEnd().split('\n');
});

describe('a Python expression', () => {
  it.each(cases.map(([expression = '', value = ''], index) => ({ expression, value, index })))(
    '$expression is $value',
    ({ value, index }) => {
      expect(said[index]).toBe(value);
    },
  );
});
