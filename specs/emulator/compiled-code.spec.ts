/** What is hot is compiled, wherever it lies. */

import { describe, expect, it } from 'vitest';
import { Image } from '../../emulator/image.ts';
import type { Assembler } from './assembler.ts';
import { exit, type GuestProgram, Layout, listen, load, loadGuest, makeMachine } from './guest.ts';
import { PROGRAMS } from './programs.ts';

const FAR = 200_000_000;

/** Runs a program to its end and says which part of its instructions was interpreted. */
async function interpretedShareOf(name: string): Promise<number> {
  const program = PROGRAMS[name];
  if (program === undefined) throw new Error(`no program ${name}`);
  const machine = await makeMachine();
  loadGuest(machine, program);
  listen(machine);
  machine.run({ instructions: FAR });
  const share = machine.hostWork.interpreted / machine.instructions;
  machine.dispose();
  return share;
}

describe('hot code', () => {
  it('is compiled', async () => {
    expect(await interpretedShareOf('a timer in arithmetic')).toBeLessThan(0.05);
  });

  it('is compiled where it crosses from one page into the next, but for the instruction that does', async () => {
    expect(await interpretedShareOf('loops across the ends of pages')).toBeLessThan(0.5);
  });
});

describe('compiled code', () => {
  it('goes on in other pages by itself', async () => {
    const machine = await makeMachine();
    const program = PROGRAMS['calls to other pages'];
    if (program !== undefined) loadGuest(machine, program);
    listen(machine);
    machine.compileSoon();
    machine.run({ instructions: FAR });
    // there and back, every four instructions
    expect(machine.hostWork.entries).toBeLessThan(machine.instructions / 50);
    machine.dispose();
  });
});

const PAGE = 4096;
const ROUNDS = 100_000;

/** A loop with an addition that reaches from one page into the next, in which a label stands at what it adds; `change` may change that. */
const overPageEnd = (change: (asm: Assembler) => void): GuestProgram => ({
  build: (asm) => {
    asm.label('main').mov('eax', 0).mov('ecx', ROUNDS).jump('loop');
    asm.align(PAGE);
    while (asm.here % PAGE < PAGE - 8) asm.raw(0x90);
    asm.label('loop').increment('ebx').increment('esi').increment('edi').increment('ebp').increment('ebx');
    asm.raw(0x81, 0xc0).label('added').raw(3, 0, 0, 0); // add eax, 3
    change(asm);
    asm.decrement('ecx').branch('nz', 'loop').storeAt(Layout.counters, 'eax');
    exit(asm);
  },
});

describe('an instruction that reaches the end of its page', () => {
  it('leads from compiled code to compiled code, without the main loop', async () => {
    const [machine] = await load(overPageEnd(() => undefined));
    machine.run({ instructions: FAR });
    expect(machine.memory.read32(Layout.counters)).toBe(3 * ROUNDS);
    const { stretches, entries } = machine.hostWork;
    expect(stretches).toBeGreaterThan(ROUNDS);
    // no more than before both pages are hot
    expect(entries).toBeLessThan(ROUNDS / 4);
    machine.dispose();
  });

  it('is executed as it stands there, where the program changes it in the next page', async () => {
    const [machine] = await load(overPageEnd((asm) => asm.incrementAt('added')));
    machine.run({ instructions: FAR });
    let sum = 0;
    for (let i = 0; i < ROUNDS; i++) sum += 3 + i;
    expect(machine.memory.read32(Layout.counters)).toBe(sum % 2 ** 32);
    machine.dispose();
  });
});

/** One long block, again and again. */
const LONG_BLOCK: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 20_000).label('loop');
    for (let i = 0; i < 60; i++) asm.operate('add', 'eax', i);
    asm.decrement('ecx').branch('nz', 'loop');
    exit(asm);
  },
};

/** The length of each piece of code made from a program while it was stopped again and again. */
async function codeAfterStops({ every }: { every: number }): Promise<number[]> {
  const machine = await makeMachine();
  loadGuest(machine, LONG_BLOCK);
  listen(machine);
  machine.run({ instructions: 20_000 });
  // what has been interpreted so far is compiled, before the stops and after them
  for (const until of [500_000, 600_000]) {
    machine.compileSoon();
    while (machine.instructions < until) machine.run({ instructions: machine.instructions + every });
  }
  const image = machine.capture();
  machine.dispose();
  if (!(image instanceof Image)) throw new Error('no image');
  return image.compiled?.code.flatMap((code) => code?.origin?.wire().length ?? []) ?? [];
}

describe('a block that is stopped within', () => {
  it('is not compiled anew, to be entered there', async () => {
    const code = await codeAfterStops({ every: 997 });
    expect(code).toHaveLength(1);
    expect(code).toEqual(await codeAfterStops({ every: 100_000 }));
  });
});

describe('a hot page with a handler at one of its instructions', () => {
  it.each([0, 20_000])('is compiled like any other, where it comes after %i instructions', async (before) => {
    const machine = await makeMachine();
    const program = PROGRAMS['a timer in arithmetic'];
    if (program === undefined) throw new Error('no such program');
    const timer = loadGuest(machine, program).address('timer');
    listen(machine);
    machine.run({ instructions: before });
    machine.compileSoon();
    machine.run({ instructions: 2 * before });
    let calls = 0;
    machine.onExecute(timer, () => calls++);
    machine.run({ instructions: FAR });
    expect(calls).toBeGreaterThan(10);
    expect(machine.hostWork.interpreted / machine.instructions).toBeLessThan(0.05);
    machine.dispose();
  });
});

describe('the work of the host', () => {
  it('is all the interpreter’s where nothing may be compiled', async () => {
    const machine = await makeMachine({ compile: false });
    const program = PROGRAMS['a timer in arithmetic'];
    if (program !== undefined) loadGuest(machine, program);
    listen(machine);
    machine.run({ instructions: 100_000 });
    expect(machine.hostWork).toMatchObject({ interpreted: 100_000, entries: 0 });
    machine.dispose();
  });

  it('is counted on when a machine is restored', async () => {
    const machine = await makeMachine({ compile: false });
    const program = PROGRAMS['a timer in arithmetic'];
    if (program !== undefined) loadGuest(machine, program);
    listen(machine);
    const image = machine.capture();
    for (let i = 0; i < 2; i++) {
      machine.run({ instructions: 50_000 });
      machine.restore(image);
    }
    expect(machine.hostWork.interpreted).toBe(100_000);
    machine.dispose();
  });
});
