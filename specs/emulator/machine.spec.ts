/** What a machine can be asked: memory, registers, ports, traps, limits; and how it says that it is over. */

import { describe, expect, it } from 'vitest';
import { MachineStateError, UnmappedAddressError } from '../../emulator/index.ts';
import { type Assembler } from './assembler.ts';
import { CALL_VECTOR, exit, type GuestProgram, Layout, load, loadGuest, makeMachine } from './guest.ts';

const main = (build: (asm: Assembler) => void): GuestProgram => ({
  build: (asm) => {
    asm.label('main');
    build(asm);
    exit(asm);
  },
});

describe('a new machine', () => {
  it('starts in real mode where it is told, with the registers it is given', async () => {
    const machine = await makeMachine();
    machine.memory.write(0x8000, Uint8Array.of(0xf4));
    machine.enterRealMode({ eip: 0x8000, eax: 0x0c00_ffee });
    expect(machine.run()).toEqual({ kind: 'halted' });
    expect(machine.registers.get('eax')).toBe(0x0c00_ffee);
    expect(machine.instructions).toBe(1);
  });

  it.each([{ memoryMiB: 0 }, { memoryMiB: 1.5 }, { memoryMiB: 4096 }, { instructionsPerMicrosecond: 0 }])(
    'refuses %o',
    async (options) => {
      await expect(async () => makeMachine(options)).rejects.toThrow(RangeError);
    },
  );

  it('cannot be used once it is disposed of', async () => {
    const machine = await makeMachine();
    machine.dispose();
    expect(() => machine.run()).toThrow(MachineStateError);
  });

  it('has RAM where a PC would have a display', async () => {
    const [machine] = await load(
      main((asm) => asm.mov('eax', 0x1234_5678).storeAt(0xb_8000, 'eax').loadAt('ecx', 0xb_8001)),
    );
    machine.run();
    expect(machine.memory.read32(0xb_8000)).toBe(0x1234_5678);
    expect(machine.registers.get('ecx')).toBe(0x12_3456);
  });
});

describe('memory', () => {
  it('is little-endian and bounded', async () => {
    const { memory } = await makeMachine();
    memory.write32(0x100, 0xdead_beef);
    expect([...memory.read(0x100, 4)]).toEqual([0xef, 0xbe, 0xad, 0xde]);
    expect(memory.read16(0x102)).toBe(0xdead);
    expect(() => memory.read8(memory.size)).toThrow(RangeError);
    expect(() => {
      memory.write(memory.size - 1, Uint8Array.of(1, 2));
    }).toThrow(RangeError);
  });

  it('a copy handed out does not change with the guest', async () => {
    const { memory } = await makeMachine();
    const before = memory.read(0, 4);
    memory.write32(0, 1);
    expect([...before]).toEqual([0, 0, 0, 0]);
  });

  it('linear memory follows the page tables and names what is not mapped', async () => {
    const [machine] = await load(main(() => undefined));
    machine.memory.write32(Layout.pageTable + 4 * 0x3ff, 0x7007);
    machine.run();
    const linear = 0x3f_f000;
    expect(machine.linear.translate(linear + 5)).toBe(0x7005);
    machine.linear.write32(linear - 2, 0xaabb_ccdd);
    expect(machine.memory.read16(0x7000)).toBe(0xaabb);
    expect(machine.linear.readMapped(Layout.unmapped - 2, 10)).toHaveLength(2);
    const target = new Uint8Array(10);
    machine.linear.write(Layout.unmapped - 2, Uint8Array.of(1, 2));
    expect(machine.linear.readMappedInto(Layout.unmapped - 2, target)).toBe(2);
    expect([...target.subarray(0, 3)]).toEqual([1, 2, 0]);
    expect(() => machine.linear.read(Layout.unmapped - 2, 10)).toThrow(
      new UnmappedAddressError(Layout.unmapped),
    );
  });

  it('looking at a page leaves no mark in the page tables', async () => {
    const [machine] = await load(main(() => undefined));
    machine.run();
    const entry = Layout.pageTable + 4 * 0x200;
    machine.linear.read32(0x20_0000);
    machine.linear.write32(0x20_0000, 1);
    expect(machine.memory.read32(entry) & 0x60).toBe(0);
  });

  it('mappings are listed with what they allow', async () => {
    const [machine] = await load(main((asm) => asm.storeAt(0x20_0000, 'eax')));
    machine.run();
    const mappings = [...machine.linear.mappings()];
    expect(mappings).toHaveLength(1024);
    expect(mappings[0x200]).toEqual({
      linear: 0x20_0000,
      physical: 0x20_0000,
      size: 4096,
      writable: true,
      user: true,
      accessed: true,
      dirty: true,
    });
  });

  it('code that the host overwrites is not run from what was compiled', async () => {
    const [machine, asm] = await load(
      main((code) =>
        code.mov('ecx', 1_000_000).label('loop').increment('eax').decrement('ecx').branch('nz', 'loop'),
      ),
    );
    machine.run({ instructions: 1_500_000 });
    const left = machine.registers.get('ecx');
    const eax = machine.registers.get('eax');
    machine.memory.write8(asm.address('loop'), 0x48); // dec eax
    const skew = machine.registers.get('eip') === asm.address('loop') ? 0 : 1;
    machine.run();
    expect((eax - machine.registers.get('eax')) >>> 0).toBe(left - skew);
  });
});

describe('registers', () => {
  it('flags that wait to be computed read as the guest would read them', async () => {
    const [machine, asm] = await load(
      main((code) => code.mov('eax', 1).operate('cmp', 'eax', 2).label('after')),
    );
    machine.setBreakpoint(asm.address('after'));
    machine.run();
    expect(machine.registers.get('eflags') & 0x8d5).toBe(0x95); // CF AF SF, parity of 0xff
  });

  it('x87 and SSE state goes out and in again', async () => {
    const [machine] = await load(main((asm) => asm.raw(0xdb, 0xe3, 0xd9, 0xeb, 0xd9, 0xe8))); // fninit; fldpi; fld1
    machine.run();
    const image = machine.registers.fxsave();
    expect([...image.subarray(32, 42)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f]);
    image[160] = 0x77;
    machine.registers.fxrestore(image);
    expect(machine.registers.fxsave()).toEqual(image);
  });
});

describe('ports', () => {
  it('tell byte, word and dword apart, and know the exact instruction', async () => {
    const seen: unknown[] = [];
    const [machine] = await load(
      main((asm) => asm.mov('eax', 0x1122_3344).mov('edx', 0xe9).raw(0xee, 0x66, 0xef, 0xef).raw(0xed)),
    );
    machine.claimPorts([0xe9], {
      write: (value, width, port) => seen.push([value, width, port, machine.instructions]),
      read: () => 0x5566_7788,
    });
    machine.run();
    const first = machine.instructions - 5;
    expect(seen).toEqual([
      [0x44, 1, 0xe9, first],
      [0x3344, 2, 0xe9, first + 1],
      [0x1122_3344, 4, 0xe9, first + 2],
    ]);
    expect(machine.registers.get('eax')).toBe(0x5566_7788);
  });

  it('a wide access that starts at a port of nobody reaches the ports behind it byte by byte', async () => {
    const seen: unknown[] = [];
    const [machine] = await load(
      main((asm) => asm.mov('eax', 0x1122_3344).mov('edx', 0xe7).raw(0xef, 0x66, 0xed)), // out dx, eax; in ax, dx
    );
    machine.claimPorts([0xe8, 0xea], {
      write: (value, width, port) => seen.push([value, width, port]),
      read: (width) => (width === 1 ? 0x55 : 0),
    });
    machine.run();
    expect(seen).toEqual([
      [0x33, 1, 0xe8],
      [0x11, 1, 0xea],
    ]);
    expect(machine.registers.get('eax')).toBe(0x1122_55ff);
  });

  it.each([
    ['the first interrupt controller from below: command, then mask', 0x1f, 0x5a_0a_00, 0x21, 0x5a],
    ['its mask, from its command', 0x20, 0x5b_0a, 0x21, 0x5b],
    ['the mask of the second, from its command', 0xa0, 0xf5_0a, 0xa1, 0xf5],
    ['the timer from below, up to channel 2', 0x3f, 0x77_00_00_00, 0x42, 0x77],
    ['the gate of the speaker from below', 0x5f, 0x02_00_00, 0x61, 0x02],
    ['the battery-backed memory, behind its index', 0x70, 0x99_20, 0x71, 0x99],
  ])('a wide write reaches the bytes of %s', async (_what, port, value, readPort, expected) => {
    const channel2LowByte = 0x90;
    const [machine] = await load(
      main((asm) => {
        asm.mov('eax', channel2LowByte).outByte(0x43);
        asm.mov('edx', port).mov('eax', value).raw(0xef); // out dx, eax
        asm.mov('eax', 0).inByte(readPort);
      }),
    );
    machine.run();
    // the speaker's port has bits of its own that turn with time
    expect(machine.registers.get('eax') & (readPort === 0x61 ? 3 : 0xff)).toBe(expected);
  });

  it('a wide read takes in the bytes of several devices', async () => {
    const [machine] = await load(
      main((asm) => asm.mov('eax', 0xa5).outByte(0x21).mov('eax', 0).mov('edx', 0x1f).raw(0xed)), // in eax, dx
    );
    machine.run();
    expect(machine.registers.get('eax')).toBe(0xff_a5_00_ff);
  });

  it('an error of a handler comes out of run and leaves the machine usable', async () => {
    const [machine] = await load(main((asm) => asm.outByte(0x99).mov('ebx', 5)));
    machine.claimPorts([0x99], {
      write: () => {
        throw new Error('from the handler');
      },
    });
    expect(() => machine.run()).toThrow('from the handler');
    expect(machine.run().kind).toBe('requested');
    expect(machine.registers.get('ebx')).toBe(5);
  });

  it('a handler may not run the machine it runs in', async () => {
    const [machine] = await load(main((asm) => asm.outByte(0x99)));
    machine.claimPorts([0x99], {
      write: () => {
        machine.run();
      },
    });
    expect(() => machine.run()).toThrow(MachineStateError);
  });
});

describe('software interrupts', () => {
  const caller: GuestProgram = {
    ring: 3,
    handlers: { [CALL_VECTOR]: 'call', 0x81: 'end' },
    build: (asm) => {
      asm.label('call').mov('eax', 7).raw(0xcf);
      asm.label('end');
      exit(asm);
      asm.label('main').mov('ecx', 300_000);
      asm.label('loop').mov('eax', 35).interrupt(CALL_VECTOR).combine('add', 'ebx', 'eax');
      asm.decrement('ecx').branch('nz', 'loop').interrupt(0x81);
    },
  };

  it('are seen before the kernel, with the registers of the program', async () => {
    const [machine, asm] = await load(caller);
    let calls = 0;
    const seen = new Set<string>();
    machine.trapInterrupts([CALL_VECTOR], ({ vector, frame }) => {
      calls++;
      seen.add([vector, frame.cs, frame.eip, machine.registers.get('eax')].join());
      return 'deliver';
    });
    machine.run();
    expect(calls).toBe(300_000);
    expect([...seen]).toEqual([[CALL_VECTOR, 0x1b, asm.address('loop') + 7, 35].join()]);
    expect(machine.registers.get('ebx')).toBe(7 * 300_000);
  });

  it('seen or not, the run is the same to the instruction', async () => {
    const [seen] = await load(caller);
    const [unseen] = await load(caller);
    seen.trapInterrupts([CALL_VECTOR], () => 'deliver');
    seen.onInterruptReturn(() => undefined);
    seen.run();
    unseen.run();
    expect(seen.instructions).toBe(unseen.instructions);
  });

  it('may be answered in the place of the kernel', async () => {
    const [machine] = await load(caller);
    machine.trapInterrupts([CALL_VECTOR], () => {
      machine.registers.set('eax', 2);
      return 'return';
    });
    machine.run();
    expect(machine.registers.get('ebx')).toBe(600_000);
  });

  it('the way back to the program is seen too', async () => {
    const [machine, asm] = await load(caller);
    const returns: number[] = [];
    machine.run({ instructions: 1000 });
    machine.onInterruptReturn(() => returns.push(machine.registers.get('eip')));
    machine.run({ instructions: 2000 });
    expect(new Set(returns)).toEqual(new Set([asm.address('loop') + 7]));
    expect(returns.length).toBeGreaterThan(100);
  });

  it('several look on at the way back, and each leaves on its own', async () => {
    const [machine] = await load(caller);
    const seen = { first: 0, second: 0 };
    const endFirst = machine.onInterruptReturn(() => (seen.first += 1));
    machine.onInterruptReturn(() => (seen.second += 1));
    machine.run({ instructions: 1000 });
    const { first } = seen;
    endFirst();
    machine.run({ instructions: 2000 });
    expect(first).toBeGreaterThan(0);
    expect(seen.first).toBe(first);
    expect(seen.second).toBeGreaterThan(first);
  });
});

describe('a software interrupt without a gate', () => {
  it.each([0x55, 0x79])('0x%s is a general protection fault of the program', async (vector) => {
    const [machine] = await load({
      ring: 3,
      handlers: { 13: 'protection' },
      build: (asm) => {
        asm.label('protection').pop('ebx').pop('ecx');
        exit(asm);
        asm.label('main').label('here').interrupt(vector);
      },
    });
    expect(machine.run().kind).toBe('requested');
    expect(machine.registers.get('ebx')).toBe(vector * 8 + 2);
    expect(machine.linear.read16(machine.registers.get('ecx'))).toBe(0xcd | (vector << 8));
  });
});

describe('limits', () => {
  it('an instruction count is reached exactly, in compiled code as well', async () => {
    const [machine] = await load(main((asm) => asm.label('loop').increment('eax').jump('loop')));
    for (const count of [1, 50, 999_999, 1_000_000, 5_000_001]) {
      expect(machine.run({ instructions: count })).toEqual({ kind: 'reached', limit: 'instructions' });
      expect(machine.instructions).toBe(count);
    }
  });

  it('virtual time passes while the processor sleeps', async () => {
    const [machine] = await load({
      timerHertz: 100,
      handlers: { 0x20: 'timer' },
      build: (asm) => {
        asm.label('timer').mov('eax', 0x20).outByte(0x20).raw(0xcf);
        asm.label('main').label('loop').raw(0xfb, 0xf4).jump('loop');
      },
    });
    expect(machine.run({ virtualNanoseconds: 1_000_000_000 })).toEqual({
      kind: 'reached',
      limit: 'virtual-time',
    });
    expect(machine.virtualNanoseconds).toBe(1_000_000_000);
    expect(machine.instructions).toBeLessThan(2000);
  });

  it('an endless loop ends at the wall clock and can go on', async () => {
    let now = 0;
    const machine = await makeMachine({ wallClock: () => (now += 5) });
    loadGuest(
      machine,
      main((asm) => asm.label('loop').jump('loop')),
    );
    expect(machine.run({ wallMilliseconds: 20 })).toEqual({ kind: 'wall-time' });
    expect(machine.run({ instructions: machine.instructions + 5 }).kind).toBe('reached');
  });
});

describe('a crash', () => {
  const CRASHES: Readonly<Record<string, [GuestProgram, RegExp]>> = {
    'a fault without a handler': [main((asm) => asm.loadAt('eax', Layout.unmapped)), /triple fault/],
    'a kernel stack that is not mapped': [
      {
        handlers: { 14: 'fault' },
        build: (asm) => {
          asm.label('fault').raw(0xcf);
          asm
            .label('main')
            .mov('esp', Layout.unmapped + 0x1000)
            .push('eax');
        },
      },
      /triple fault/,
    ],
    'a jump out of RAM': [
      {
        ...main((asm) => asm.mov('eax', 0x7000_0000).raw(0xff, 0xe0)),
        paging: false,
      },
      /outside of RAM, at 0x70000000/,
    ],
  };

  it.each(Object.keys(CRASHES))(
    'by %s is a value, the same each time, and a restore mends it',
    async (name) => {
      const [program, message] = CRASHES[name] ?? [main(() => undefined), /^$/];
      const [machine] = await load(program);
      const image = machine.capture();
      const first = machine.run();
      expect(first).toMatchObject({
        kind: 'crash',
        cause: { message: expect.stringMatching(message) as string },
      });
      const count = machine.instructions;
      expect(() => machine.run()).toThrow(MachineStateError);
      machine.restore(image);
      expect(machine.run()).toEqual(first);
      expect(machine.instructions).toBe(count);
    },
  );
});
