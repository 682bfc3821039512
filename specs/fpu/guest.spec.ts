/** What the x87 does besides computing: exceptions that are not masked arrive, environments are saved, and nothing depends on compiling. */

import { describe, expect, it } from 'vitest';
import type { Machine } from '../../emulator/index.ts';
import type { Assembler } from '../emulator/assembler.ts';
import { exit, Layout, listen, loadGuest, makeMachine } from '../emulator/guest.ts';

const RESULT = 0x20_0000;
const MATH_FAULT = 16;
const NOT_AVAILABLE = 7;
/** Enough rounds for a page to be compiled. */
const ROUNDS = 30_000;

const FLD1 = [0xd9, 0xe8];
const FLDZ = [0xd9, 0xee];
const FNINIT = [0xdb, 0xe3];
const FNCLEX = [0xdb, 0xe2];
const FWAIT = [0x9b];
/** FDIVP: 1/0 behind FLD1 and FLDZ. */
const DIVIDE = [0xde, 0xf9];
const FNSTSW_AX = [0xdf, 0xe0];
const FADD = [0xd8, 0xc0];
/** FLDCW of what lies at {@link RESULT} + 0x100: zero divide is not masked. */
const UNMASK = [0xd9, 0x2d, 0x00, 0x01, 0x20, 0x00];
const UNMASKED = 0x37b;

/** Runs code many times; a fault counts at {@link Layout.counters}, keeps where it was, clears the exception and goes on. */
async function runCode(
  code: (asm: Assembler) => void,
  compile: boolean,
  vector = MATH_FAULT,
): Promise<Machine> {
  const machine = await makeMachine({ compile });
  const talk = listen(machine);
  loadGuest(machine, {
    handlers: { [vector]: 'fault' },
    build: (asm) => {
      asm.label('main');
      asm.raw(0x0f, 0x20, 0xc0).operate('or', 'eax', 0x22).raw(0x0f, 0x22, 0xc0); // cr0: MP, NE
      asm.mov('ebp', ROUNDS).label('loop');
      asm.raw(...FNINIT);
      code(asm);
      asm.decrement('ebp').branch('nz', 'loop');
      exit(asm);
      asm.label('fault').push('eax').raw(0x0f, 0x06); // clts
      asm.incrementAt(Layout.counters);
      asm.raw(0x8b, 0x44, 0x24, 0x04).storeAt(RESULT, 'eax'); // mov eax, [esp + 4]
      asm.raw(0xd9, 0x35, 0x40, 0x00, 0x20, 0x00); // fnstenv [RESULT + 0x40]
      asm
        .raw(...FNCLEX)
        .pop('eax')
        .raw(0xcf);
    },
  });
  machine.memory.write16(RESULT + 0x100, UNMASKED);
  machine.run();
  expect(talk.exit).toBeDefined();
  return machine;
}

describe.each([false, true])('compiled: %s', (compile) => {
  it('an exception that is not masked arrives before the next instruction that waits', async () => {
    const addresses: number[] = [];
    const machine = await runCode((asm) => {
      asm.raw(...UNMASK, ...FLD1, ...FLDZ);
      addresses.push(asm.here);
      asm.raw(...DIVIDE, 0x40); // inc eax
      addresses.push(asm.here);
      asm.raw(...FADD);
    }, compile);
    expect(machine.memory.read32(Layout.counters)).toBe(ROUNDS);
    expect(machine.memory.read32(RESULT)).toBe(addresses[1]);
    // the environment names the instruction that raised it
    expect(machine.memory.read32(RESULT + 0x40 + 12)).toBe(addresses[0]);
  });

  it('FWAIT waits, FNSTSW, FNSTCW, FNCLEX and FNINIT do not', async () => {
    const machine = await runCode((asm) => {
      asm.raw(...UNMASK, ...FLD1, ...FLDZ, ...DIVIDE);
      asm.raw(...FNSTSW_AX).storeAt(RESULT + 0x80, 'eax');
      asm.raw(0xd9, 0x3d, 0x84, 0x00, 0x20, 0x00); // fnstcw [RESULT + 0x84]
      asm.raw(...FNCLEX, ...FWAIT);
      asm.raw(...FLD1, ...FLDZ, ...DIVIDE, ...FNINIT, ...FWAIT);
      asm.raw(...UNMASK, ...FLD1, ...FLDZ, ...DIVIDE, ...FWAIT);
    }, compile);
    expect(machine.memory.read32(Layout.counters)).toBe(ROUNDS);
    // busy, TOP 6, summary, zero divide
    expect(machine.memory.read16(RESULT + 0x80)).toBe(0xb084);
    expect(machine.memory.read16(RESULT + 0x84)).toBe(UNMASKED);
  });

  it('an instruction that raises one leaves its operands', async () => {
    const machine = await runCode((asm) => {
      asm.raw(...UNMASK, ...FLD1, ...FLDZ, ...DIVIDE, ...FNCLEX);
      asm.raw(0xd9, 0x1d, 0x90, 0x00, 0x20, 0x00); // fstp dword [RESULT + 0x90]
      asm.raw(0xd9, 0x1d, 0x94, 0x00, 0x20, 0x00);
    }, compile);
    expect(machine.memory.read32(RESULT + 0x90)).toBe(0);
    expect(machine.memory.read32(RESULT + 0x94)).toBe(0x3f80_0000);
  });

  it('loading a control word makes an exception pending', async () => {
    const machine = await runCode((asm) => {
      asm.raw(...FLD1, ...FLDZ, ...DIVIDE, ...UNMASK, ...FWAIT);
    }, compile);
    expect(machine.memory.read32(Layout.counters)).toBe(ROUNDS);
  });

  it('registers of another task are asked for by #NM', async () => {
    const machine = await runCode(
      (asm) => {
        asm.raw(0x0f, 0x20, 0xc0).operate('or', 'eax', 8).raw(0x0f, 0x22, 0xc0); // cr0: TS
        asm.raw(...FLD1);
      },
      compile,
      NOT_AVAILABLE,
    );
    expect(machine.memory.read32(Layout.counters)).toBe(ROUNDS);
  });

  it('an operand that is not mapped is a page fault that changes nothing', async () => {
    const machine = await makeMachine({ compile });
    const talk = listen(machine);
    loadGuest(machine, {
      handlers: { 14: 'fault' },
      build: (asm) => {
        asm
          .label('main')
          .mov('ebp', ROUNDS)
          .mov('ebx', Layout.unmapped - 4)
          .label('loop');
        asm.raw(...FNINIT, ...FLD1);
        asm.raw(0xdd, 0x1b).label('behind'); // fstp qword [ebx]
        asm.raw(0xd9, 0x35, 0x00, 0x00, 0x20, 0x00); // fnstenv [RESULT]
        asm.decrement('ebp').branch('nz', 'loop');
        exit(asm);
        asm.label('fault').incrementAt(Layout.counters);
        asm.raw(0x83, 0xc4, 4); // add esp, 4: the error code
        asm.mov('eax', 'behind').raw(0x89, 0x04, 0x24, 0xcf); // mov [esp], eax; iret
      },
    });
    machine.run();
    expect(talk.exit).toBeDefined();
    expect(machine.memory.read32(Layout.counters)).toBe(ROUNDS);
    // TOP is 7: nothing was popped
    expect(machine.memory.read16(RESULT + 4)).toBe(0x3800);
  });

  it('FNSAVE and FRSTOR keep everything, with operands of both sizes', async () => {
    for (const prefix of [[], [0x66]]) {
      const machine = await runCode((asm) => {
        asm.raw(...FLD1, ...FLDZ, ...DIVIDE, ...FLD1, ...FADD);
        asm.raw(...prefix, 0xdd, 0x35, 0x00, 0x02, 0x20, 0x00); // fnsave [RESULT + 0x200]
        asm.raw(...prefix, 0xdd, 0x25, 0x00, 0x02, 0x20, 0x00); // frstor
        asm.raw(...prefix, 0xdd, 0x35, 0x00, 0x03, 0x20, 0x00); // fnsave [RESULT + 0x300]
      }, compile);
      const length = prefix.length === 0 ? 108 : 94;
      const saved = machine.memory.read(RESULT + 0x200, length);
      expect(machine.memory.read(RESULT + 0x300, length)).toEqual(saved);
      const size = prefix.length === 0 ? 4 : 2;
      const half = (at: number): number => machine.memory.read16(RESULT + 0x200 + at);
      // zero divide, TOP 6; two registers are full: 2 is normal, infinity special
      expect([half(0), half(size), half(2 * size)]).toEqual([0x37f, 0x3004, 0x8fff]);
      expect(half(7 * size + 8)).toBe(0x4000);
      expect(machine.memory.read32(RESULT + 0x200 + length)).toBe(0);
    }
  });

  it('packed decimals go to registers and back', async () => {
    const machine = await makeMachine({ compile });
    listen(machine);
    loadGuest(machine, {
      build: (asm) => {
        asm.label('main').mov('ebp', ROUNDS).label('loop');
        asm.raw(0xdf, 0x25, 0x00, 0x00, 0x20, 0x00); // fbld [RESULT]
        asm.raw(0xdf, 0x35, 0x10, 0x00, 0x20, 0x00); // fbstp [RESULT + 0x10]
        asm.decrement('ebp').branch('nz', 'loop');
        exit(asm);
      },
    });
    const decimal = Uint8Array.of(0x21, 0x43, 0x65, 0x87, 0x09, 0x21, 0x43, 0x65, 0x17, 0x80);
    machine.memory.write(RESULT, decimal);
    machine.run();
    expect(machine.memory.read(RESULT + 0x10, 10)).toEqual(decimal);
  });
});
