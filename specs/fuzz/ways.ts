/**
 * The ways to run a fuzz case. Each must lead to the same observation, to the instruction: registers, flags, FPU, MXCSR, all of
 * memory (in which the case logs each round and each fault), virtual time.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  adoptImage,
  deserializeImage,
  digestImage,
  type Machine,
  type MachineImage,
  type MachineOptions,
  type RestoreOptions,
  serializeImage,
  shareImage,
} from '../../emulator/index.ts';
import { Store } from '../../images/store/store.ts';
import { listen } from '../emulator/guest.ts';
import { randomNumbers } from '../support/random.ts';
import type { Case } from './case.ts';
import { loadCase, makeCaseMachine, readWorld, writeCase } from './guest.ts';
import { At } from './layout.ts';

/** No case runs longer; one that is not done then is compared where it stands. */
const LONGEST = 2_000_000;

/** What a case has come to. */
export interface Observation {
  readonly stop: string;
  readonly instructions: number;
  /** Of everything: SHA-256. */
  readonly digest: string;
  /** The case's memory, logs included, to say what differs. */
  readonly world: Uint8Array;
}

/** Runs a machine to the case's end. */
function finish(machine: Machine): Observation {
  listen(machine);
  const stop = machine.run({ instructions: LONGEST });
  const crashed = stop.kind === 'crash';
  const observation = {
    stop: crashed ? `crash: ${stop.cause.message}` : stop.kind,
    instructions: crashed ? 0 : machine.instructions,
    digest: crashed ? '' : digestImage(machine.capture({ compiled: false })),
    world: readWorld(machine),
  };
  machine.dispose();
  return observation;
}

/** Runs a case; `length` is how many instructions it takes, known from the first way. */
export type Way = (one: Case, length: number) => Promise<Observation>;

/** Instruction counts below `length`, ascending; the same for the same case. */
function points(one: Case, length: number, count: number): number[] {
  const random = randomNumbers(one.seed + count);
  return Array.from({ length: count }, () => random(Math.max(1, length))).sort((a, b) => a - b);
}

async function start(one: Case, options: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await loadCase(one, options);
  listen(machine);
  return machine;
}

/**
 * Stops at so many instructions and goes on. A case is over long before its code would be compiled by itself, so at each stop
 * what has been interpreted is made worth it.
 */
const stopped =
  (count: number, compile: boolean): Way =>
  async (one, length) => {
    const machine = await start(one, { compile });
    for (const point of points(one, length, count)) runHot(machine, point);
    return finish(machine);
  };

/** Compiles what the first rounds have come by, then runs on; now and then again, for code that was rewritten. */
const compiled: Way = async (one, length) => {
  const machine = await start(one);
  for (const part of [20, 18, 16, 4, 2]) runHot(machine, Math.floor(length / part));
  return finish(machine);
};

function runHot(machine: Machine, instructions: number): void {
  machine.run({ instructions });
  machine.compileSoon();
}

const interpreted: Way = async (one) => finish(await start(one, { compile: false }));

/** Stops, then makes some steps one by one, again and again. */
const stepped: Way = async (one, length) => {
  const machine = await start(one);
  for (const point of points(one, length, 12)) {
    runHot(machine, point);
    for (let i = 0; i < 300 && machine.instructions < length - 1; i++) machine.step();
  }
  return finish(machine);
};

/** Runs hot, then writes down what it executes one by one, again and again. */
const writtenDown: Way = async (one, length) => {
  const machine = await start(one);
  for (const point of points(one, length, 12)) {
    runHot(machine, point);
    const steps = Math.min(300, Math.max(0, length - 1 - machine.instructions));
    machine.logSteps({ addresses: new Uint32Array(steps), rings: new Uint8Array(steps) });
  }
  return finish(machine);
};

/** Looks at some instructions as they come by, in compiled code too, and stops at one of them. */
const lookedAt: Way = async (one, length) => {
  const machine = await start(one);
  const random = randomNumbers(one.seed);
  const place = (): number => At.code + one.start + random(0x100);
  runHot(machine, Math.floor(length / 4));
  machine.run({ instructions: Math.floor(length / 2) });
  const ends = [1, 2, 3].map(() => machine.onExecute(place(), () => undefined));
  ends.push(machine.setBreakpoint(place()));
  for (let i = 0; i < 100; i++) machine.run({ instructions: Math.floor((length * 3) / 4) });
  for (const end of ends) end();
  return finish(machine);
};

/** Goes ahead after each capture, and back to it. */
const backAndForth =
  (options: RestoreOptions): Way =>
  async (one, length) => {
    const machine = await start(one);
    const random = randomNumbers(one.seed);
    for (const point of points(one, length, 4)) {
      runHot(machine, point);
      const image = machine.capture();
      machine.run({ instructions: Math.min(point + random(length), length - 1) });
      machine.restore(image, options);
    }
    return finish(machine);
  };

/** Carries the case on in another machine, three times. */
const handedOver =
  (pass: (image: MachineImage) => MachineImage, options: RestoreOptions): Way =>
  async (one, length) => {
    let machine = await start(one);
    for (const point of points(one, length, 3)) {
      runHot(machine, point >> 1);
      machine.run({ instructions: point });
      const image = pass(machine.capture());
      machine.dispose();
      machine = await makeCaseMachine();
      listen(machine);
      machine.restore(image, options);
    }
    return finish(machine);
  };

const asItIs = (image: MachineImage): MachineImage => image;
/** As a worker thread gets it. */
const posted = (image: MachineImage): MachineImage => adoptImage(structuredClone(shareImage(image)));
/** As it lies in a file. */
const written = (image: MachineImage): MachineImage => {
  const { modules, ...data } = serializeImage(image, { compiled: true });
  const pages = [...data.pages];
  return deserializeImage(modules === undefined ? { ...data, pages } : { ...data, pages, modules });
};

/** With the code that an earlier machine compiled and kept. */
const kept: Way = async (one, length) => {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-fuzz-'));
  const codeStore = new Store(folder);
  try {
    const first = await start(one, { codeStore });
    const image = first.capture({ compiled: false });
    runHot(first, length >> 2);
    first.run({ instructions: length - 1 });
    first.restore(image, { compiled: 'keep' });
    first.keepCode(KEY);
    first.dispose();
    const machine = await start(one, { codeStore });
    machine.takeCode(KEY);
    return finish(machine);
  } finally {
    await rm(folder, { recursive: true });
  }
};
const KEY = 'fuzz';

/** Begun again in the same machine, with the code of the first time. */
const warm: Way = async (one, length) => {
  const machine = await start(one);
  const image = machine.capture({ compiled: false });
  runHot(machine, length >> 2);
  machine.run({ instructions: length - 1 });
  machine.restore(image, { compiled: 'keep' });
  const again = machine.capture();
  machine.dispose();
  const other = await makeCaseMachine();
  other.restore(again);
  return finish(other);
};

/** The first is what the others are held against. */
export const REFERENCE = interpreted;

export const WAYS: Readonly<Record<string, Way>> = {
  compiled,
  'compiled, stopped at 40 instructions': stopped(40, true),
  'interpreted, stopped at 40 instructions': stopped(40, false),
  'stepped in between': stepped,
  'written down in between': writtenDown,
  'looked at': lookedAt,
  'restored with its code': backAndForth({ compiled: 'image' }),
  'restored, code kept where it fits': backAndForth({ compiled: 'keep' }),
  'restored without code': backAndForth({ compiled: 'none' }),
  'handed over with code': handedOver(asItIs, { compiled: 'image' }),
  'handed over without code': handedOver(asItIs, { compiled: 'none' }),
  'forked to another thread': handedOver(posted, { compiled: 'image' }),
  'through a file': handedOver(written, { compiled: 'image' }),
  'begun again with its code': warm,
  'with code kept on disk': kept,
};

/** What cases leave of their worlds, one after another in one machine without compiled code; undefined for one that did not end. */
export async function worldsAfter(cases: readonly Case[]): Promise<(Uint8Array | undefined)[]> {
  const machine = await makeCaseMachine({ compile: false });
  listen(machine);
  const blank = machine.capture({ compiled: false });
  const worlds = cases.map((one) => {
    machine.restore(blank);
    writeCase(machine, one);
    return machine.run({ instructions: LONGEST }).kind === 'requested' ? readWorld(machine) : undefined;
  });
  machine.dispose();
  return worlds;
}

/** Whether a case has compiled code when half of it has run. */
export async function getsCompiled(one: Case): Promise<boolean> {
  const { instructions } = await REFERENCE(one, 0);
  const machine = await start(one);
  runHot(machine, Math.floor(instructions / 4));
  machine.run({ instructions: Math.floor(instructions / 2) });
  const { modules } = serializeImage(machine.capture(), { compiled: true });
  machine.dispose();
  return modules !== undefined && Buffer.from(modules).readUInt32LE(MODULE_COUNT) > 0;
}
/** Where serialized code says of how many modules it consists: see FORMAT.md in harness/snapshots. */
const MODULE_COUNT = 40;
