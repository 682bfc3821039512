/** How a program ends, and what its status says. */
import { describe, expect, it } from 'vitest';
import { runPosix } from './programs.ts';

const RAN = 'exit handlers run';

describe('a program that ends', () => {
  it.each([
    ['by return', ['return', '7'], 7, true],
    ['by exit', ['exit', '42'], 42, true],
    ['by exit of another thread', ['thread', '9'], 9, true],
    ['by _exit, without handlers', ['_exit', '3'], 3, false],
    ['with a status above 255, of which a byte is kept', ['exit', '258'], 2, true],
    ['with a negative status, of which a byte is kept', ['exit', '-1'], 255, true],
    ['by abort: 128 + SIGABRT', ['abort'], 134, false],
    ['by a signal it does not catch: 128 + its number', ['raise', '15'], 143, false],
    ['by SIGKILL', ['raise', '9'], 137, false],
    ['by a null pointer: 128 + SIGSEGV', ['null'], 139, false],
  ])('%s', async (_how, args, status, handlers) => {
    const { outcome, output } = await runPosix('exits', { args });
    expect(outcome).toEqual({ kind: 'exit', status });
    expect(output.includes(RAN)).toBe(handlers);
  });
});
