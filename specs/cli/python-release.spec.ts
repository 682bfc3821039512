/** `--python`: which release of CPython a command runs; what cannot be is said before anything is built. */
import { expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

it('a release that is not built here is refused with those that are', async () => {
  const { stderr, status } = await nanvix(['run', '--python', '3.10', 'python']);
  expect(status).toBe(2);
  expect(stderr).toContain('3.11, 3.13');
});

it.each([['hello'], ['sysroot', '/nowhere']])('%s says so too', async (...command) => {
  const { stderr, status } = await nanvix([...command, '--python', '3.10']);
  expect(status).toBe(2);
  expect(stderr).toContain('there is no recipe for CPython 3.10');
});

it('it is for `python` only', async () => {
  const { stderr, status } = await nanvix(['run', '--python', '3.13', 'other.elf']);
  expect(status).toBe(2);
  expect(stderr).toBe('nanvix-v86: --python says which release `python` is: name python as the program\n');
});

it('`python-full` is of one release', async () => {
  const { stderr, status } = await nanvix(['run', '--python', '3.13', 'python-full']);
  expect(status).toBe(2);
  expect(stderr).toBe('nanvix-v86: python-full is CPython 3.11.2 only: leave --python out, or name python\n');
});

it('the study names a release that it has no sources of', async () => {
  const { stderr, status } = await nanvix(['study', '--list', '--python', '3.10']);
  expect(status).toBe(2);
  expect(stderr).toContain('there is no recipe for CPython 3.10');
});

it('the study of a release has a row from the reset and one from the snapshot', async () => {
  const { stdout, status } = await nanvix(['study', '--list', '--python', '3.13']);
  expect(status).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'python-3.13',
    'python-3.13-snapshot',
    '',
  ]);
});
