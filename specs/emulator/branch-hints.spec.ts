/** Compiled code says which way it goes at accesses to memory; what it does is the same. */

import { describe, expect, it } from 'vitest';
import { mergeModules, pieceOf } from '../../emulator/v86/merge-modules.ts';
import { Reader } from '../../emulator/v86/wasm-instructions.ts';
import { Opcode } from '../../emulator/v86/wasm-opcodes.ts';
import { Section, sectionsOf } from '../../emulator/v86/wasm-sections.ts';
import { Image } from '../../emulator/image.ts';
import { exit, type GuestProgram, listen, loadGuest, makeMachine } from './guest.ts';

const FAR = 200_000_000;

/** A loop with one read, one write and one that is both. */
const THREE_ACCESSES: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 300_000).label('loop');
    asm.loadAt('eax', 0x20_0000).increment('eax').storeAt(0x20_0004, 'eax').incrementAt(0x20_0008);
    asm.decrement('ecx').branch('nz', 'loop');
    exit(asm);
  },
};

/** The modules that v86 made of a program. */
async function compiled(program: GuestProgram): Promise<Uint8Array[]> {
  const machine = await makeMachine();
  loadGuest(machine, program);
  listen(machine);
  machine.run({ instructions: FAR });
  const image = machine.capture();
  machine.dispose();
  if (!(image instanceof Image)) throw new Error('no image');
  return image.compiled?.code.flatMap((code) => code?.origin?.wire() ?? []) ?? [];
}

/** For each function that has hints: the opcodes at which they stand, and their values. */
function hintsOf(wire: Uint8Array): { opcode: number; value: number }[][] {
  const sections = sectionsOf(wire);
  const hints = sections.find(({ id }) => id === Section.custom);
  const code = sections.find(({ id }) => id === Section.code);
  if (hints === undefined || code === undefined) return [];
  const bodies = new Reader(wire, code.start);
  const starts = Array.from({ length: bodies.unsigned() }, () => {
    const length = bodies.unsigned();
    bodies.at += length;
    return bodies.at - length;
  });
  const reader = new Reader(wire, hints.start);
  expect(reader.name()).toBe('metadata.code.branch_hint');
  let first: number | undefined;
  const all = Array.from({ length: reader.unsigned() }, () => {
    const index = reader.unsigned();
    first ??= index;
    const start = starts[index - first] ?? NaN;
    return Array.from({ length: reader.unsigned() }, () => {
      const at = reader.unsigned();
      expect(reader.unsigned()).toBe(1);
      return { opcode: wire[start + at] ?? NaN, value: reader.byte() };
    });
  });
  expect(reader.at).toBe(hints.end);
  return all;
}

/** The values of each one's hints then: to the call is not likely, past it is. What is read and written asks once for both. */
const [READ, WRITE, BOTH] = [[0, 1], [0, 1], [1]];

describe('compiled code', () => {
  it('has a hint at the branch of each access to memory, that it is likely taken', async () => {
    const [wire] = await compiled(THREE_ACCESSES);
    expect(hintsOf(wire ?? new Uint8Array())).toEqual([
      [1, 2, 3].map(() => ({ opcode: Opcode.branchIf, value: 1 })),
    ]);
  });

  it('branches twice at what is only read or written when it is merged, and is so when it is taken out again', async () => {
    const [wire] = await compiled(THREE_ACCESSES);
    if (wire === undefined) throw new Error('nothing was compiled');
    const merged = mergeModules([wire, wire]);
    const hints = [...READ, ...WRITE, ...BOTH].map((value) => ({ opcode: Opcode.branchIf, value }));
    expect(hintsOf(merged)).toEqual([hints, hints]);
    expect(hintsOf(pieceOf(merged, 1))).toEqual([hints]);
  });
});
