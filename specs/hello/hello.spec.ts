/** CPython says hello from a cold boot, and again from a snapshot of it. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Guest } from '../../harness/index.ts';
import { accompany, bootHelloGuest } from '../support/guests.ts';

const GREETING = 'CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n';

const memoryDigest = (guest: Guest): string =>
  createHash('sha256').update(guest.machine.memory.read(0, guest.machine.memory.size)).digest('hex');

describe('a cold boot', () => {
  it('says hello and ends with status 0', async () => {
    const guest = await bootHelloGuest();
    const result = guest.result(await guest.runToEnd());
    expect(result).toMatchObject({
      output: GREETING,
      errorOutput: '',
      exitStatus: 0,
      outcome: { kind: 'exit' },
    });
  });

  it('is the same to the instruction, the output and the last byte of memory each time', async () => {
    const ends = [];
    for (const guest of [await bootHelloGuest(), await bootHelloGuest()]) {
      const { output, instructions, virtualMs } = guest.result(await guest.runToEnd());
      ends.push({ output, instructions, virtualMs, memory: memoryDigest(guest) });
    }
    expect(ends[1]).toEqual(ends[0]);
  });

  it('is the same interpreted as compiled', async () => {
    const counts = [];
    for (const compile of [true, false]) {
      const guest = await bootHelloGuest({ compile });
      counts.push(guest.result(await guest.runToEnd()).instructions);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('runs without 128 MiB of its memory as well', async () => {
    const guest = await bootHelloGuest({ memoryMiB: 128 });
    expect(guest.result(await guest.runToEnd()).output).toBe(GREETING);
  });
});

describe('the snapshot call', () => {
  it('is kernel call 35, made once, before the script has printed', async () => {
    const guest = await bootHelloGuest();
    expect(guest.runToSnapshot()).toMatchObject({
      kind: 'kernel-call',
      call: { name: 'snapshot', number: 35 },
    });
    expect(guest.output).toBe('');
    expect(guest.runToSnapshot()).toEqual({ kind: 'exit', status: 0 });
  });

  it('is not made without NANVIX_SNAPSHOT=1', async () => {
    const guest = await bootHelloGuest({ env: { PYTHONHOME: '/', PYTHONHASHSEED: '0' } });
    expect(guest.runToSnapshot()).toEqual({ kind: 'exit', status: 0 });
    expect(guest.monitor.snapshotRequests).toBe(0);
    expect(guest.output).toBe(GREETING);
  });

  it('reaches the monitor when the kernel arguments allow it', async () => {
    const guest = await bootHelloGuest({ onSnapshot: 'stop' });
    expect(guest.run()).toEqual({ kind: 'snapshot' });
    expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
  });

  it.each([
    ['does not know it (ENOSYS)', 'nosnapshot'],
    ['forbids it (EPERM)', ''],
  ])('lets the program go on when the kernel %s', async (_what, kernelArguments) => {
    const guest = await bootHelloGuest({ kernelArguments });
    const result = guest.result(await guest.runToEnd());
    expect(result).toMatchObject({ output: GREETING, exitStatus: 0 });
    expect(guest.monitor.snapshotRequests).toBe(0);
  });

  it('lets the program go on when the harness answers ENOSYS in the place of the kernel', async () => {
    const guest = await bootHelloGuest();
    guest.calls.intercept('snapshot', () => ({ kind: 'fail', errno: 'ENOSYS' }));
    expect(guest.result(await guest.runToEnd())).toMatchObject({ output: GREETING, exitStatus: 0 });
    expect(guest.monitor.snapshotRequests).toBe(0);
  });
});

describe('a restore', () => {
  it('says hello again in fewer than half of the instructions', async () => {
    const guest = await bootHelloGuest();
    guest.runToSnapshot();
    const snapshot = guest.capture();
    const cold = guest.result(await guest.runToEnd());
    guest.restore(snapshot);
    const restored = guest.result(await guest.runToEnd());
    expect(restored).toMatchObject({ output: GREETING, exitStatus: 0 });
    expect(restored.instructions).toBeLessThan(cold.instructions / 2);
  });

  it('ends at the same instruction with the same memory as the run it was taken from', async () => {
    const guest = await bootHelloGuest();
    guest.runToSnapshot();
    const snapshot = guest.capture();
    guest.run();
    const straight = { instructions: guest.machine.instructions, memory: memoryDigest(guest) };
    guest.restore(snapshot);
    guest.run();
    expect({ instructions: guest.machine.instructions, memory: memoryDigest(guest) }).toEqual(straight);
  });

  it('works any number of times', async () => {
    const guest = await bootHelloGuest();
    guest.runToSnapshot();
    const snapshot = guest.capture();
    const outputs = [];
    for (let i = 0; i < 5; i++) {
      guest.restore(snapshot);
      guest.run();
      outputs.push(guest.output);
    }
    expect(outputs).toEqual(Array.from({ length: 5 }, () => GREETING));
  });

  it('goes on in a machine of its own after a fork, independently', async () => {
    const guest = await bootHelloGuest();
    guest.runToSnapshot();
    const fork = accompany(await guest.fork());
    fork.run();
    expect([guest.output, fork.output]).toEqual(['', GREETING]);
    guest.run();
    expect(guest.machine.instructions).toBe(fork.machine.instructions);
  });

  it('refuses a snapshot of a guest with other arguments, and says what differs', async () => {
    const guest = await bootHelloGuest();
    guest.runToSnapshot();
    const other = await bootHelloGuest({ args: ['-B', '-S', '-v', '/test_hello.py'] });
    expect(() => other.restore(guest.capture())).toThrow(/does not fit this guest: it has commandLine/);
  });
});

describe('a warm snapshot', () => {
  it('has compiled code and runs the same', async () => {
    const guest = await bootHelloGuest();
    guest.runToSnapshot();
    const snapshot = guest.capture();
    const straight = guest.result(guest.run());
    const warm = guest.warm(snapshot);
    guest.restore(warm);
    const restored = guest.result(guest.run());
    expect(restored.output).toBe(straight.output);
    expect(guest.machine.instructions).toBe(straight.instructions);
  });
});
