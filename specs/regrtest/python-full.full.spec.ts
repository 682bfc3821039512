/** Modules of the library that are run as programs, by `python-full` with no other option. */
import { expect, it } from 'vitest';
import { run } from '../../harness/index.ts';

it.each([
  ['-m json.tool', '{"a": 1}', '{\n    "a": 1\n}\n'],
  ['-m timeit -n 1 -r 1 pass', '', '1 loop, best of 1: '],
  ['-m unittest test.support', '', 'Ran 0 tests'],
  ['-m venv x', '', 'venv: a guest runs one program'],
])('python-full %s', async (line, stdin, expected) => {
  const { output, errorOutput } = await run({ program: 'python-full', args: line.split(' '), stdin });
  expect(output + errorOutput).toContain(expected);
});
