/** Images: what they hold, what a restore copies, and that the marks of written pages miss none. */

import { describe, expect, it } from 'vitest';
import { digestImage, type Machine, serializeImage } from '../../emulator/index.ts';
import { listen, loadGuest, makeMachine } from './guest.ts';
import { Image } from '../../emulator/image.ts';
import { PROGRAMS } from './programs.ts';

const PAGE = 4096;
/** Where serialized code says of how many modules it consists: see FORMAT.md in harness/snapshots. */
const MODULE_COUNT = 40;

async function start(name: string): Promise<Machine> {
  const program = PROGRAMS[name];
  if (program === undefined) throw new Error(`no program ${name}`);
  const machine = await makeMachine();
  loadGuest(machine, program);
  listen(machine);
  return machine;
}

/** All of RAM, read byte by byte from the machine. */
const ram = (machine: Machine): Buffer => Buffer.from(machine.memory.read(0, machine.memory.size));

/** All of RAM as an image has it. */
function ramOf(image: ReturnType<Machine['capture']>): Buffer {
  const out = Buffer.alloc(image.memoryBytes);
  for (const { number, bytes } of serializeImage(image).pages) out.set(bytes, number * PAGE);
  return out;
}

describe.each(Object.keys(PROGRAMS))('%s', (name) => {
  it('captures, one upon another, hold all of RAM', async () => {
    const machine = await start(name);
    for (let i = 1; i <= 12; i++) {
      machine.run({ instructions: 23_000 * i });
      expect(ramOf(machine.capture({ compiled: false })).equals(ram(machine))).toBe(true);
    }
  });

  it('restores, forwards and backwards, put all of RAM back', async () => {
    const machine = await start(name);
    const images = Array.from({ length: 6 }, (_, i) => {
      machine.run({ instructions: 31_000 * i });
      return { image: machine.capture(), content: ram(machine) };
    });
    for (const at of [5, 0, 3, 1, 4, 2, 2, 0, 5]) {
      const { image, content } = images[at] ?? { image: machine.capture(), content: ram(machine) };
      machine.restore(image);
      expect(ram(machine).equals(content)).toBe(true);
      machine.run({ instructions: machine.instructions + 17_000 });
    }
  });
});

describe.each(['image', 'keep', 'none'] as const)('a restore with compiled: %s', (compiled) => {
  it('has the processor remember the translations of the image, and no other', async () => {
    const machine = await start('page faults in a hot loop');
    const remembered = (image: ReturnType<Machine['capture']>): string =>
      Buffer.from(serializeImage(image).state.translations).toString('hex');
    const images = Array.from({ length: 8 }, (_, i) => {
      machine.run({ instructions: 40_000 + 31_700 * i });
      const image = machine.capture();
      return { image, translations: remembered(image) };
    });
    expect(new Set(images.map(({ translations }) => translations)).size).toBeGreaterThan(4);
    for (const at of [5, 0, 0, 3, 7, 1, 4, 6, 2, 2, 5]) {
      const { image, translations } = images[at] ?? { image: machine.capture(), translations: '' };
      machine.restore(image, { compiled });
      expect(remembered(machine.capture())).toBe(translations);
      machine.run({ instructions: machine.instructions + (at % 2 === 0 ? 300 : 9000) });
    }
  });
});

describe('a restore with the code of an image', () => {
  it('leaves nothing of what v86 remembered besides, of code or of translations', async () => {
    const machine = await start('page faults in a hot loop');
    /** The pages of v86's memory but the first, which has the processor: an image keeps that by itself. */
    const rest = (): [number, string][] => {
      const image = machine.capture();
      if (!(image instanceof Image)) throw new TypeError('not an image of this emulator');
      const { compiled } = image;
      const pages = [...(compiled?.pages ?? [])].filter(([address]) => address > 0);
      return pages.map(([address, page]) => [address, Buffer.from(page).toString('hex')]);
    };
    // before the guest has touched a page above its first 4 MiB, whose translations stand in a page of their own
    machine.run({ instructions: 20 });
    const early = machine.capture();
    machine.restore(early);
    const before = rest();
    expect(before.length).toBeGreaterThan(0);
    machine.run({ instructions: 600_000 });
    expect(rest()).not.toEqual(before);
    machine.restore(early);
    expect(rest()).toEqual(before);
  });
});

describe('an image', () => {
  it.each([
    { compile: true, takes: true },
    { compile: 1_000_000_000, takes: true },
    { compile: false, takes: false },
  ])('brings its code along to a machine with compile $compile: $takes', async ({ compile, takes }) => {
    const machine = await start('a timer in arithmetic');
    machine.run({ instructions: 2_000_000 });
    const image = machine.capture();
    const codeIn = (one: ReturnType<Machine['capture']>): number =>
      Buffer.from(serializeImage(one, { compiled: true }).modules ?? []).readUInt32LE(MODULE_COUNT);
    expect(codeIn(image)).toBeGreaterThan(0);
    const other = await makeMachine({ compile });
    other.restore(image);
    expect(codeIn(other.capture())).toBe(takes ? codeIn(image) : 0);
  });

  it('is taken over by a restore that copies only pages that differ', async () => {
    const machine = await start('a timer in arithmetic');
    machine.memory.fill(0x10_0000, 0x80_0000, 0x55);
    machine.run({ instructions: 50_000 });
    const image = machine.capture();
    machine.run({ instructions: 100_000 });
    machine.memory.write8(0x30_0000, 1);
    expect(machine.restore(image).pagesCopied).toBeLessThan(10);
    expect(machine.memory.read8(0x30_0000)).toBe(0x55);
  });

  it('says at which instruction and time it was taken', async () => {
    const machine = await start('halting until the next tick');
    machine.run({ instructions: 500_000 });
    const image = machine.capture();
    expect([image.instructions, image.virtualNanoseconds]).toEqual([
      machine.instructions,
      machine.virtualNanoseconds,
    ]);
  });

  it('is the same image when it is captured again', async () => {
    const machine = await start('floating point');
    machine.run({ instructions: 123_456 });
    expect(digestImage(machine.capture())).toBe(digestImage(machine.capture()));
  });

  it('does not fit a machine of another size', async () => {
    const machine = await start('floating point');
    const larger = await makeMachine({ memoryMiB: 32 });
    expect(() => larger.restore(machine.capture())).toThrow(/16 MiB/);
  });

  it('made by something else is refused', async () => {
    const machine = await makeMachine();
    expect(() =>
      machine.restore({ memoryBytes: machine.memory.size, instructions: 0, virtualNanoseconds: 0 }),
    ).toThrow(TypeError);
  });

  it('restored a thousand times ends the same, and the emulator does not grow', async () => {
    const machine = await start('page faults in a hot loop');
    machine.run({ instructions: 900_000 });
    const image = machine.capture();
    const digests = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      machine.restore(image);
      machine.run({ instructions: 905_000 });
      if (i % 100 === 0) digests.add(digestImage(machine.capture({ compiled: false })));
    }
    expect(digests.size).toBe(1);
  });
});
