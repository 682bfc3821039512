/**
 * Flags that an instruction leaves undefined are made of what was computed before it. Compiled and interpreted code must
 * make the same of them, or a frame pushed by an interrupt gives the difference away.
 */

import { describe, expect, it } from 'vitest';
import { exit, listen, loadGuest, makeMachine } from './guest.ts';

const OPERAND = [0x00, 0x00, 0x20, 0x00]; // [0x200000]
const RESULTS = 0x20_1000;
const ROUNDS = 1500;

/** What goes before: each leaves other traces in the lazy flags. */
const BEFORE: Readonly<Record<string, readonly number[]>> = {
  cmp: [0x39, 0xd0],
  add: [0x01, 0xd0],
  adc: [0x11, 0xd0],
  'sbb in memory': [0x19, 0x15, ...OPERAND],
  'sbb of bytes': [0x18, 0xd0],
  and: [0x21, 0xd0],
  inc: [0x40],
  shl: [0xc1, 0xe0, 3],
  neg: [0xf7, 0xd8],
  mul: [0xf7, 0xe2],
  bsr: [0x0f, 0xbd, 0xca],
  rcl: [0xd1, 0xd0],
};

/** Instructions that leave flags undefined. */
const UNDEFINED: Readonly<Record<string, readonly number[]>> = {
  'shl by cl': [0xd3, 0xe0],
  'shr by 9': [0xc1, 0xe8, 9],
  'sar of words': [0x66, 0xc1, 0xf8, 5],
  'shr of bytes in memory': [0xc0, 0x2d, ...OPERAND, 3],
  'rol by cl': [0xd3, 0xc0],
  'rcr by 17': [0xc1, 0xd8, 17],
  mul: [0xf7, 0xe2],
  'imul of words': [0x66, 0xf7, 0xea],
  'imul with an immediate': [0x69, 0xc2, 3, 2, 1, 0],
  div: [0x31, 0xd2, 0xb9, 7, 0, 0, 0, 0xf7, 0xf1],
  bsf: [0x0f, 0xbc, 0xc2],
  'bsr of words': [0x66, 0x0f, 0xbd, 0xc2],
  shld: [0x0f, 0xa4, 0xd0, 5],
  'shrd by cl': [0x0f, 0xad, 0xd0],
  bts: [0x0f, 0xab, 0xd0],
  xor: [0x31, 0xd0],
  test: [0x85, 0xd0],
  aam: [0xd4, 10],
  daa: [0x27],
  cmpxchg: [0x0f, 0xb1, 0xd3],
};

/** Sums up the flags after `instruction`, for each of BEFORE, over many rounds of changing operands. */
async function flagsAfter(instruction: readonly number[], compile: boolean): Promise<number[]> {
  const machine = await makeMachine({ compile });
  listen(machine);
  loadGuest(machine, {
    build: (asm) => {
      asm.label('main').mov('ebp', ROUNDS).mov('ebx', 0x123_4567).label('loop');
      Object.values(BEFORE).forEach((before, i) => {
        for (const register of ['eax', 'edx', 'ecx'] as const) {
          asm
            .raw(0x69, 0xdb, 0x0d, 0x66, 0x19, 0x00)
            .operate('add', 'ebx', 1_013_904_223)
            .move(register, 'ebx');
        }
        asm
          .storeAt(0x20_0000, 'eax')
          .push('ebx')
          .raw(...before, ...instruction);
        asm.raw(0x9c).pop('edi').pop('ebx').operate('and', 'edi', 0xfff);
        asm
          .loadAt('esi', RESULTS + 4 * i)
          .raw(0xc1, 0xc6, 5)
          .combine('xor', 'esi', 'edi');
        asm.storeAt(RESULTS + 4 * i, 'esi');
      });
      asm.decrement('ebp').branch('nz', 'loop');
      exit(asm);
    },
  });
  machine.run();
  const sums = Object.keys(BEFORE).map((_, i) => machine.memory.read32(RESULTS + 4 * i));
  machine.dispose();
  return sums;
}

describe('compiled and interpreted code leave the same flags', () => {
  it.each(Object.keys(UNDEFINED))('after %s', async (name) => {
    const instruction = UNDEFINED[name] ?? [];
    expect(await flagsAfter(instruction, true)).toEqual(await flagsAfter(instruction, false));
  });
});
