/**
 * DIV and IDIV of 32 bits: quotient and remainder of whatever stands in EDX and EAX, interpreted and compiled. Expected is what whole
 * numbers without a limit give. What has no quotient faults, which the fuzzer looks at.
 */

import { describe, expect, it } from 'vitest';
import { exit, listen, loadGuest, makeMachine } from './guest.ts';

const [OPERANDS, RESULTS] = [0x20_0000, 0x21_0000];
/** Rounds over all operands: more than it takes until they are compiled. */
const ROUNDS = 400;

const EDGES = [0, 1, 2, 3, 7, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, 0xffff_ffff];
const OPERATIONS = { div: { modrm: 0xf0 }, idiv: { modrm: 0xf8 } } as const;
type Name = keyof typeof OPERATIONS;

interface Division {
  readonly high: number;
  readonly low: number;
  readonly divisor: number;
}

const ALL: readonly Division[] = EDGES.flatMap((high) =>
  EDGES.flatMap((low) => EDGES.map((divisor) => ({ high, low, divisor }))),
);

/** Quotient and remainder, or undefined where the quotient is none of 32 bits. */
function divide(name: Name, { high, low, divisor }: Division): [number, number] | undefined {
  const signed = name === 'idiv';
  const as = (bits: number, value: bigint): bigint =>
    signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  const dividend = as(64, (BigInt(high) << 32n) | BigInt(low));
  const by = as(32, BigInt(divisor));
  if (by === 0n) return undefined;
  const quotient = dividend / by;
  if (as(32, quotient) !== quotient) return undefined;
  return [quotient, dividend % by].map((value) => Number(BigInt.asUintN(32, value))) as [number, number];
}

/** What a guest makes of divisions that have a quotient, again and again: the results of the last round. */
async function results(
  name: Name,
  divisions: readonly Division[],
  compile: boolean,
  by: 'eax' | 'ecx' = 'ecx',
): Promise<number[][]> {
  const machine = await makeMachine({ compile });
  listen(machine);
  loadGuest(machine, {
    build: (asm) => {
      asm.label('main').mov('ebp', ROUNDS).label('round');
      asm.mov('esi', OPERANDS).mov('edi', RESULTS).mov('ebx', divisions.length).label('next');
      asm.load('edx', 'esi', 0).load('eax', 'esi', 4).load('ecx', 'esi', 8);
      asm.raw(0xf7, OPERATIONS[name].modrm | (by === 'eax' ? 0 : 1));
      asm.store('edi', 0, 'eax').store('edi', 4, 'edx');
      asm.operate('add', 'esi', 12).operate('add', 'edi', 8);
      asm.decrement('ebx').branch('nz', 'next').decrement('ebp').branch('nz', 'round');
      exit(asm);
    },
  });
  divisions.forEach(({ high, low, divisor }, i) => {
    [high, low, divisor].forEach((value, k) => {
      machine.memory.write32(OPERANDS + 12 * i + 4 * k, value);
    });
  });
  machine.run();
  const all = divisions.map((_, i) => [0, 4].map((at) => machine.memory.read32(RESULTS + 8 * i + at)));
  machine.dispose();
  return all;
}

describe.each(Object.keys(OPERATIONS) as Name[])('%s', (name) => {
  const possible = ALL.filter((division) => divide(name, division) !== undefined);

  it.each([
    ['interpreted', false],
    ['compiled', true],
  ])('gives quotient and remainder, %s', async (_, compile) => {
    expect(possible.length).toBeGreaterThan(200);
    expect(await results(name, possible, compile)).toEqual(possible.map((one) => divide(name, one)));
  });

  it('takes its divisor from EAX, compiled', async () => {
    const byItself = EDGES.filter((low) => low > 0 && low <= 0x7fff_ffff);
    const divisions = byItself.map((low) => ({ high: 0, low, divisor: low }));
    expect(await results(name, divisions, true, 'eax')).toEqual(byItself.map(() => [1, 0]));
  });
});
