/** Kernel calls can be watched, stopped at and answered, and watching changes nothing. */
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../harness/index.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>

static int call(int number, int *high)
{
    int low;
    __asm__ volatile("int $0x80" : "=a"(low), "=d"(*high) : "a"(number) : "ecx", "memory");
    return low;
}

int main(void)
{
    int high;
    int low = call(1, &high);
    printf("getpid %d %d\\n", low, high);
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

  it('lets the kernel answer a call that nobody wants', async () => {
    const guest = await bootGuest({ program });
    guest.run();
    expect(guest.output).toBe('getpid 1 0\n');
  });

  it('answers a call in the place of the kernel, with 64 bits', async () => {
    const guest = await bootGuest({ program });
    guest.calls.intercept('getpid', () => ({ kind: 'answer', value: (5n << 32n) | 42n }));
    guest.run();
    expect(guest.output).toBe('getpid 42 5\n');
  });

  it("fails a call in the kernel's place, as the kernel would", async () => {
    const guest = await bootGuest({ program });
    guest.calls.intercept('getpid', () => ({ kind: 'fail', errno: 'ENOMEM' }));
    guest.run();
    expect(guest.output).toBe('getpid -12 -1\n');
  });

  it('asks in the order of registration until one decides', async () => {
    const guest = await bootGuest({ program });
    const asked: string[] = [];
    guest.calls.intercept('getpid', () => (asked.push('first'), undefined));
    guest.calls.intercept('getpid', () => (asked.push('second'), { kind: 'answer', value: 7 }));
    guest.calls.intercept('getpid', () => (asked.push('third'), { kind: 'answer', value: 8 }));
    guest.run();
    expect([asked, guest.output]).toEqual([['first', 'second'], 'getpid 7 0\n']);
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
