/** Call stacks of programs without frame pointers and without unwind tables. */
import { execa } from 'execa';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { callStack, guestSymbols, GuestSymbols, type StackFrame } from '../../harness/look/symbols/index.ts';
import type { Guest } from '../../harness/index.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

/** Each function of the chain moves the stack pointer in another way; the last one makes kernel call 20. */
const SOURCE = `
#include <alloca.h>
#include <string.h>
#define NOINLINE __attribute__((noinline, noclone))

struct large { int part[8]; };
int sink;

NOINLINE void stop_here(void) { int a = 20, d; __asm__ volatile("int $0x80" : "+a"(a), "=d"(d) : : "ecx", "memory"); sink += a; }
NOINLINE int leaf(int a, int b, int c) { volatile char room[100]; room[a] = b; stop_here(); return room[a] + c; }
NOINLINE int with_alloca(int size) { char *room = alloca(size); memset(room, 1, size); int r = leaf(1, 2, 3) + room[size - 1]; sink = r; return r; }
NOINLINE int aligned(int x) { __attribute__((aligned(64))) volatile int room[16]; room[x] = x; int r = with_alloca(x + 40) + room[x]; sink = r; return r; }
NOINLINE struct large by_value(int x) { struct large l; memset(&l, x, sizeof l); l.part[1] = aligned(x); return l; }
NOINLINE int caller_of_struct(int x) { struct large l = by_value(x); sink += l.part[0]; return l.part[1] + 1; }
NOINLINE int chosen(int x) {
    switch (x) {
    case 0: return 5;
    case 1: return caller_of_struct(x) + 1;
    case 2: return caller_of_struct(x) * 3;
    case 3: return caller_of_struct(x) - 4;
    case 4: return caller_of_struct(x) * 7 + 2;
    case 5: sink = 4; return caller_of_struct(x) ^ 9;
    default: return 2;
    }
}
int (*volatile indirect)(int) = chosen;
int main(void) { return indirect(3) & 1; }
`;

const CHAIN = [
  'stop_here',
  'leaf',
  'with_alloca',
  'aligned',
  'by_value',
  'caller_of_struct',
  'chosen',
  'main',
];

function stackOf(guest: Guest, symbols: GuestSymbols): StackFrame[] {
  const { registers, linear } = guest.machine;
  const start = { eip: registers.get('eip'), esp: registers.get('esp'), ebp: registers.get('ebp') };
  return callStack({ ...start, afterInterrupt: true }, linear, symbols);
}

/** The call stack inside the trap, where the guest stands behind its INT. */
async function stackAtCall(program: string, symbols?: (guest: Guest) => GuestSymbols): Promise<StackFrame[]> {
  const guest = await bootGuest({ program });
  let stack: StackFrame[] = [];
  guest.calls.intercept('sched_yield', () => {
    stack = stackOf(guest, symbols === undefined ? guestSymbols(guest) : symbols(guest));
    return undefined;
  });
  guest.run();
  return stack;
}

const names = (stack: readonly StackFrame[]): (string | undefined)[] => stack.map((frame) => frame.function);

describe('the call stack', () => {
  let optimized: string;
  beforeAll(async () => {
    optimized = await compileC('stack', SOURCE, ['-O3', '-fomit-frame-pointer']);
  });

  it('names every function from a kernel call to the start code, through alloca, aligned frames and structures', async () => {
    const stack = await stackAtCall(optimized);
    expect(names(stack).slice(0, CHAIN.length)).toEqual(CHAIN);
    expect(names(stack).at(-1)).toBe('_start');
    expect(stack.filter((frame) => frame.guessed)).toEqual([]);
  });

  it('goes from the kernel through the trap into the program', async () => {
    const guest = await bootGuest({ program: optimized });
    const symbols = guestSymbols(guest);
    guest.runToKernelCall('sched_yield');
    const kernelFunctions = new Set<string | undefined>();
    for (let i = 0; i < 40; i++) {
      guest.machine.step();
      const { registers, linear } = guest.machine;
      if (registers.privilege !== 0) break;
      const start = { eip: registers.get('eip'), esp: registers.get('esp'), ebp: registers.get('ebp') };
      const stack = names(callStack(start, linear, symbols));
      const program = stack.indexOf('stop_here');
      expect(stack.slice(program, program + CHAIN.length)).toEqual(CHAIN);
      for (const name of stack.slice(0, program)) kernelFunctions.add(name);
    }
    expect(kernelFunctions.size).toBeGreaterThan(1);
    expect(kernelFunctions).not.toContain(undefined);
  });

  it.each(['-O0', '-O1', '-O2', '-Os'])('is the same for %s', async (level) => {
    const stack = await stackAtCall(await compileC('stack', SOURCE, [level]));
    expect(names(stack).slice(0, CHAIN.length)).toEqual(CHAIN);
    expect(names(stack).at(-1)).toBe('_start');
  });

  it('is the same with frame pointers', async () => {
    const stack = await stackAtCall(await compileC('stack', SOURCE, ['-O2', '-fno-omit-frame-pointer']));
    expect(names(stack).slice(0, CHAIN.length)).toEqual(CHAIN);
  });

  it('finds return addresses of a stripped program, marked as guesses, with the symbols that run without it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-spec-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const stripped = join(folder, 'stripped.elf');
    copyFileSync(optimized, stripped);
    await execa('strip', ['--strip-all', stripped]);
    const stack = await stackAtCall(stripped);
    expect(stack.length).toBeGreaterThan(1);
    expect(names(stack)).toEqual(stack.map(() => undefined));
    expect(stack.slice(1).every((frame) => frame.guessed)).toBe(true);
    const named = await stackAtCall(stripped, (guest) =>
      guestSymbols(guest, { program: readFileSync(optimized) }),
    );
    expect(names(named).slice(0, CHAIN.length)).toEqual(CHAIN);
  });
});

describe('symbols', () => {
  it('name an address by its function and offset, and find a function by its name', async () => {
    const symbols = new GuestSymbols({ program: readFileSync(await compileC('stack', SOURCE, ['-O3'])) });
    const main = symbols.named('main');
    expect(main).toMatchObject({ name: 'main', kind: 'function' });
    expect(symbols.describe(main?.address ?? 0)).toBe('main');
    expect(symbols.describe((main?.address ?? 0) + 5)).toBe('main+0x5');
    expect(symbols.describe(symbols.named('sink')?.address ?? 0)).toBe('sink');
  });

  it('know nothing of an address outside every symbol, of a damaged file and of no file', () => {
    expect(new GuestSymbols({}).describe(0x40000000)).toBeUndefined();
    const damaged = new GuestSymbols({ program: Uint8Array.of(1, 2, 3), kernel: new Uint8Array(0) });
    expect(damaged.describe(0x40000000)).toBeUndefined();
    expect(damaged.named('main')).toBeUndefined();
  });

  it('are shared by guests of the same files, and by no others', async () => {
    const [one, other] = [await compileC('stack', SOURCE, ['-O3']), await compileC('stack', SOURCE, ['-O1'])];
    const first = guestSymbols(await bootGuest({ program: one }));
    expect(guestSymbols(await bootGuest({ program: one }))).toBe(first);
    const another = guestSymbols(await bootGuest({ program: other }));
    expect(another.named('main')).not.toEqual(first.named('main'));
    expect(another.named('main')).toEqual(
      new GuestSymbols({ program: readFileSync(other) }).program?.named('main'),
    );
  });
});
