/** Breakpoints, handlers at instructions, watched memory: they stop where they say, and change nothing of the run. */

import { describe, expect, it } from 'vitest';
import { digestImage, type Machine } from '../../emulator/index.ts';
import type { Assembler } from './assembler.ts';
import {
  CALL_VECTOR,
  exit,
  type GuestProgram,
  Layout,
  load,
  PAGE_FAULT_VECTOR,
  TIMER_VECTOR,
} from './guest.ts';
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
    const clear = machine.setBreakpoint(asm.address('function'));
    machine.run();
    clear();
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
    const clear = machine.setWatchpoint(DATA, 4, 'read');
    expect(machine.run()).toEqual({ kind: 'watchpoint', address: DATA, access: 'read' });
    expect(machine.registers.get('edx')).toBe(CALLS * 256);
    clear();
    machine.setBreakpoint(asm.address('function'));
    expect(machine.run().kind).toBe('breakpoint');
  });

  it('several watch the same bytes, and each ends on its own', async () => {
    const [machine] = await load(looping, options);
    const seen = { writes: 0, reads: 0, part: 0 };
    const endWrites = machine.onAccess(
      { address: DATA, length: 4, access: 'write' },
      () => (seen.writes += 1),
    );
    machine.onAccess({ address: DATA, length: 4, access: 'read' }, () => (seen.reads += 1));
    machine.onAccess({ address: DATA + 1, length: 8, access: 'write' }, () => (seen.part += 1));
    machine.run({ instructions: 200_000 });
    const { writes } = seen;
    endWrites();
    machine.run();
    expect(writes).toBeGreaterThan(0);
    // the part that starts at the second byte is written by words that start before it, and only where that changes
    expect(seen).toEqual({ writes, reads: CALLS, part: CALLS });
  });

  it('two breakpoints at one address are two: it stops there until both are cleared', async () => {
    const [machine, asm] = await load(looping, options);
    const clearFirst = machine.setBreakpoint(asm.address('function'));
    const clearSecond = machine.setBreakpoint(asm.address('function'));
    clearFirst();
    clearFirst();
    expect(machine.run().kind).toBe('breakpoint');
    clearSecond();
    expect(machine.run().kind).toBe('requested');
  });

  it('a write through another linear address stops, and one to the address once something else lies there does not', async () => {
    const alias = 0x3f_f000;
    const other = 0x21_0000;
    const [machine] = await load(
      {
        build: (a) => {
          a.label('main').mov('eax', 1).storeAt(alias, 'eax'); // through the alias
          a.mov('ebx', other | 7)
            .storeAt(Layout.pageTable + 4 * (DATA >> 12), 'ebx')
            .raw(0x0f, 0x01, 0x3d);
          for (let shift = 0; shift < 32; shift += 8) a.raw((DATA >>> shift) & 0xff); // invlpg [DATA]
          a.mov('eax', 2).storeAt(alias, 'eax'); // no longer the watched memory
          a.mov('eax', 3).storeAt(DATA, 'eax'); // which lies elsewhere now
          exit(a);
        },
      },
      options,
    );
    machine.memory.write32(Layout.pageTable + 4 * (alias >> 12), DATA | 7);
    machine.setWatchpoint(DATA, 4, 'write');
    const seen: unknown[] = [];
    machine.onAccess(
      { address: DATA, length: 4, access: 'write', space: 'physical' },
      ({ previous, value }) => {
        seen.push([previous[0], value[0]]);
      },
    );
    const written: number[] = [];
    while (machine.run().kind === 'watchpoint') written.push(machine.registers.get('eax'));
    expect(written).toEqual([1, 3]);
    expect(seen).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('a write with paging off is seen at the memory that is written', async () => {
    const linear = 0x3f_f000;
    const [machine, asm] = await load(
      {
        build: (a) => {
          const paging = (on: boolean): void => {
            a.raw(0x0f, 0x20, 0xc0); // mov eax, cr0
            if (on) a.operate('or', 'eax', 0x8000_0000);
            else a.operate('and', 'eax', 0x7fff_ffff);
            a.raw(0x0f, 0x22, 0xc0); // mov cr0, eax
          };
          a.label('main').mov('ecx', 1).storeAt(linear, 'ecx').label('watched');
          paging(false);
          a.mov('ecx', 2).storeAt(DATA, 'ecx'); // behind the watched address
          a.mov('ecx', 3).storeAt(linear, 'ecx'); // other memory
          paging(true);
          exit(a);
        },
      },
      options,
    );
    machine.memory.write32(Layout.pageTable + 4 * (linear >> 12), DATA | 7);
    const written: number[] = [];
    const clear = machine.setBreakpoint(asm.address('watched'));
    machine.run();
    clear();
    machine.setWatchpoint(linear, 4, 'write');
    while (machine.run().kind === 'watchpoint') written.push(machine.registers.get('ecx'));
    expect(written).toEqual([2]);
  });

  it('what a device writes to watched memory is seen at the instruction that made it', async () => {
    const [machine] = await load(
      {
        build: (a) => {
          a.label('main').raw(0xb0, 1).outByte(0x99).raw(0x90);
          exit(a);
        },
      },
      options,
    );
    const end = machine.claimPorts([0x99], {
      write: () => {
        machine.memory.write32(DATA, 7);
      },
    });
    machine.setWatchpoint(DATA + 2, 4, 'write');
    expect(machine.run()).toEqual({ kind: 'watchpoint', address: DATA + 2, access: 'write' });
    expect(machine.linear.read8(machine.registers.get('eip'))).toBe(0x90);
    end();
  });

  it('a write beside a watched range does not stop', async () => {
    const [machine] = await load(looping, options);
    machine.setWatchpoint(DATA + 4, 4, 'access');
    expect(machine.run().kind).toBe('requested');
  });
});

/** A handler of page faults that ends at `to`, whatever it interrupted; ring 0 throughout. */
function pageFaultGoesTo(asm: Assembler, to: string): void {
  asm.label('fault').operate('add', 'esp', 4).mov('eax', to).store('esp', 0, 'eax').raw(0xcf);
}

describe.each([{ compile: true }, { compile: false }])(
  'an instruction that is watched for, with %o,',
  (options) => {
    const arrivalsAt = async (program: GuestProgram, label = 'watched'): Promise<number> => {
      const [machine, asm] = await load(program, options);
      let arrivals = 0;
      machine.onExecute(asm.address(label), () => arrivals++);
      expect(machine.run()).toMatchObject({ kind: 'requested' });
      return arrivals;
    };

    it('is reached once when it faults and starts again', async () => {
      const program: GuestProgram = {
        handlers: { [PAGE_FAULT_VECTOR]: 'fault' },
        build: (asm) => {
          asm.label('fault').operate('add', 'esp', 4).mov('esi', DATA).raw(0xcf);
          asm.label('main').mov('esi', Layout.unmapped);
          asm.label('watched').load('eax', 'esi');
          exit(asm);
        },
      };
      expect(await arrivalsAt(program)).toBe(1);
    });

    it('is reached again when the handler of its fault went elsewhere in between', async () => {
      const program: GuestProgram = {
        handlers: { [PAGE_FAULT_VECTOR]: 'fault' },
        build: (asm) => {
          pageFaultGoesTo(asm, 'elsewhere');
          asm.label('main').mov('ebp', 0).mov('esi', Layout.unmapped);
          asm.label('watched').load('eax', 'esi').operate('cmp', 'ebp', 3).branch('z', 'end');
          asm.label('elsewhere').increment('ebp').mov('esi', DATA).jump('watched');
          asm.label('end');
          exit(asm);
        },
      };
      expect(await arrivalsAt(program)).toBe(4);
    });

    it('is reached again by a return from an interrupt that came after the handler went elsewhere', async () => {
      const program: GuestProgram = {
        ring: 3,
        handlers: { [PAGE_FAULT_VECTOR]: 'fault', [CALL_VECTOR]: 'call', 0x81: 'exit' },
        build: (asm) => {
          pageFaultGoesTo(asm, 'elsewhere');
          // a kernel that sends its caller to the instruction
          asm.label('call').mov('eax', 'watched').store('esp', 0, 'eax').raw(0xcf);
          asm.label('main').mov('esi', Layout.unmapped);
          asm.label('watched').load('eax', 'esi').interrupt(0x81);
          asm.label('elsewhere').mov('esi', DATA).interrupt(CALL_VECTOR);
          asm.label('exit');
          exit(asm);
        },
      };
      expect(await arrivalsAt(program)).toBe(2);
    });

    it('is told apart by who faulted there: two that are served in turn start again, each once', async () => {
      const second = Layout.kernelStack - 0x1000;
      const frameEnd = Layout.kernelStack - 20;
      const program: GuestProgram = {
        ring: 3,
        handlers: { [PAGE_FAULT_VECTOR]: 'fault', [CALL_VECTOR]: 'call' },
        build: (asm) => {
          // the first fault starts another program at the same instruction, on a kernel stack of its own; the second fault is
          // served at once, and the call at the end of the other program goes back to the first
          asm.label('fault').operate('cmp', 'esi', Layout.unmapped).branch('nz', 'serve');
          asm
            .mov('eax', second)
            .storeAt(Layout.tss + 4, 'eax')
            .mov('esi', Layout.unmapped + 4);
          asm.mov('esp', second).pushValue(0x23).pushValue(Layout.userStack).pushValue(2);
          asm.pushValue(0x1b).pushValue('watched').raw(0xcf);
          asm.label('serve').mov('esi', DATA).operate('add', 'esp', 4).raw(0xcf);
          asm.label('call').increment('ebp').operate('cmp', 'ebp', 2).branch('z', 'end');
          asm.mov('eax', Layout.kernelStack).storeAt(Layout.tss + 4, 'eax');
          asm.mov('esi', DATA).mov('esp', frameEnd).raw(0xcf);
          asm.label('end');
          exit(asm);
          asm.label('main').mov('ebp', 0).mov('esi', Layout.unmapped);
          asm.label('watched').load('eax', 'esi').interrupt(CALL_VECTOR);
        },
      };
      expect(await arrivalsAt(program)).toBe(2);
    });

    it('is reached each time round when it jumps to itself, whatever bytes follow it', async () => {
      const program: GuestProgram = {
        timerHertz: 20_000,
        handlers: { [TIMER_VECTOR]: 'timer' },
        build: (asm) => {
          asm.label('timer').operate('add', 'esp', 12).mov('eax', 0x20).outByte(0x20);
          exit(asm);
          asm.label('main').raw(0xfb, 0x90);
          asm.label('watched').raw(0xeb, 0xfe, 0xf3, 0xa4); // jmp to itself; rep movsb is never reached
        },
      };
      const [machine, asm] = await load(program, options);
      let arrivals = 0;
      let first = 0;
      machine.onExecute(asm.address('watched'), () => {
        if (arrivals++ === 0) first = machine.instructions;
      });
      let interrupted = 0;
      machine.onExecute(asm.address('timer'), () => (interrupted = machine.instructions));
      machine.run();
      expect(arrivals).toBe(interrupted - first);
    });

    it('is reached once when it is a repeated one that interrupts divide', async () => {
      const program: GuestProgram = {
        timerHertz: 100_000,
        handlers: { [TIMER_VECTOR]: 'timer' },
        build: (asm) => {
          asm
            .label('timer')
            .push('eax')
            .incrementAt(Layout.counters)
            .mov('eax', 0x20)
            .outByte(0x20)
            .pop('eax')
            .raw(0xcf);
          asm.label('main').raw(0xfb, 0xfc).mov('ebp', 50);
          asm.label('loop').mov('edi', 0x20_0000).mov('ecx', 100_000);
          asm.label('watched').raw(0x66, 0xf3, 0xab).decrement('ebp').branch('nz', 'loop'); // rep stosw
          exit(asm);
        },
      };
      expect(await arrivalsAt(program)).toBe(50);
    });
  },
);

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
      const clear = machine.setWatchpoint(Layout.counters, 16, 'write');
      machine.run({ instructions: 200_000 });
      clear();
    });
    expect(watched).toEqual(expected);
    expect(arrivals).toBeGreaterThan(0);
  });
});
