/** Single steps: each stops where a run would, however many of them go by unattended, and a log of them tells what was executed. */

import { describe, expect, it } from 'vitest';
import { digestImage, MachineStateError, type Machine, type StepLog } from '../../emulator/index.ts';
import { exit, type GuestProgram, Layout, load, PAGE_FAULT_VECTOR } from './guest.ts';
import { PROGRAMS } from './programs.ts';

const DATA = 0x20_0000;
const PORT = 0x99;

/** A loop whose rounds write to memory and to a port. */
const looping: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 1000);
    asm.label('loop').storeAt(DATA, 'ecx').outByte(PORT).decrement('ecx').branch('nz', 'loop');
    exit(asm);
  },
};

/** A loop that sets the timer anew in each round, so that steps have to look after an alarm. */
const settingTimer: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 1000).mov('eax', 0x34);
    asm.label('loop').outByte(0x43).outByte(0x40).outByte(0x40).decrement('ecx').branch('nz', 'loop');
    exit(asm);
  },
};

async function loaded(program: GuestProgram): Promise<{ machine: Machine; at: (label: string) => number }> {
  const [machine, asm] = await load(program);
  return { machine, at: (label) => asm.address(label) };
}

/** A machine that has made some steps one after another in the loop, so that the next ones go by unattended. */
async function stepping(): Promise<{ machine: Machine; at: (label: string) => number }> {
  const started = await loaded(looping);
  started.machine.run({ instructions: 200 });
  for (let i = 0; i < 10; i++) started.machine.step();
  return started;
}

const newLog = (length: number): StepLog => ({
  addresses: new Uint32Array(length),
  rings: new Uint8Array(length),
});

/** Steps until something else than the next instruction comes. */
function stepToStop(machine: Machine): ReturnType<Machine['step']> {
  for (let i = 0; i < 100; i++) {
    const stop = machine.step();
    if (stop.kind !== 'reached') return stop;
  }
  throw new Error('nothing stops the steps');
}

describe('a single step after others', () => {
  it('tells of what a port handler asks for, behind its instruction', async () => {
    const { machine, at } = await stepping();
    const end = machine.claimPorts([PORT], {
      write: () => {
        machine.requestStop('written');
      },
    });
    expect(stepToStop(machine)).toEqual({ kind: 'requested', reason: 'written' });
    expect(machine.registers.get('eip')).toBe(at('loop') + 8);
    end();
    expect(machine.step().kind).toBe('reached');
  });

  it('throws what a handler throws, once, with the machine intact', async () => {
    const { machine } = await stepping();
    const end = machine.claimPorts([PORT], {
      write: () => {
        throw new Error('of the handler');
      },
    });
    expect(() => stepToStop(machine)).toThrow('of the handler');
    end();
    expect(machine.run({ instructions: 3000 }).kind).toBe('reached');
  });

  it('forgets a stop that was asked for while the machine stood', async () => {
    const { machine } = await loaded(settingTimer);
    machine.run({ instructions: 200 });
    for (let i = 0; i < 10; i++) machine.step();
    machine.requestStop('too early');
    for (let i = 0; i < 50; i++) expect(machine.step().kind).toBe('reached');
  });

  it('may not be made by a handler, which sees the count of its instruction', async () => {
    const { machine } = await stepping();
    let refused: unknown;
    let count = 0;
    machine.claimPorts([PORT], {
      write: () => {
        count = machine.instructions;
        try {
          machine.step();
        } catch (error) {
          refused = error;
        }
      },
    });
    while (count === 0) machine.step();
    expect(refused).toBeInstanceOf(MachineStateError);
    expect(count).toBe(machine.instructions);
  });

  it('stops at memory that is watched from now on, and no longer when it is not', async () => {
    const { machine } = await stepping();
    const clear = machine.setWatchpoint(DATA, 4, 'write');
    expect(stepToStop(machine)).toEqual({ kind: 'watchpoint', address: DATA, access: 'write' });
    clear();
    for (let i = 0; i < 10; i++) expect(machine.step().kind).toBe('reached');
  });

  it('calls the handlers of its instruction, once each time', async () => {
    const { machine, at } = await stepping();
    const counts: number[] = [];
    machine.onExecute(at('loop'), () => counts.push(machine.registers.get('ecx')));
    const before = machine.registers.get('ecx');
    for (let i = 0; i < 16; i++) machine.step();
    expect(counts).toHaveLength(4);
    expect(before - (counts[0] ?? 0)).toBeLessThanOrEqual(1);
    expect(counts.map((count, i) => count + i)).toEqual(Array(4).fill(counts[0]));
  });

  it('goes on where a restore has put the machine, and its alarms with it', async () => {
    const { machine } = await loaded(PROGRAMS['a timer in arithmetic'] ?? looping);
    machine.run({ instructions: 49_000 });
    const image = machine.capture({ compiled: false });
    const steps = (): string => {
      for (let i = 0; i < 2000; i++) machine.step();
      return digestImage(machine.capture({ compiled: false }));
    };
    const expected = steps();
    expect(machine.memory.read32(Layout.counters)).toBe(1);
    machine.run({ instructions: 51_500 });
    for (let i = 0; i < 5; i++) machine.step();
    machine.restore(image, { compiled: 'keep' });
    expect(machine.instructions).toBe(49_000);
    expect(steps()).toBe(expected);
  });

  it('crashes as a run does, and makes none after it', async () => {
    const { machine } = await stepping();
    machine.registers.set('esp', Layout.unmapped);
    machine.registers.set('eip', Layout.unmapped);
    expect(stepToStop(machine)).toMatchObject({ kind: 'crash' });
    expect(() => machine.step()).toThrow(MachineStateError);
  });

  it('is refused once the machine has been disposed of', async () => {
    const { machine } = await stepping();
    machine.dispose();
    expect(() => machine.step()).toThrow(MachineStateError);
  });
});

/** How many are made one by one at most: two ticks of a timer at 20 kHz. */
const MANY = 120_000;

describe.each(Object.keys(PROGRAMS))('%s', (name) => {
  const start = async (): Promise<Machine> => (await loaded(PROGRAMS[name] ?? looping)).machine;
  const end = (machine: Machine): { readonly instructions: number } => {
    const { kind } = machine.run();
    const { instructions, virtualNanoseconds } = machine;
    const digest = digestImage(machine.capture({ compiled: false }));
    machine.dispose();
    return { instructions, ...{ kind, virtualNanoseconds, digest } };
  };

  it('ends with steps, one by one and written down, as in one run', async () => {
    const straight = end(await start());
    const machine = await start();
    const many = Math.min(MANY, Math.floor(straight.instructions / 3));
    for (let i = 0; i < many; i++) machine.step();
    expect(machine.logSteps(newLog(many)).steps).toBe(many);
    expect(machine.instructions).toBe(2 * many);
    expect(end(machine)).toEqual(straight);
  });
});

describe('a log of steps', () => {
  it('holds the instructions in their order, each with its ring', async () => {
    const { machine } = await loaded(PROGRAMS['page faults in a hot loop'] ?? looping);
    machine.run({ instructions: 1000 });
    const image = machine.capture({ compiled: false });
    const log = newLog(500);
    expect(machine.logSteps(log)).toEqual({
      steps: 500,
      stop: { kind: 'reached', limit: 'instructions' },
    });
    expect(machine.instructions).toBe(1500);
    machine.restore(image);
    const stepped = newLog(500);
    for (let i = 0; i < 500; i++) {
      stepped.addresses[i] = machine.registers.get('eip');
      stepped.rings[i] = machine.registers.privilege;
      machine.step();
    }
    expect(log).toEqual(stepped);
    expect(new Set(log.rings)).toEqual(new Set([0, 3]));
  });

  it('has the handler of an interrupt, where a step begins at the instruction that was interrupted', async () => {
    const { machine, at } = await loaded(PROGRAMS['a timer in arithmetic'] ?? looping);
    machine.run({ instructions: 40_000 });
    const log = newLog(200_000);
    machine.logSteps(log);
    const entered = log.addresses.filter((address) => address === at('timer'));
    expect(entered).toHaveLength(4);
    expect(machine.memory.read32(Layout.counters)).toBe(4);
  });

  it('has an instruction that faulted each time it was begun, and none whose page is missing', async () => {
    const { machine, at } = await loaded({
      handlers: { [PAGE_FAULT_VECTOR]: 'fault' },
      build: (asm) => {
        // the first fault is of the load, the second one of the jump's target: its handler puts the end in the return's place
        asm
          .label('fault')
          .operate('add', 'esp', 4)
          .increment('ebp')
          .operate('cmp', 'ebp', 2)
          .branch('z', 'lost');
        asm.mov('esi', DATA).raw(0xcf);
        asm.label('lost').mov('eax', 'end').store('esp', 0, 'eax').raw(0xcf);
        asm.label('main').mov('ebp', 0).mov('esi', Layout.unmapped).mov('edi', Layout.unmapped);
        asm.label('load').load('eax', 'esi').raw(0xff, 0xe7); // jmp edi
        asm.label('end');
        exit(asm);
      },
    });
    const log = newLog(300);
    const { steps, stop } = machine.logSteps(log);
    expect(stop).toEqual({ kind: 'requested', reason: 'exit' });
    const addresses = [...log.addresses.subarray(0, steps)];
    const after = addresses.slice(addresses.indexOf(at('load')));
    expect(after.slice(0, 2)).toEqual([at('load'), at('fault')]);
    expect(after.filter((address) => address === at('load'))).toHaveLength(2);
    expect(after).not.toContain(Layout.unmapped);
    expect(after.filter((address) => address === at('fault'))).toHaveLength(2);
    expect(addresses).toHaveLength(machine.instructions);
  });

  it('ends before a breakpoint, but not at the one where it starts', async () => {
    const { machine, at } = await stepping();
    machine.setBreakpoint(at('loop'));
    const log = newLog(100);
    machine.logSteps(log);
    const { steps, stop } = machine.logSteps(log);
    expect(stop).toEqual({ kind: 'breakpoint', address: at('loop') });
    expect(steps).toBe(4);
    expect(log.addresses[0]).toBe(at('loop'));
    expect(log.addresses[4]).not.toBe(at('loop'));
  });

  it('ends behind an instruction that touches watched memory, and where a handler asks for it', async () => {
    const { machine, at } = await stepping();
    const clear = machine.setWatchpoint(DATA, 4, 'write');
    const log = newLog(100);
    expect(machine.logSteps(log).stop).toEqual({ kind: 'watchpoint', address: DATA, access: 'write' });
    clear();
    machine.onExecute(at('loop'), () => {
      machine.requestStop('there');
    });
    expect(machine.logSteps(log)).toEqual({ steps: 3, stop: { kind: 'requested', reason: 'there' } });
  });

  it('counts its instructions as interpreted, and as no more than they are', async () => {
    const { machine } = await stepping();
    const { interpreted } = machine.hostWork;
    machine.logSteps(newLog(1000));
    for (let i = 0; i < 100; i++) machine.step();
    expect(machine.hostWork.interpreted - interpreted).toBe(1100);
  });

  it('needs as many rings as addresses', async () => {
    const { machine } = await stepping();
    expect(() => machine.logSteps({ addresses: new Uint32Array(4), rings: new Uint8Array(3) })).toThrow(
      RangeError,
    );
  });

  it('of no length moves nothing', async () => {
    const { machine } = await stepping();
    expect(machine.logSteps(newLog(0))).toEqual({
      steps: 0,
      stop: { kind: 'reached', limit: 'instructions' },
    });
    expect(machine.instructions).toBe(210);
  });
});
