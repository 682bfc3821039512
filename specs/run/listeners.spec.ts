/** Whoever waits for input and for a signal takes its listener off again: a run of a million inputs has one, not a million. */
import { getEventListeners } from 'node:events';
import { beforeAll, expect, it } from 'vitest';
import { debug, inBackground } from '../../harness/index.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const INPUTS = 20;

let program: string;
beforeAll(async () => {
  program = await compileC(
    'reader',
    `#include <unistd.h>
     int main(void) { char c; int n = 0; while (read(0, &c, 1) == 1) n++; return n; }`,
  );
});

/** Pieces that come one at a time; notes how many listen to the signal at each. */
async function* slowly(signal: AbortSignal, seen: number[]): AsyncGenerator<string> {
  for (let piece = 0; piece < INPUTS; piece += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(getEventListeners(signal, 'abort').length);
    yield '.';
  }
}

it('a run to the end', async () => {
  const { signal } = new AbortController();
  const seen: number[] = [];
  const guest = await bootGuest({ program, stdin: slowly(signal, seen) });
  expect(await guest.runToEnd({}, signal)).toEqual({ kind: 'exit', status: INPUTS });
  expect(seen).toHaveLength(INPUTS);
  expect(Math.max(...seen)).toBe(1);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('a run whose deadline ends while it waits', async () => {
  const { signal } = new AbortController();
  const never = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
  };
  const guest = await bootGuest({ program, stdin: never });
  expect(await guest.runToEnd({ wallMs: 1 }, signal)).toMatchObject({ kind: 'deadline' });
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('an operation of the debugger', async () => {
  const { signal } = new AbortController();
  const seen: number[] = [];
  const session = await debug({ program, stdin: slowly(signal, seen) });
  expect(await inBackground(session.operations.continue(), signal)).toMatchObject({ kind: 'exit' });
  expect(seen).toHaveLength(INPUTS);
  expect(Math.max(...seen)).toBe(1);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  session.dispose();
});
