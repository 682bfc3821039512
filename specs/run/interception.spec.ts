/** Kernel calls can be watched, stopped at and answered, and watching changes nothing. */
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../harness/index.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>
#include <time.h>

int main(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    printf("%d\\n", failed);
    return 3;
}
`;

let program: string;
beforeAll(async () => {
  program = await compileC('calls', SOURCE);
});

describe('interception', () => {
  it('stops at a call by name, with its arguments, before the kernel has seen it', async () => {
    const guest = await bootGuest({ program });
    const stop = guest.runToKernelCall('exit');
    expect(stop).toMatchObject({ kind: 'kernel-call', call: { name: 'exit', number: 3, vector: 0x80 } });
    if (stop.kind === 'kernel-call') expect(stop.call.arguments[0] & 0xff).toBe(3);
    expect(guest.run()).toEqual({ kind: 'exit', status: 3 });
  });

  it('changes nothing when it only looks', async () => {
    const plain = await bootGuest({ program });
    plain.run();
    const watched = await bootGuest({ program });
    const seen: string[] = [];
    watched.calls.intercept('all', (call) => {
      seen.push(call.name);
      return undefined;
    });
    watched.run();
    expect(watched.machine.instructions).toBe(plain.machine.instructions);
    expect(seen.length).toBe(watched.calls.count);
    expect(seen.at(-1)).toBe('exit');
  });

  it('answers a call in the place of the kernel', async () => {
    const guest = await bootGuest({ program });
    guest.calls.intercept('exit', () => undefined);
    let failures = 0;
    guest.calls.intercept('gettime', () => {
      failures += 1;
      return { kind: 'fail', errno: 'EIO' };
    });
    guest.run();
    expect(failures).toBeGreaterThan(0);
    expect(guest.output).toBe('-1\n');
  });

  it('ends when it is told to', async () => {
    const guest = await bootGuest({ program });
    const end = guest.calls.intercept('exit', () => ({ kind: 'stop' }));
    end();
    expect(guest.run().kind).toBe('exit');
  });

  it('names the calls there are when asked for one there is not', async () => {
    const guest = await bootGuest({ program });
    expect(() => guest.calls.intercept('nonsense', () => undefined)).toThrow(InputError);
  });

  it('remembers the last calls, oldest first', async () => {
    const guest = await bootGuest({ program });
    guest.run();
    const recent = guest.calls.recent();
    expect(recent.at(-1)?.name).toBe('exit');
    expect(recent.map((call) => call.index)).toEqual(
      [...recent.keys()].map((i) => guest.calls.count - recent.length + i),
    );
  });
});

describe('stopping at any instruction', () => {
  it('leaves count, output and status as they are', async () => {
    const straight = await bootGuest({ program });
    straight.run();
    const total = straight.machine.instructions;
    const stopped = await bootGuest({ program });
    for (let i = 1; i < 40; i++) {
      const target = Math.floor((total * i) / 40);
      expect(stopped.runToInstruction(target)).toEqual({ kind: 'reached', instructions: target });
    }
    expect(stopped.run()).toEqual({ kind: 'exit', status: 3 });
    expect(stopped.machine.instructions).toBe(total);
    expect(stopped.output).toBe(straight.output);
  });

  it('refuses to run to an instruction that has passed', async () => {
    const guest = await bootGuest({ program });
    guest.run({ instructions: 1000 });
    expect(() => guest.runToInstruction(10)).toThrow(InputError);
  });
});
