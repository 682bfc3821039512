/** However a guest ends, its run comes back with a value that says how. */
import { beforeAll, describe, expect, it } from 'vitest';
import { GuestStateError, InputError, run } from '../../harness/index.ts';
import { bootGuest, runGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int *volatile nowhere = (int *)0x50000000;
static volatile int zero;

static int dig(volatile char *above, int depth)
{
    volatile char here[1024];
    here[0] = (char)depth;
    return dig(here, depth + 1) + above[0];
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "status") == 0)
        return atoi(argv[2]);
    if (strcmp(what, "fault") == 0)
        *nowhere = 1;
    if (strcmp(what, "divide") == 0)
        return 100 / zero;
    if (strcmp(what, "illegal") == 0)
        __asm__ volatile("ud2");
    if (strcmp(what, "overflow") == 0)
        return dig((char *)argv, 0);
    if (strcmp(what, "privileged") == 0)
        __asm__ volatile("cli");
    if (strcmp(what, "spin") == 0)
        for (;;)
            ;
    if (strcmp(what, "abort") == 0)
        abort();
    printf("nothing to do\\n");
    return 0;
}
`;

let program: string;
beforeAll(async () => {
  program = await compileC('ends', SOURCE);
});

describe('a run to the end', () => {
  it('can be interrupted, whether the guest computes or waits for input', async () => {
    const computing = await bootGuest({ program, args: ['spin'] });
    const interruption = new AbortController();
    const ended = computing.runToEnd({}, interruption.signal);
    interruption.abort('enough');
    expect(await ended).toEqual({ kind: 'requested', reason: 'enough' });
    expect(computing.runToInstruction(computing.machine.instructions + 10).kind).toBe('reached');
  });
});

describe('the exit status', () => {
  it.each([0, 1, 42, 255])('%i of the program is the one of the run', async (status) => {
    const result = await runGuest({ program, args: ['status', String(status)] });
    expect(result.outcome).toEqual({ kind: 'exit', status });
    expect(result.exitStatus).toBe(status);
  });
});

describe('a fault of the program', () => {
  it.each([
    ['a write to an unmapped page', 'fault', 139],
    ['a privileged instruction', 'privileged', 139],
    ['a stack that outgrows its region', 'overflow', 139],
    ['a division by zero', 'divide', 136],
    ['an illegal instruction', 'illegal', 132],
  ])('%s (%s) ends the machine with status %i', async (_what, act, status) => {
    const result = await runGuest({ program, args: [act] });
    expect(result.exitStatus).toBe(status);
  });

  it('is explained on the kernel console with its address', async () => {
    const result = await runGuest({ program, args: ['fault'] });
    expect(result.console).toMatch(/50000000/);
    expect(result.output).toBe('');
  });
});

describe('a deadline', () => {
  it('in virtual time ends an endless loop, exactly', async () => {
    const guest = await bootGuest({ program, args: ['spin'] });
    const stop = guest.run({ virtualMs: 5 });
    expect(stop).toEqual({ kind: 'deadline', deadline: 'virtual', limit: 5 });
    expect(guest.machine.virtualNanoseconds).toBe(5_000_000);
  });

  it('in instructions ends it at that very instruction', async () => {
    const guest = await bootGuest({ program, args: ['spin'] });
    expect(guest.run({ instructions: 1_234_567 })).toEqual({
      kind: 'deadline',
      deadline: 'instructions',
      limit: 1_234_567,
    });
    expect(guest.machine.instructions).toBe(1_234_567);
  });

  it('in wall time ends it, told by an injected clock', async () => {
    let now = 0;
    const guest = await bootGuest({ program, args: ['spin'], wallClock: () => (now += 50) });
    expect(guest.run({ wallMs: 400 })).toEqual({ kind: 'deadline', deadline: 'wall', limit: 400 });
  });

  it('is told apart from a failure by status 124, and the guest can go on', async () => {
    const guest = await bootGuest({ program, args: ['spin'] });
    expect(guest.result(guest.run({ virtualMs: 1 })).exitStatus).toBe(124);
    expect(guest.run({ virtualMs: 1 }).kind).toBe('deadline');
  });
});

describe('a kernel that breaks', () => {
  it('crashes as a value with registers, not as an exception', async () => {
    const guest = await bootGuest({ program, args: ['spin'] });
    guest.run({ virtualMs: 2 });
    const { base, limit } = guest.machine.registers.idt;
    for (let at = base; at < base + limit; at += 4) guest.machine.memory.write32(at, 0);
    const stop = guest.run({ virtualMs: 10 });
    expect(['crash', 'halted']).toContain(stop.kind);
    expect(guest.result(stop).exitStatus).toBe(138);
    if (stop.kind === 'crash') expect(stop.crash.registers.eip).toBeGreaterThan(0);
    expect(() => guest.run()).toThrow(GuestStateError);
  });

  it('can be restored after a crash', async () => {
    const guest = await bootGuest({ program, args: ['status', '7'] });
    guest.runToKernelCall('exit');
    const snapshot = guest.capture();
    guest.machine.memory.fill(0x100000, 0x10000, 0xff);
    expect(['crash', 'halted', 'exit', 'deadline']).toContain(guest.run({ virtualMs: 100 }).kind);
    guest.restore(snapshot);
    expect(guest.run()).toEqual({ kind: 'exit', status: 7 });
  });
});

describe('what cannot be booted', () => {
  it.each([
    [
      'a missing program',
      { program: '/no/such/program.elf' },
      /program \/no\/such\/program.elf does not exist/,
    ],
    [
      'a missing kernel',
      { program: 'python', kernel: '/no/kernel.elf' },
      /kernel \/no\/kernel.elf does not exist/,
    ],
    [
      'a missing ramfs',
      { program: 'python', ramfs: '/no/ramfs.img' },
      /ramfs \/no\/ramfs.img does not exist/,
    ],
    ['a folder as a program', { program: '/tmp' }, /is a folder/],
    ['a memory size no kernel is built for', { program: 'python', memoryMiB: 64 }, /128 or 256/],
    ['an argument with a space', { program: 'python', args: ['a b'] }, /holds a space/],
  ])('%s is one clear line', async (_what, options, message) => {
    await expect(run(options)).rejects.toThrow(message);
    await expect(run(options)).rejects.toBeInstanceOf(InputError);
  });

  it('a program that is no ELF file ends with the kernel saying so', async () => {
    const result = await runGuest({
      program: new TextEncoder().encode('not an ELF file'),
      kernelArguments: '',
    });
    expect(result.exitStatus).toBe(126);
  });
});

describe('a pause', () => {
  it('is asked for by the harness, granted by the kernel, and ended by running on', async () => {
    const guest = await bootGuest({ program, args: ['spin'] });
    guest.run({ virtualMs: 2 });
    guest.requestPause();
    expect(guest.run({ virtualMs: 1000 })).toEqual({ kind: 'paused' });
    expect(guest.run({ virtualMs: 5 }).kind).toBe('deadline');
  });
});
