/** `--python`: which release of CPython a command runs; what cannot be is said before anything is built. */
import { expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';

it('a release that is not built here is refused with those that are', async () => {
  const { stderr, status } = await nanvix(['run', '--python', '3.10', 'python']);
  expect(status).toBe(2);
  expect(stderr).toContain('3.11, 3.13');
});

it('it is for `python` only', async () => {
  const { stderr, status } = await nanvix(['run', '--python', '3.13', 'other.elf']);
  expect(status).toBe(2);
  expect(stderr).toBe('nanvix-v86: --python says which release `python` is: name python as the program\n');
});
