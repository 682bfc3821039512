/**
 * The promise all else stands on: what a guest does, and at which instruction, depends on the guest alone. Not on
 * compiled code, not on where the host stopped, stepped, captured, restored.
 */

import { describe, expect, it } from 'vitest';
import { digestImage, type Machine, type MachineOptions, type RestoreOptions } from '../../emulator/index.ts';
import { randomNumbers } from '../support/random.ts';
import { listen, loadGuest, makeMachine } from './guest.ts';
import { PROGRAMS } from './programs.ts';

const FAR = 200_000_000;
const SEED = 20_261_123;

interface Outcome {
  readonly stop: string;
  readonly instructions: number;
  readonly virtualNanoseconds: number;
  readonly exit: number | undefined;
  readonly digest: string;
}

type Drive = (machine: Machine, instructions: number) => Machine | Promise<Machine>;

/** Loads a program, lets `drive` do what it likes with the machine, runs on to the end. */
async function outcome(
  name: string,
  drive: Drive,
  length = 0,
  options: Partial<MachineOptions> = {},
): Promise<Outcome> {
  const program = PROGRAMS[name];
  if (program === undefined) throw new Error(`no program ${name}`);
  const first = await makeMachine(options);
  loadGuest(first, program);
  listen(first);
  const machine = await drive(first, length);
  const talk = listen(machine);
  const stop = machine.run({ instructions: FAR });
  const result = {
    stop: stop.kind,
    instructions: machine.instructions,
    virtualNanoseconds: machine.virtualNanoseconds,
    exit: talk.exit,
    digest: digestImage(machine.capture({ compiled: false })),
  };
  machine.dispose();
  return result;
}

const straight: Drive = (machine) => machine;

const stops =
  (count: number): Drive =>
  (machine, instructions) => {
    const random = randomNumbers(SEED);
    const points = Array.from({ length: count }, () => random(instructions)).sort((a, b) => a - b);
    for (const point of points) machine.run({ instructions: point });
    return machine;
  };

const steps: Drive = (machine, instructions) => {
  machine.run({ instructions: instructions >> 1 });
  for (let i = 0; i < 20_000; i++) machine.step();
  return machine;
};

/** Goes ahead after each capture, and back to it. */
const backAndForth =
  (options: RestoreOptions): Drive =>
  (machine, instructions) => {
    const random = randomNumbers(SEED);
    for (let i = 1; i < 16; i++) {
      machine.run({ instructions: Math.floor((instructions * i) / 16) + random(40) });
      const image = machine.capture();
      machine.run({ instructions: Math.min(machine.instructions + random(200_000), instructions - 1) });
      machine.restore(image, options);
    }
    return machine;
  };

/** Carries the guest on to a new machine after each capture. */
const handedOver =
  (options: RestoreOptions): Drive =>
  async (first, instructions) => {
    const random = randomNumbers(SEED);
    let machine = first;
    for (let i = 1; i < 10; i++) {
      machine.run({ instructions: Math.floor((instructions * i) / 10) + random(40) });
      const image = machine.capture();
      machine.dispose();
      machine = await makeMachine();
      machine.restore(image, options);
    }
    return machine;
  };

const WAYS: Readonly<Record<string, { drive: Drive; options?: Partial<MachineOptions> }>> = {
  'without compiling': { drive: straight, options: { compile: false } },
  'stopped at 1000 random instructions': { drive: stops(1000) },
  'stopped at 100 random instructions without compiling': { drive: stops(100), options: { compile: false } },
  'stepped one by one for 20,000 instructions': { drive: steps },
  'restored in the same machine with its compiled code': { drive: backAndForth({ compiled: 'image' }) },
  'restored in the same machine, compiled code kept where it still fits': {
    drive: backAndForth({ compiled: 'keep' }),
  },
  'restored in the same machine without compiled code': { drive: backAndForth({ compiled: 'none' }) },
  'handed over to new machines with compiled code': { drive: handedOver({ compiled: 'image' }) },
  'handed over to new machines without compiled code': { drive: handedOver({ compiled: 'none' }) },
};

describe.each(Object.keys(PROGRAMS))('%s', (name) => {
  const expected = outcome(name, straight);

  it('ends by its own exit', async () => {
    expect(await expected).toMatchObject({ stop: 'requested', exit: expect.any(Number) as number });
  });

  it.each(Object.keys(WAYS))('is the same %s', async (way) => {
    const { drive, options } = WAYS[way] ?? { drive: straight };
    const reference = await expected;
    expect(await outcome(name, drive, reference.instructions, options)).toEqual(reference);
  });
});
