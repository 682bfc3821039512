/** Of a page that is compiled, compiled code holds what was executed. */

import { describe, expect, it } from 'vitest';
import { Image } from '../../emulator/image.ts';
import type { MachineImage } from '../../emulator/index.ts';
import { flatten, i32 } from '../../emulator/v86/wasm-code.ts';
import { exit, type GuestProgram, listen, load, makeMachine } from './guest.ts';

const FAR = 200_000_000;
const ROUNDS = 600_000;
const LATE_ROUNDS = 300_000;
/** Constants that nothing else of a program has, in each part of it. */
const Part = { early: 0x123_4567, late: 0x234_5678, never: 0x345_6789 } as const;

/** A loop that goes one way at first and another later, and beside a third one. */
const TWO_WAYS: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', ROUNDS).label('loop');
    asm.operate('cmp', 'ecx', ROUNDS).branch('a', 'never');
    asm.operate('cmp', 'ecx', LATE_ROUNDS).branch('b', 'late');
    asm.operate('add', 'eax', Part.early).jump('next');
    asm.label('late').operate('add', 'eax', Part.late).jump('next');
    asm.label('never').operate('add', 'eax', Part.never);
    asm.label('next').decrement('ecx').branch('nz', 'loop');
    exit(asm);
  },
};
/** Instructions by which the first way has been compiled, and the second not been gone. */
const EARLY = 500_000;
/** Interpreted until it is hot, some times, and a little more: far less than each program has. */
const LITTLE = 250_000;

const PAGE = 4096;
/** So many that the page is hot before any of them was executed often. */
const MANY = 400;

/** A page of code without a loop, executed again and again. */
const STRAIGHT_ON: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 2_000).label('loop').call('straight on');
    asm.decrement('ecx').branch('nz', 'loop');
    exit(asm);
    asm.align(PAGE).label('straight on');
    for (let i = 0; i < 2 * MANY; i += 1) asm.mov('eax', Part.early + i);
    asm.raw(0xc3);
  },
};

/** A page that is entered at many places, at each of them seldom, and leads to one. */
const MANY_ENTRIES: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 1_000).label('loop');
    for (let i = 0; i < MANY; i += 1) asm.call(`entry ${i}`);
    asm.decrement('ecx').branch('nz', 'loop');
    exit(asm);
    asm.align(PAGE);
    for (let i = 0; i < MANY; i += 1) asm.label(`entry ${i}`).mov('edx', i).jump('often');
    // a jump backwards would make another entry
    asm.label('often').operate('add', 'eax', Part.late).raw(0xc3);
  },
};

/** The parts of the program that are in an image's code. */
function partsIn(image: MachineImage): string[] {
  if (!(image instanceof Image)) throw new Error('no image');
  const code = Buffer.concat(image.compiled?.code.flatMap((one) => one?.origin?.wire() ?? []) ?? []);
  const holds = (constant: number): boolean => code.includes(Buffer.from(flatten([i32(constant)])));
  return Object.entries(Part).flatMap(([name, constant]) => (holds(constant) ? name : []));
}

describe('compiled code', () => {
  it('holds what was executed, and not what jumps lead to besides', async () => {
    const [machine] = await load(TWO_WAYS);
    machine.run({ instructions: EARLY });
    expect(partsIn(machine.capture())).toEqual(['early']);
    machine.dispose();
  });

  it('is compiled anew once something else is executed often', async () => {
    const [machine] = await load(TWO_WAYS);
    machine.run({ instructions: FAR });
    expect(partsIn(machine.capture())).toEqual(['early', 'late']);
    expect(machine.hostWork.interpreted).toBeLessThan(LITTLE);
    machine.dispose();
  });

  it('holds what was executed once where that is asked for', async () => {
    const [machine] = await load(TWO_WAYS);
    machine.run({ instructions: 100 });
    machine.compileSoon();
    machine.run({ instructions: 1_000 });
    expect(partsIn(machine.capture())).toEqual(['early']);
    machine.dispose();
  });

  it('holds what was executed before the machine went back', async () => {
    const [machine] = await load(TWO_WAYS);
    const start = machine.capture();
    machine.run({ instructions: FAR });
    machine.restore(start);
    machine.run({ instructions: EARLY });
    expect(partsIn(machine.capture())).toEqual(['early', 'late']);
    machine.dispose();
  });

  it('loses nothing when a machine compiles it anew that has taken it from another one', async () => {
    const [[machine], other] = [await load(TWO_WAYS), await makeMachine()];
    machine.run({ instructions: EARLY });
    listen(other);
    other.restore(machine.capture());
    other.run({ instructions: FAR });
    expect(partsIn(other.capture())).toContain('early');
    expect(other.hostWork.interpreted).toBeLessThan(LITTLE);
    for (const one of [machine, other]) one.dispose();
  });

  it.each([
    ['that holds no loop', STRAIGHT_ON, 'early'],
    ['that is entered everywhere, and at no place often', MANY_ENTRIES, 'late'],
  ])('is made of a page %s', async (_, program, part) => {
    const [machine] = await load(program);
    expect(machine.run({ instructions: FAR }).kind).toBe('requested');
    expect(partsIn(machine.capture())).toEqual([part]);
    expect(machine.hostWork.interpreted).toBeLessThan(LITTLE);
    machine.dispose();
  });
});
