/** Era M: each program of a bundle is a process of its own. The first ends the machine, and is told of the end of the others. */
import { describe, expect, it } from 'vitest';
import { exitStatuses, initrd } from '../../images/abi/index.ts';
import { bootGuest, runGuest } from '../support/guests.ts';
import { bundleOf, programM, withDaemons } from '../support/daemons.ts';

const run = async (program: Uint8Array) => await runGuest({ program, memoryMiB: 128, era: 'M' });
/** Runs a program as process 4, behind the daemons. */
const runFourth = async (source: string, line = 'app') =>
  await run(await withDaemons(await programM('app', source), line));

const HEAD = `
#include <nanvix/kcalls.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
`;

it('a program behind the daemons is process 4, with arguments and environment of its own', async () => {
  const { output, outcome } = await runFourth(
    `${HEAD} int main(int count, char **words) {
      printf("%d %d %s %s\\n", getpid(), count, words[2], getenv("A"));
      return 9;
    }`,
    'app one two;A=b',
  );
  expect(output).toBe('4 3 two b\n');
  expect(outcome).toEqual({ kind: 'exit', status: 9 });
});

it('processes have the same addresses and share nothing behind them', async () => {
  const source = `${HEAD}
    static volatile int own;
    int main(int count, char **words) {
      own = getpid();
      for (int i = 0; i < 50; i++) { nanvix_sched_yield(); if (own != getpid()) return 1; }
      if (getpid() == 1) usleep(1000);
      printf("%s %d\\n", words[0], own);
      if (getpid() == 1) usleep(1000);
      return 0;
    }`;
  const path = await programM('same', source);
  const { output, outcome } = await run(await bundleOf([path, 'a'], [path, 'b'], [path, 'c']));
  expect(output.split('\n').sort()).toEqual(['', 'a 1', 'b 2', 'c 3']);
  expect(outcome).toEqual({ kind: 'exit', status: 0 });
});

it('a message of one process reaches another, signed by the kernel', async () => {
  const { output } = await runFourth(`${HEAD} int main(void) {
    struct nanvix_message message = {.type = NANVIX_MESSAGE_IPC, .source_pid = 77, .destination_pid = 3};
    strcpy((char *)message.payload, "a word");
    if (nanvix_send(&message) != 0 || nanvix_recv(&message) != 0) return 1;
    printf("%s from %d for %d\\n", (char *)message.payload, message.source_pid, message.destination_pid);
    message.destination_pid = 9;
    printf("%d\\n", nanvix_errno(nanvix_send(&message)) == NANVIX_ESRCH);
    return 0;
  }`);
  expect(output).toBe('a word from 3 for 4\n1\n');
});

it('a mutex of one process is another in the next, though its address is the same', async () => {
  const source = `${HEAD}
    static int place;
    int main(void) {
      if (nanvix_mutex_lock(&place, 0, 0) != 0) return 1;
      usleep(2000);
      puts("locked");
      if (getpid() == 1) usleep(2000);
      return 0;
    }`;
  const path = await programM('mutexes', source);
  const { output } = await run(await bundleOf([path, 'a'], [path, 'b']));
  expect(output).toBe('locked\nlocked\n');
});

it('a fault ends the process alone, and process 1 learns of it', async () => {
  const { console, outcome } = await runFourth(
    `${HEAD} int main(void) { *(volatile int *)16 = 1; return 0; }`,
  );
  expect(console).toMatch(/page fault/);
  expect(outcome).toEqual({ kind: 'exit', status: exitStatuses.signalled });
});

it('the end of process 1 is the end of the machine', async () => {
  const first = await programM('first', `int main(void) { return 5; }`);
  const other = await programM('other', `int main(void) { for (;;); }`);
  const { outcome } = await run(await bundleOf([first, 'first'], [other, 'other']));
  expect(outcome).toEqual({ kind: 'exit', status: 5 });
});

it('memory of a process that ended is used again', async () => {
  const taker = await programM(
    'taker',
    `${HEAD} int main(void) {
      if (getpid() == 3) usleep(20000);
      char *block = malloc(70 << 20);
      if (block == NULL) return 1;
      memset(block, 1, 70 << 20);
      puts("taken");
      return 0;
    }`,
  );
  const waiter = await programM(
    'waiter',
    `${HEAD} int main(void) {
    struct nanvix_message message;
    int status[2], sum = 0;
    for (int ended = 0; ended < 2; ended++) {
      if (nanvix_recv(&message) != 0) return 9;
      memcpy(status, message.payload, sizeof status);
      sum += status[1];
    }
    return sum;
  }`,
  );
  const { output, outcome } = await run(await bundleOf([waiter, 'waiter'], [taker, 'a'], [taker, 'b']));
  expect(output).toBe('taken\ntaken\n');
  expect(outcome).toEqual({ kind: 'exit', status: 0 });
});

describe('a signal to another process', () => {
  const killing = (before: string): string => `${HEAD} int main(void) {
    ${before}
    int64_t result = nanvix_kill(3, SIGTERM);
    printf("%d\\n", (int)nanvix_errno(result));
    struct nanvix_message message = {.type = NANVIX_MESSAGE_IPC, .destination_pid = 3};
    printf("%d\\n", (int)nanvix_errno(nanvix_send(&message)));
    return 0;
  }`;

  it('needs the capability for processes', async () => {
    expect((await runFourth(killing(''))).output).toBe('1\n0\n');
  });

  it('ends it where nobody catches it', async () => {
    expect((await runFourth(killing('nanvix_capctl(NANVIX_CAPABILITY_PROCESSES, 1);'))).output).toBe(
      '0\n3\n',
    );
  });
});

it('what a program only reads is mapped where the bundle lies, in every process', async () => {
  const large = await programM(
    'large',
    `${HEAD}
    const char table[1 << 20] = {1};
    int main(void) {
      if (getpid() == 1) usleep(2000);
      return table[(unsigned)getpid() * 4096];
    }`,
  );
  const program = await bundleOf([large, 'a'], [large, 'b'], [large, 'c'], [large, 'd']);
  const guest = await bootGuest({ program, memoryMiB: 128, era: 'M' });
  const { machine } = guest;
  const places = new Set<number>();
  let inPlace = 0;
  const seen = new Set<number>();
  guest.calls.observe(() => {
    const space = machine.registers.control(3);
    if (seen.has(space)) return;
    seen.add(space);
    const pages = [...machine.linear.mappings()].filter(
      ({ user, writable, physical }) =>
        user && !writable && physical >= initrd.base && physical < initrd.base + program.length,
    );
    inPlace += pages.length;
    for (const { physical } of pages) places.add(physical);
  });
  await guest.runToEnd();
  expect(seen.size).toBe(4);
  expect(inPlace).toBeGreaterThan(4 * 256);
  expect(places.size).toBe(inPlace);
});

it.each([
  ['count', 8, 33, 'a bundle of no programs, or of more than 32'],
  ['entry', 32 + 4, 0x7fffffff, 'a part of the bundle lies outside it'],
])('a bundle with a wrong %s is refused', async (_what, at, value, message) => {
  const path = await programM('first', `int main(void) { return 5; }`);
  const program = await bundleOf([path, 'a'], [path, 'b']);
  new DataView(program.buffer).setUint32(at, value, true);
  const { console, outcome } = await run(program);
  expect(console).toBe(`klog: kernel panic: ${message}\n`);
  expect(outcome).toEqual({ kind: 'exit', status: exitStatuses.kernelPanic });
});
