/** What a caller in JavaScript gets wrong is one line that says what to give; nothing is booted. */
import { describe, expect, it } from 'vitest';
import { boot, InputError, restoreSnapshot, run } from '../../harness/index.ts';
import type { BootOptions } from '../../harness/index.ts';

/** What no compiler has looked at. */
const unchecked = (options: unknown): BootOptions => options as BootOptions;
const PROGRAM = '/no/such/program.elf';

describe('an option of another kind', () => {
  it.each([
    ['no options', undefined, 'no options are given: give an object that names the program'],
    ['no program', {}, 'no program is named: give a path, bytes, or a name such as python'],
    ['a program', { program: 5 }, 'the option program is 5: give a path or bytes'],
    ['arguments', { args: 'one two' }, 'the option args is "one two": give a list of strings'],
    ['an argument', { args: [1] }, 'the option args is a list: give a list of strings'],
    [
      'a variable',
      { env: { A: 1 } },
      'the option env is an object: give an object with a string for each name',
    ],
    ['standard input', { stdin: 5 }, 'the option stdin is 5: give a string, bytes, a function'],
    ['memory', { memoryMiB: '256' }, 'the option memoryMiB is "256": give a number'],
    ['the time', { bootTime: 'now' }, 'the option bootTime is "now": give a bigint or a Date'],
    ['the era', { era: 'Q' }, 'the option era is "Q": give one of 2024, S, M, M1, M2, M3, M4, M5'],
    ['a listener', { onOutput: true }, 'the option onOutput is true: give a function'],
    [
      'a policy',
      { onSnapshot: 'go' },
      'the option onSnapshot is "go": give one of ignore, stop, capture-and',
    ],
  ])('%s', async (_what, options, message) => {
    const isEmpty = options === undefined || Object.keys(options).length === 0;
    const refused = run(unchecked(isEmpty ? options : { program: PROGRAM, ...options }));
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  it('is refused for a snapshot too', async () => {
    const guest = await boot({ program: 'python' });
    const snapshot = guest.capture();
    guest.dispose();
    await expect(restoreSnapshot(snapshot, unchecked({ stdin: 5 }))).rejects.toThrow('the option stdin is 5');
  });
});
