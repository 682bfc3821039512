import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { complete } from '../../harness/debug/index.ts';
import type { DebugSession } from '../../harness/debug/index.ts';
import { compileC } from '../support/programs.ts';
import { numbers } from './numbers.ts';
import { debugProgram } from './program.ts';

/** Everything a guest can show of itself at one place. */
function fingerprint({ machine, guest }: DebugSession): string {
  const hash = createHash('sha256').update(machine.memory.read(0, machine.memory.size));
  for (const name of ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp', 'eip', 'eflags'] as const) {
    hash.update(String(machine.registers.get(name)));
  }
  return hash.update(machine.registers.fxsave()).update(guest.output).update(guest.console).digest('hex');
}

/** A program of many kinds of stops: faults where a breakpoint is, strings that go over pages, signals, calls. */
const MANY_STOPS = `
#include <signal.h>
#include <stdio.h>
#include <string.h>

volatile int signals;
static char area[3 * 4096];

static void handler(int number) { signals += number; }

__attribute__((noinline)) int deep(int depth)
{
    volatile char page[3000];
    page[0] = depth;
    return depth == 0 ? 0 : deep(depth - 1) + page[0];
}

int main(void)
{
    signal(SIGUSR1, handler);
    for (int i = 0; i < 3; i++) {
        raise(SIGUSR1);
        memset(area, i, sizeof area);
    }
    return deep(40) > 0 ? puts("deep") < 0 : 1;
}
`;

/** Runs to where the program allocates: it has counted to 10 by then. */
function stopBehindCounting(session: DebugSession): void {
  session.stops.add(
    { kind: 'call', calls: 'mmap', when: (call) => call.arguments[2] >= 256 },
    { once: true },
  );
  session.continue();
}

describe('travelling in time', () => {
  it('a run with 1,000 random stops ends exactly as the run without', async () => {
    const straight = await debugProgram();
    straight.continue();
    const stopped = await debugProgram();
    const places = numbers(straight.position);
    const stops = Array.from({ length: 1000 }, () => places.next().value).sort((a, b) => a - b);
    for (const at of stops) stopped.goTo(at);
    expect(stopped.continue()).toEqual(straight.last);
    expect(fingerprint(stopped)).toBe(fingerprint(straight));
  });

  it('a run in single steps ends exactly as the run without', async () => {
    const straight = await debugProgram();
    straight.continue();
    const stepped = await debugProgram();
    const point = stepped.stops.add({ kind: 'breakpoint', at: 'count' });
    while (stepped.step().kind !== 'exit');
    expect(stepped.last).toEqual(straight.last);
    expect(fingerprint(stepped)).toBe(fingerprint(straight));
    expect(stepped.callsSoFar).toEqual(straight.callsSoFar);
    expect(stepped.stops.get(point.id)?.hits).toBe(0);
    expect(stepped.guest.result({ kind: 'exit', status: 7 }).instructions).toBe(straight.position);
  });

  it('a step of a program, forwards or back, goes over an interrupt that comes there', async () => {
    const busy = 'int main(void) { for (volatile int i = 0; i < 300000; i++); return 0; }';
    const session = await debugProgram({ program: await compileC('busy', busy) });
    const { operations, machine } = session;
    session.continue();
    const path = session.path(1_000_000);
    const interrupt = path.findIndex(({ ring, instructions }, i) => {
      if (ring === 3 || path[i - 1]?.ring !== 3) return false;
      session.goTo(instructions);
      return machine.registers.privilege === 3;
    });
    const came = path[interrupt]?.instructions ?? 0;
    const gone = path.find(({ ring }, i) => i > interrupt && ring === 3)?.instructions ?? 0;
    session.goTo(came);
    const address = machine.registers.get('eip');
    expect(complete(operations.stepWithoutInterrupts())).toEqual({ kind: 'step', instructions: gone + 1 });
    session.goTo(gone);
    expect(machine.registers.get('eip')).toBe(address);
    expect(complete(operations.stepBackWithoutInterrupts())).toEqual({ kind: 'step', instructions: came });
    expect(machine.registers.get('eip')).toBe(address);
  });

  it('a place looks the same whenever the guest comes there, from before or from behind', async () => {
    const session = await debugProgram();
    session.continue();
    const end = session.position;
    const places = numbers(end);
    for (let i = 0; i < 6; i++) {
      const at = places.next().value;
      session.goTo(at);
      const first = fingerprint(session);
      session.goTo(end);
      session.goTo(at);
      expect(fingerprint(session)).toBe(first);
    }
  });

  it('walks backwards from the end over every kernel call to the first instruction', async () => {
    const session = await debugProgram();
    session.continue();
    const calls = session.callsSoFar.map((call) => call.instructions).reverse();
    const walked: number[] = [];
    while (session.stepBackCall().kind === 'call') walked.push(session.position);
    expect(walked).toEqual(calls);
    expect(session.position).toBe(0);
    expect(session.machine.registers.get('eax')).toBe(0x0c00ffee);
  });

  it('steps back one instruction at a time, to the very first', async () => {
    const session = await debugProgram();
    const forwards = [session.machine.registers.get('eip')];
    for (let i = 0; i < 200; i++) {
      session.step();
      forwards.push(session.machine.registers.get('eip'));
    }
    const backwards = [session.machine.registers.get('eip')];
    while (session.stepBack().kind === 'step') backwards.push(session.machine.registers.get('eip'));
    expect(backwards.reverse()).toEqual(forwards);
  });

  it('goes back to just before the last write of an address', async () => {
    const session = await debugProgram();
    stopBehindCounting(session);
    const counter = session.resolve('counter');
    expect(session.lastWrite('counter')).toMatchObject({ kind: 'watchpoint', access: 'write' });
    expect(session.machine.linear.read32(counter)).toBe(9);
    expect(session.describe(session.machine.registers.get('eip'))).toMatch(/^count/);
    session.step();
    expect(session.machine.linear.read32(counter)).toBe(10);
  });

  it('finds a write that the kernel made through an address of its own', async () => {
    const source = `
      #include <stdint.h>
      #include <stdlib.h>
      uint32_t page;
      int main(void) { page = ((uint32_t)malloc(1 << 20) + 8191) & ~4095u; return page == 0; }`;
    const session = await debugProgram({ program: await compileC('fresh-page', source) });
    session.nextCall('exit');
    const page = session.machine.linear.read32(session.resolve('page'));
    const stop = session.lastWrite(page);
    expect(stop).toMatchObject({ kind: 'watchpoint', access: 'write', address: page });
    expect(session.machine.registers.privilege).toBe(0);
    expect(session.describe(session.machine.registers.get('eip'))).toMatch(/^frame_allocate/);
    // the frame is cleared before it is mapped
    expect(session.machine.linear.translate(page)).toBeUndefined();
  });

  it('continues backwards to the breakpoints that were passed, latest first', async () => {
    const session = await debugProgram();
    session.continue();
    session.stops.add({ kind: 'breakpoint', at: 'count' });
    const values: number[] = [];
    while (session.reverseContinue().kind === 'breakpoint') {
      values.push(session.machine.linear.read32(session.resolve('counter')));
    }
    expect(values).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('prints output once, however often the guest runs over it', async () => {
    let printed = '';
    const session = await debugProgram({
      onOutput: (stream, bytes) => {
        if (stream === 'stdout') printed += Buffer.from(bytes).toString();
      },
    });
    session.continue();
    session.goTo(0);
    session.continue();
    expect(printed).toBe('counter 10, big yes\nread 3\n');
  });

  it('input that was read is read again', async () => {
    const pieces = ['one\n'];
    const session = await debugProgram({ stdin: () => Buffer.from(pieces.shift() ?? '') });
    session.continue();
    session.goTo(0);
    session.continue();
    expect(session.guest.output).toContain('read 4');
  });

  it('a change in the past makes a new future', async () => {
    const session = await debugProgram();
    session.continue();
    session.goTo(0);
    stopBehindCounting(session);
    session.writeMemory(session.resolve('counter'), Uint8Array.from([42, 0, 0, 0]));
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 7 });
    expect(session.guest.output).toContain('counter 42');
    session.goTo(0);
    session.continue();
    expect(session.guest.output).toContain('counter 42');
  });

  it('what stops a guest forwards stops it backwards, at the same places', async () => {
    const program = await compileC('many-stops', MANY_STOPS, ['-fno-builtin']);
    const session = await debugProgram({ program });
    for (const at of ['deep', 'memset', 'handler']) session.stops.add({ kind: 'breakpoint', at });
    session.stops.add({ kind: 'call', calls: 'all' });
    session.stops.add({ kind: 'return', calls: 'all' });
    session.stops.add({ kind: 'fault' });
    session.stops.add({ kind: 'watchpoint', at: 'signals', access: 'access' });
    const kinds = new Set<string>();
    // A breakpoint and the access that its instruction makes are one place backwards: before the instruction.
    const forwards = new Set<number>();
    for (let stop = session.continue(); stop.kind !== 'exit'; stop = session.continue()) {
      kinds.add(stop.kind);
      forwards.add(stop.instructions - Number(stop.kind === 'watchpoint'));
    }
    expect([...kinds].sort()).toEqual(['breakpoint', 'call', 'fault', 'return', 'watchpoint']);
    const backwards: number[] = [];
    for (let stop = session.reverseContinue(); stop.kind !== 'start'; stop = session.reverseContinue()) {
      backwards.push(stop.instructions);
    }
    expect(backwards.toReversed()).toEqual([...forwards]);
  });

  it('the last of a million writes is found at once', async () => {
    const source = 'volatile int n; int main(void) { while (n < 5000000) n++; return 0; }';
    const session = await debugProgram({
      program: await compileC('many-writes', source),
      spacing: 2_000_000,
    });
    expect(session.continue()).toMatchObject({ kind: 'exit', status: 0 });
    expect(session.lastWrite('n')).toMatchObject({ kind: 'watchpoint', access: 'write' });
    expect(session.machine.linear.read32(session.resolve('n'))).toBe(4_999_999);
  });
});
