/** Breakpoints, handlers at instructions, watched memory: they stop where they say, and change nothing of the run. */

import { describe, expect, it } from 'vitest';
import { digestImage, type Machine, type MachineOptions } from '../../emulator/index.ts';
import type { Assembler } from './assembler.ts';
import { exit, type GuestProgram, Layout, listen, loadGuest, makeMachine } from './guest.ts';
import { PROGRAMS } from './programs.ts';

const ROUNDS = 100_000;
const DATA = 0x20_0000;

/** A loop of ROUNDS rounds that calls a function every 256th time, which writes its argument to DATA. */
const looping: GuestProgram = {
  build: (asm) => {
    asm.label('function').storeAt(DATA, 'ecx').loadAt('edx', DATA).ret();
    asm.label('main').mov('ecx', ROUNDS).mov('esi', DATA);
    asm.label('loop').raw(0xf6, 0xc1, 0xff).branch('nz', 'next').call('function'); // test cl, 255
    asm.label('next').decrement('ecx').branch('nz', 'loop');
    exit(asm);
  },
};

async function load(
  program: GuestProgram,
  options: Partial<MachineOptions> = {},
): Promise<[Machine, Assembler]> {
  const machine = await makeMachine(options);
  const asm = loadGuest(machine, program);
  listen(machine);
  return [machine, asm];
}

const CALLS = Math.floor(ROUNDS / 256);

describe.each([{ compile: true }, { compile: false }])('with %o', (options) => {
  it('a breakpoint stops before its instruction, each time', async () => {
    const [machine, asm] = await load(looping, options);
    machine.setBreakpoint(asm.address('function'));
    const seen: number[] = [];
    let stop = machine.run();
    while (stop.kind === 'breakpoint') {
      expect(stop.address).toBe(asm.address('function'));
      expect(machine.registers.get('eip')).toBe(stop.address);
      seen.push(machine.registers.get('ecx'));
      stop = machine.run();
    }
    expect(stop.kind).toBe('requested');
    expect(seen).toHaveLength(CALLS);
    expect(seen[0]).toBe(CALLS * 256);
  });

  it('a breakpoint set while the code is hot is not missed', async () => {
    const [machine, asm] = await load(looping, options);
    machine.run({ instructions: 200_000 });
    machine.setBreakpoint(asm.address('function'));
    expect(machine.run()).toEqual({ kind: 'breakpoint', address: asm.address('function') });
  });

  it('a cleared breakpoint no longer stops', async () => {
    const [machine, asm] = await load(looping, options);
    machine.setBreakpoint(asm.address('function'));
    machine.run();
    machine.clearBreakpoint(asm.address('function'));
    expect(machine.run().kind).toBe('requested');
  });

  it('a breakpoint in the middle of a hot loop is counted to the round', async () => {
    const [machine, asm] = await load(looping, options);
    let rounds = 0;
    machine.onExecute(asm.address('next'), () => rounds++);
    machine.run();
    expect(rounds).toBe(ROUNDS);
  });

  it('an address is watched for, not what lies there: the same code elsewhere goes by', async () => {
    const alias = 0x3f_f000;
    const [machine, asm] = await load(
      {
        build: (a) => {
          a.label('function').raw(0x90).ret();
          a.label('main').mov('ecx', 50_000).mov('eax', alias);
          a.label('loop').call('function').raw(0xff, 0xd0); // call eax
          a.decrement('ecx').branch('nz', 'loop');
          exit(a);
        },
      },
      options,
    );
    machine.memory.write32(Layout.pageTable + 4 * (alias >> 12), Layout.program | 7);
    const seen = { function: 0, alias: 0 };
    const forgetAlias = machine.onExecute(alias, () => {
      seen.alias += 1;
      if (seen.alias === 20_000) machine.requestStop('hot');
    });
    expect(machine.run()).toEqual({ kind: 'requested', reason: 'hot' });
    machine.onExecute(asm.address('function'), () => (seen.function += 1));
    forgetAlias();
    machine.run();
    expect(seen).toEqual({ alias: 20_000, function: 30_000 });
  });

  it('addresses for which the emulator looks in one place are told apart, and the one may go', async () => {
    const [machine, asm] = await load(looping, options);
    const seen = { function: 0, other: 0 };
    machine.onExecute(asm.address('function'), () => (seen.function += 1));
    // folded to sixteen bits, both are the same
    const forgetOther = machine.onExecute(asm.address('function') ^ 0x1_0001, () => (seen.other += 1));
    machine.run({ instructions: 200_000 });
    expect(seen.function).toBeGreaterThan(0);
    forgetOther();
    machine.run();
    expect(seen).toEqual({ function: CALLS, other: 0 });
  });

  it('a handler may stop the run before its instruction', async () => {
    const [machine, asm] = await load(looping, options);
    machine.onExecute(asm.address('function'), () => {
      machine.requestStop('here');
    });
    expect(machine.run()).toEqual({ kind: 'requested', reason: 'here' });
    expect(machine.registers.get('eip')).toBe(asm.address('function'));
    expect(machine.run()).toEqual({ kind: 'requested', reason: 'here' });
    expect(machine.registers.get('ecx')).toBe((CALLS - 1) * 256);
  });

  it('a watched write stops behind the instruction that wrote', async () => {
    const [machine] = await load(looping, options);
    machine.setWatchpoint(DATA, 4, 'write');
    const values: number[] = [];
    while (machine.run().kind === 'watchpoint') values.push(machine.memory.read32(DATA));
    expect(values).toEqual(Array.from({ length: CALLS }, (_, i) => (CALLS - i) * 256));
  });

  it('a watched read stops behind the instruction that read', async () => {
    const [machine, asm] = await load(looping, options);
    machine.setWatchpoint(DATA, 4, 'read');
    expect(machine.run()).toEqual({ kind: 'watchpoint', address: DATA, access: 'read' });
    expect(machine.registers.get('edx')).toBe(CALLS * 256);
    machine.clearWatchpoint(DATA);
    machine.setBreakpoint(asm.address('function'));
    expect(machine.run().kind).toBe('breakpoint');
  });

  it('a write beside a watched range does not stop', async () => {
    const [machine] = await load(looping, options);
    machine.setWatchpoint(DATA + 4, 4, 'access');
    expect(machine.run().kind).toBe('requested');
  });
});

describe.each(Object.keys(PROGRAMS))('%s', (name) => {
  it('ends the same with breakpoints, handlers and watched memory', async () => {
    const program = PROGRAMS[name] ?? looping;
    const result = async (prepare: (machine: Machine, asm: Assembler) => void): Promise<unknown> => {
      const [machine, asm] = await load(program);
      prepare(machine, asm);
      let stop = machine.run();
      while (stop.kind === 'breakpoint' || stop.kind === 'watchpoint') stop = machine.run();
      return [stop.kind, machine.instructions, digestImage(machine.capture())];
    };
    const expected = await result(() => undefined);
    let arrivals = 0;
    const watched = await result((machine, asm) => {
      machine.run({ instructions: 50_000 });
      machine.onExecute(asm.address('main') + 5, () => arrivals++);
      for (const [label] of [['loop'], ['timer']] as const) {
        try {
          machine.onExecute(asm.address(label), () => arrivals++);
        } catch {
          // not every program has every label
        }
      }
      machine.setWatchpoint(Layout.counters, 16, 'write');
      machine.run({ instructions: 200_000 });
      machine.clearWatchpoint(Layout.counters);
    });
    expect(watched).toEqual(expected);
    expect(arrivals).toBeGreaterThan(0);
  });
});
