/** Call stacks at each instruction of a run, beside the return addresses that the calls have really left. */
import { Decoder, DecoderOptions, FlowControl } from 'iced-x86';
import { describe, expect, it } from 'vitest';
import type { Guest } from '../../harness/index.ts';
import { callStack, guestSymbols, walkStart, type GuestSymbols } from '../../harness/look/symbols/index.ts';
import { bootGuest, bootHelloGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

/** What makes frames hard to follow: EBP as an ordinary register, alloca in loops, aligned stacks, callees that clean up. */
const SOURCE = `
#include <fnmatch.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define NOINLINE __attribute__((noinline))
typedef int vector __attribute__((vector_size(16)));
struct large { char part[300]; };
static jmp_buf back;
static int sink;

NOINLINE int sum(int n, ...) { va_list v; int s = 0; va_start(v, n); while (n--) s += va_arg(v, int); va_end(v); return s; }
NOINLINE int jumps(int n) { volatile char room[64]; room[n & 63] = n; if (n == 0) longjmp(back, 1); return jumps(n - 1) + room[n & 63]; }
static int compare(const void *a, const void *b) { return *(int *)a - *(int *)b; }
NOINLINE int sorts(int n) { int a[n]; for (int i = 0; i < n; i++) a[i] = i * 7 % n; qsort(a, n, sizeof *a, compare); return a[n / 2] + (n > 2 ? sorts(n - 1) : 0); }
NOINLINE struct large make(int x) { struct large l; memset(&l, x, sizeof l); return l; }
NOINLINE int takes(struct large l, int n) { return n ? takes(make(n), n - 1) + l.part[3] : (int)strlen(l.part); }
NOINLINE vector aligned(vector a, int n) { vector x = a + n; volatile vector y = x; return n ? aligned(y, n - 1) : x; }
__attribute__((stdcall)) NOINLINE int cleans(int a, int b, int c) { return snprintf(0, 0, "%d %d %d", a, b, c); }
__attribute__((regparm(3))) NOINLINE int in_registers(int a, int b, int c) { return snprintf(0, 0, "%d %d", a + b, c); }
NOINLINE int tail_b(int n);
NOINLINE int tail_a(int n) { return n ? tail_b(n - 1) : sum(1, n); }
NOINLINE int tail_b(int n) { return tail_a(n); }
NOINLINE int chosen(int x)
{
    switch (x) {
    case 0: return sum(3, 1, 2, 3);
    case 1: return cleans(1, 2, 3) + in_registers(1, 2, 3);
    case 2: return snprintf(0, 0, "%f %e %s", 3.25, 1e30, "x");
    case 3: return (int)strtod("1.25e3", 0);
    case 4: return fnmatch("a*b?c[!d]", "aXXbYce", 0);
    case 5: return tail_a(4);
    default: return -1;
    }
}
int main(void)
{
    setlocale(LC_ALL, "");
    for (int i = 0; i < 7; i++) sink += chosen(i);
    if (setjmp(back) == 0) jumps(5);
    sink += sorts(7) + takes(make(9), 3);
    vector v = {1, 2, 3, 4};
    sink += aligned(v, 4)[2];
    time_t now = 1234567;
    char text[100];
    strftime(text, sizeof text, "%c", gmtime(&now));
    return 0;
}
`;

interface Call {
  /** Where the return address lies. */
  readonly slot: number;
  readonly returnAddress: number;
}

/** Steps through a run and keeps account of its calls, as a processor with a shadow stack does. */
class ShadowStack {
  readonly #guest: Guest;
  readonly #lengths = new Map<number, number>();
  #calls: Call[] = [];

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Return addresses, innermost first; undefined while the kernel runs. */
  get returnAddresses(): readonly number[] | undefined {
    const { registers } = this.#guest.machine;
    if (registers.privilege === 0) return undefined;
    return this.#calls.map((call) => call.returnAddress).reverse();
  }

  /** @returns False when the run is over. */
  step(): boolean {
    const { registers, linear } = this.#guest.machine;
    const eip = registers.get('eip');
    const esp = registers.get('esp');
    const length = registers.privilege === 3 ? this.#callLength(eip) : 0;
    if (this.#guest.step() !== undefined) return false;
    if (registers.privilege === 3) {
      const now = registers.get('esp');
      while ((this.#calls.at(-1)?.slot ?? Infinity) < now) this.#calls.pop();
      const called = length > 0 && now === esp - 4 && linear.read32(now) === eip + length;
      if (called) this.#calls.push({ slot: now, returnAddress: eip + length });
    }
    return true;
  }

  /** Bytes of the call at an address; 0 for any other instruction. */
  #callLength(eip: number): number {
    const known = this.#lengths.get(eip);
    if (known !== undefined) return known;
    const decoder = new Decoder(32, this.#guest.machine.linear.readMapped(eip, 15), DecoderOptions.None);
    const instruction = decoder.decode();
    const { flowControl } = instruction;
    const isCall = flowControl === FlowControl.Call || flowControl === FlowControl.IndirectCall;
    const length = isCall ? instruction.length : 0;
    this.#lengths.set(eip, length);
    instruction.free();
    decoder.free();
    return length;
  }
}

/** Functions that move from one stack to another: half way there is no stack to tell. */
const SWITCHES = /^_?longjmp/;

/** Where stacks are wrong, of all instructions of a run, or of each `every`th up to a count. */
function wrongStacks(guest: Guest, symbols: GuestSymbols, every = 1, until = Infinity): string[] {
  const shadow = new ShadowStack(guest);
  const wrong: string[] = [];
  const { machine } = guest;
  do {
    const expected = machine.instructions % every === 0 ? shadow.returnAddresses : undefined;
    if (expected === undefined) continue;
    const [innermost, ...callers] = callStack(walkStart(machine.registers), machine.linear, symbols);
    const same =
      callers.length === expected.length && callers.every((frame, i) => frame.address === expected[i]);
    if (same || SWITCHES.test(innermost?.function ?? '')) continue;
    wrong.push(`${innermost?.function}+0x${innermost?.offset?.toString(16)} at ${machine.instructions}`);
  } while (shadow.step() && machine.instructions < until);
  return wrong;
}

describe('the call stack is what the calls have left, at each instruction of', () => {
  it.each([
    '-O0',
    '-O2',
    '-Os',
    '-O2 -mpreferred-stack-boundary=2',
    '-O2 -fno-omit-frame-pointer',
    '-O2 -fPIE -pie',
  ])('a program compiled with %s', async (flags) => {
    const program = await compileC('frames', SOURCE, flags.split(' '));
    const guest = await bootGuest({ program });
    expect(wrongStacks(guest, guestSymbols(guest))).toEqual([]);
  });

  it('the start of CPython', async () => {
    const guest = await bootHelloGuest();
    expect(wrongStacks(guest, guestSymbols(guest), 97, 2_000_000)).toEqual([]);
  });
});
