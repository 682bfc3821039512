/** Of a page that is compiled, compiled code holds what was executed. */

import { describe, expect, it } from 'vitest';
import { Image } from '../../emulator/image.ts';
import type { Machine, MachineImage } from '../../emulator/index.ts';
import { flatten, i32 } from '../../emulator/v86/wasm-code.ts';
import { exit, type GuestProgram, listen, loadGuest, makeMachine } from './guest.ts';

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
/** Interpreted twice until it is hot, and a little more: far less than either way has. */
const LITTLE = 150_000;

async function started(): Promise<Machine> {
  const machine = await makeMachine();
  loadGuest(machine, TWO_WAYS);
  listen(machine);
  return machine;
}

/** The parts of the program that are in an image's code. */
function partsIn(image: MachineImage): string[] {
  if (!(image instanceof Image)) throw new Error('no image');
  const code = Buffer.concat(image.compiled?.code.flatMap((one) => one?.origin?.wire() ?? []) ?? []);
  const holds = (constant: number): boolean => code.includes(Buffer.from(flatten([i32(constant)])));
  return Object.entries(Part).flatMap(([name, constant]) => (holds(constant) ? name : []));
}

describe('compiled code', () => {
  it('holds what was executed, and not what jumps lead to besides', async () => {
    const machine = await started();
    machine.run({ instructions: EARLY });
    expect(partsIn(machine.capture())).toEqual(['early']);
    machine.dispose();
  });

  it('is compiled anew once something else is executed often', async () => {
    const machine = await started();
    machine.run({ instructions: FAR });
    expect(partsIn(machine.capture())).toEqual(['early', 'late']);
    expect(machine.hostWork.interpreted).toBeLessThan(LITTLE);
    machine.dispose();
  });

  it('holds what was executed once where that is asked for', async () => {
    const machine = await started();
    machine.run({ instructions: 100 });
    machine.compileSoon();
    machine.run({ instructions: 1_000 });
    expect(partsIn(machine.capture())).toEqual(['early']);
    machine.dispose();
  });

  it('holds what was executed before the machine went back', async () => {
    const machine = await started();
    const start = machine.capture();
    machine.run({ instructions: FAR });
    machine.restore(start);
    machine.run({ instructions: EARLY });
    expect(partsIn(machine.capture())).toEqual(['early', 'late']);
    machine.dispose();
  });

  it('loses nothing when a machine compiles it anew that has taken it from another one', async () => {
    const [machine, other] = [await started(), await makeMachine()];
    machine.run({ instructions: EARLY });
    listen(other);
    other.restore(machine.capture());
    other.run({ instructions: FAR });
    expect(partsIn(other.capture())).toContain('early');
    expect(other.hostWork.interpreted).toBeLessThan(LITTLE);
    for (const one of [machine, other]) one.dispose();
  });
});
