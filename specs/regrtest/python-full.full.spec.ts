/** What users do with `python-full` and `python-tests` with no other option: modules run as programs, and help. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../harness/index.ts';

const NO_TESTS = "CPython's tests are not on this volume: `nanvix-v86 regrtest MODULE` runs them";

it.each([
  ['-m json.tool', '{"a": 1}', '{\n    "a": 1\n}\n'],
  ['-m timeit -n 1 -r 1 pass', '', '1 loop, best of 1: '],
  ['-m unittest test.support', '', 'Ran 0 tests'],
  ['-m venv x', '', 'venv: a guest runs one program'],
  ['-m pydoc len', '', 'len(obj, /)\n    Return the number of items in a container.\n'],
])('python-full %s', async (line, stdin, expected) => {
  const { output, errorOutput } = await run({ program: 'python-full', args: line.split(' '), stdin });
  expect(output + errorOutput).toContain(expected);
});

it.each([
  '-m test test_math',
  '-m test.regrtest',
  '-m test.test_math',
  '-m unittest test.test_math test.test_os',
])('python-full %s is told in one line where the tests are', async (line) => {
  const { output, errorOutput, exitStatus } = await run({ program: 'python-full', args: line.split(' ') });
  expect(exitStatus).toBe(1);
  expect(output).toBe('');
  expect(errorOutput.split('\n')).toEqual([expect.stringContaining(NO_TESTS), '']);
});

it.each([
  ['-m test test_bool test_unary', 'All 2 tests OK.'],
  ['-m unittest test.test_bool', 'Ran 29 tests'],
])('python-tests %s runs them in one guest', async (line, expected) => {
  const { output, errorOutput, exitStatus } = await run({ program: 'python-tests', args: line.split(' ') });
  expect(output + errorOutput).toContain(expected);
  expect(exitStatus).toBe(0);
});

it('a folder of the user is laid over the volume with the tests', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-tests-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, 'test_mine.py'), 'from test.test_bool import BoolTest\n');
  const { errorOutput } = await run({
    program: 'python-tests',
    ramfs: folder,
    args: ['-m', 'unittest', 'test_mine'],
  });
  expect(errorOutput).toContain('Ran 29 tests');
});

/** What Python prints when it reads these statements. */
async function printed(statements: string): Promise<string> {
  const { output, errorOutput } = await run({ program: 'python-full', args: ['-'], stdin: statements });
  return output + errorOutput;
}

it('help tells of built-in functions, methods, types, statements and modules', async () => {
  const said = await printed(`
import inspect, math
help(len)
help(str.removeprefix)
help('yield')
print(inspect.signature(sorted), math.__doc__)
`);
  expect(said).toContain('Help on built-in function len in module builtins:\n\nlen(obj, /)\n');
  expect(said).toContain('Return a str with the given prefix string removed if present.');
  expect(said).toContain('A "yield" statement is semantically equivalent to a yield expression.');
  expect(said).toContain('(iterable, /, *, key=None, reverse=False) This module provides access');
});

it("help('modules') lists all modules and imports every package", async () => {
  const said = await printed("help('modules')\n");
  const names = said.split(/\s+/);
  expect(names).toEqual(expect.arrayContaining(['_sqlite3', 'asyncio', 'math', 'venv', 'zoneinfo']));
  expect(said).toContain('Enter any module name to get more help.');
});

it('what needs another process or a network is an error of one line', async () => {
  const said = await printed(`
import asyncio, http.server, multiprocessing, os, socket, subprocess, urllib.request
for attempt in (
    lambda: subprocess.run(['ls']), lambda: os.popen('ls').read(), os.fork, lambda: os.execv('/bin/ls', ['ls']),
    lambda: multiprocessing.Process(target=print).start(), lambda: multiprocessing.Pool(1),
    lambda: asyncio.run(asyncio.create_subprocess_exec('ls')), socket.socket,
    lambda: http.server.HTTPServer(('', 8000), None), lambda: asyncio.run(asyncio.open_connection('localhost', 80)),
    lambda: urllib.request.urlopen('http://localhost/'),
):
    try:
        print('none', attempt())
    except OSError as error:
        print(error.reason if isinstance(error, urllib.request.URLError) else error)
print(urllib.request.urlopen('data:,text').read(), socket.gethostbyname('localhost'))
`);
  const lines = said.trim().split('\n');
  expect(lines.slice(0, -1).map((line) => line.replace(": '/bin/ls'", ''))).toEqual(
    Array.from({ length: 11 }, () => '[Errno 38] Function not implemented'),
  );
  expect(lines.at(-1)).toBe("b'text' 127.0.0.1");
});
