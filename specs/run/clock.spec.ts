/** Guest time is virtual time from the boot time on: it repeats exactly, never goes back, and can be told to jump forward. */
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../harness/index.ts';
import type { Guest } from '../../harness/index.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>
#include <time.h>

static int getpid_call(void)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(1) : "ecx", "edx", "memory");
    return result;
}

static void tell(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    printf("%lld.%09ld\\n", (long long)now.tv_sec, now.tv_nsec);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    (void)argv;
    tell();
    getpid_call();
    tell();
    if (argc > 1) {
        struct timespec pause = {60, 0};
        nanosleep(&pause, NULL);
        tell();
    }
    return 0;
}
`;

const BOOT = new Date('2026-05-13T12:00:00Z');
const NANOSECONDS = 1_000_000_000n;

/** What the program read from its clock, in nanoseconds since 1970. */
function times(guest: Guest): bigint[] {
  return guest.output
    .trimEnd()
    .split('\n')
    .map((line) => BigInt(line.replace('.', '')));
}

let program: string;
beforeAll(async () => {
  program = await compileC('clock', SOURCE);
});

describe('the clock of a guest', () => {
  it('starts at the boot time and goes forward', async () => {
    const guest = await bootGuest({ program, bootTime: BOOT });
    guest.run();
    const [first = 0n, second = 0n] = times(guest);
    const boot = BigInt(BOOT.getTime()) * 1_000_000n;
    expect(first).toBeGreaterThan(boot);
    expect(first).toBeLessThan(boot + NANOSECONDS);
    expect(second).toBeGreaterThan(first);
  });

  it('reads the same in every run', async () => {
    const [one, other] = [await bootGuest({ program }), await bootGuest({ program })];
    one.run();
    other.run();
    expect(other.output).toBe(one.output);
  });

  it('skips over a minute of sleep', async () => {
    const guest = await bootGuest({ program, args: ['sleep'] });
    guest.run({ virtualMs: Infinity });
    const [, before = 0n, after = 0n] = times(guest);
    expect(after - before).toBeGreaterThanOrEqual(60n * NANOSECONDS);
    expect(guest.machine.instructions).toBeLessThan(1_000_000_000);
  });
});

describe('the clock after a restore', () => {
  it("goes on from the snapshot's time, so that the run repeats", async () => {
    const guest = await bootGuest({ program });
    guest.runToKernelCall('getpid');
    const snapshot = guest.capture();
    guest.run();
    const straight = guest.output;
    guest.restore(snapshot);
    guest.run();
    expect(guest.output).toBe(straight);
  });

  it('jumps forward by what it is told', async () => {
    const guest = await bootGuest({ program });
    guest.runToKernelCall('getpid');
    const snapshot = guest.capture();
    guest.restore(snapshot, { advanceNanoseconds: 86_400n * NANOSECONDS });
    guest.run();
    const [first = 0n, second = 0n] = times(guest);
    expect(second - first).toBeGreaterThan(86_400n * NANOSECONDS);
    expect(second - first).toBeLessThan(86_401n * NANOSECONDS);
  });

  it('jumps to a time that is still to come', async () => {
    const guest = await bootGuest({ program, bootTime: BOOT });
    guest.runToKernelCall('getpid');
    const target = (BigInt(BOOT.getTime()) + 1_000_000n) * 1_000_000n;
    guest.restore(guest.capture(), { atLeast: target });
    guest.run();
    expect(times(guest)[1]).toBeGreaterThanOrEqual(target);
  });

  it('never goes back to a time that has passed', async () => {
    const guest = await bootGuest({ program, bootTime: BOOT });
    guest.runToKernelCall('getpid');
    guest.restore(guest.capture(), { atLeast: 0n });
    guest.run();
    const [first = 0n, second = 0n] = times(guest);
    expect(second).toBeGreaterThan(first);
    expect(() => {
      guest.advanceClock(-1n);
    }).toThrow(InputError);
  });
});
