/** A guest of Era M asks whether there is input, and runs on where there is none: also while a live source takes its time. */
import { beforeAll, expect, it } from 'vitest';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

/** Polls the input without a count until there is some, or its end; prints the status, and whether it ever found nothing. */
const SOURCE = `
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint8_t message[64];

static void call(uint32_t number)
{
    __asm__ volatile("int $0x81" : "+a"(number) : "b"(message) : "ecx", "edx", "memory");
}

int main(void)
{
    int empty = 0, status;

    do {
        memset(message, 0, sizeof(message));
        message[0] = 5;
        message[21] = 163;
        call(8);
        call(9);
        status = message[27];
        empty += status == 0;
    } while (status == 0);
    printf("%d %s\\n", status, empty > 0 ? "waited" : "at once");
    return 0;
}
`;

let program = '';
beforeAll(async () => {
  program = await compileC('polls', SOURCE, [], 'M');
});

async function* late(...pieces: readonly string[]): AsyncGenerator<string> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  yield* pieces;
}

it.each([
  ['text', 'x', '2 at once\n'],
  ['nothing', '', '1 at once\n'],
])('input that is there from the start is found at once: %s', async (_what, stdin, output) => {
  const guest = await bootGuest({ program, stdin });
  expect(await guest.runToEnd()).toEqual({ kind: 'exit', status: 0 });
  expect(guest.output).toBe(output);
});

it.each([
  ['a piece', ['x'], '2 waited\n'],
  ['its end', [], '1 waited\n'],
])('%s of a live source is found once it has come', async (_what, pieces, output) => {
  const guest = await bootGuest({ program, stdin: late(...pieces) });
  expect(await guest.runToEnd()).toEqual({ kind: 'exit', status: 0 });
  expect(guest.output).toBe(output);
});

it('a poll that finds nothing stops a single run, which can go on at once', async () => {
  const guest = await bootGuest({ program, stdin: late('x') });
  expect(guest.run()).toEqual({ kind: 'input' });
  expect([guest.waitsForInput, guest.listens]).toEqual([false, true]);
  expect(guest.run()).toEqual({ kind: 'input' });
  await guest.inputReady();
  expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
  expect(guest.output).toBe('2 waited\n');
});

it('a source that breaks is told to who runs the guest', async () => {
  async function* broken(): AsyncGenerator<string> {
    await Promise.resolve();
    yield* [];
    throw new Error('the source broke');
  }
  const guest = await bootGuest({ program, stdin: broken() });
  await expect(guest.runToEnd()).rejects.toThrow('the source broke');
});
