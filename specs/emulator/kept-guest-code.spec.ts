/** Code compiled from a guest can be kept for later machines. It saves time and decides nothing. */

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  codeIsKept,
  deserializeImage,
  digestImage,
  type Machine,
  serializeImage,
} from '../../emulator/index.ts';
import { Store } from '../../images/store/store.ts';
import { exit, type GuestProgram, Layout, listen, load, makeMachine } from './guest.ts';
import { keptFiles } from './kept-files.ts';
import { PROGRAMS } from './programs.ts';

const FAR = 200_000_000;
const PAGE = 4096;
const OF_ITS_OWN = 'a loop of its own';
const LONG_PAGE = 'a page of additions to memory';
const [NAME = ''] = Object.keys(PROGRAMS);
const REWRITES_ITSELF = 'code that rewrites itself';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-code-'));
  store = new Store(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const ofItsOwn: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 1_700_000).label('loop').operate('add', 'eax', 0x7654_3210);
    asm.decrement('ecx').branch('nz', 'loop');
    exit(asm);
  },
};

/** A page that V8 has so much to do with that it spares itself work. */
const longPage: GuestProgram = {
  build: (asm) => {
    asm.label('main').mov('ecx', 1_000).label('loop').call('long');
    asm.decrement('ecx').branch('nz', 'loop');
    exit(asm);
    asm.align(PAGE).label('long');
    const counter = [Layout.counters & 0xff, Layout.counters >> 8, 0, 0];
    while (asm.here % PAGE < PAGE - 16) asm.raw(0x01, 0x05, ...counter); // add [counter], eax
    asm.raw(0xc3);
  },
};

const OWN_PROGRAMS: Readonly<Record<string, GuestProgram>> = {
  [OF_ITS_OWN]: ofItsOwn,
  [LONG_PAGE]: longPage,
};

async function loaded(name: string, memoryMiB = 16): Promise<Machine> {
  const program = OWN_PROGRAMS[name] ?? PROGRAMS[name];
  if (program === undefined) throw new Error(`no program ${name}`);
  const [machine] = await load(program, { codeStore: store, memoryMiB });
  return machine;
}

function outcome(machine: Machine): unknown {
  const { kind } = machine.run({ instructions: FAR });
  const { instructions, virtualNanoseconds } = machine;
  const digest = digestImage(machine.capture({ compiled: false }));
  return { kind, instructions, virtualNanoseconds, digest };
}

const straight = async (name: string): Promise<unknown> => outcome(await loaded(name));

/** Runs a program, keeps its code as of its first instruction, and says what it did. */
async function keep(name: string): Promise<unknown> {
  const machine = await loaded(name);
  const start = machine.capture({ compiled: false });
  const ran = outcome(machine);
  machine.restore(start, { compiled: 'keep' });
  machine.keepCode(name);
  machine.dispose();
  return ran;
}

/** Loops in pages of their own, which get hot one after another. */
const MANY_PAGES = 'loops across the ends of pages';
/** A constant in the first of those pages. */
const CONSTANT = Layout.program + 0x1000 + 0x1000 - 48 + 3;
/** Instructions after which some of the pages have been compiled. */
const HALF_WAY = 1_700_000;
const MORE = 'more';
const UNOPTIMIZED = { optimize: false };

/** Keeps the code of a program that has not run to its end, then, under another key, what a machine has that took it and went on. */
async function keepTwice(): Promise<void> {
  const first = await loaded(MANY_PAGES);
  first.run({ instructions: HALF_WAY });
  first.keepCode(MANY_PAGES);
  const second = await loaded(MANY_PAGES);
  expect(second.takeCode(MANY_PAGES)).toBe(true);
  outcome(second);
  second.keepCode(MORE, UNOPTIMIZED);
}

const kept = (form: 'layer' | 'native'): Promise<string[]> => keptFiles(folder, 'guest-code', form);

async function keptFile(form: 'layer' | 'native'): Promise<string> {
  const [found] = await kept(form);
  if (found === undefined) throw new Error(`nothing kept is a ${form}`);
  return found;
}

describe('code kept for later machines', () => {
  it.each(Object.keys(PROGRAMS))('lets a guest do what it does without: %s', async (name) => {
    const ran = await keep(name);
    const machine = await loaded(name);
    // none is left of a program that has rewritten all of it
    expect(machine.takeCode(name)).toBe(name !== REWRITES_ITSELF);
    expect(outcome(machine)).toEqual(ran);
  });

  it('can be kept in a snapshot by a machine that has taken it', async () => {
    const ran = await keep(NAME);
    const machine = await loaded(NAME);
    machine.takeCode(NAME);
    const { modules, ...image } = serializeImage(machine.capture(), { compiled: true });
    machine.dispose();
    if (modules === undefined) throw new Error('no compiled code in the image');
    const other = await makeMachine({ memoryMiB: 16 });
    listen(other);
    other.restore(deserializeImage({ ...image, modules }));
    expect(outcome(other)).toEqual(ran);
  });

  it('is found under its key alone', async () => {
    await keep(NAME);
    expect(codeIsKept(store, NAME)).toBe(true);
    expect(codeIsKept(store, 'another')).toBe(false);
    expect((await loaded(NAME)).takeCode('another')).toBe(false);
  });

  it('is not taken where a page that it was compiled from differs', async () => {
    await keep(NAME);
    const machine = await loaded(NAME);
    machine.memory.write8(Layout.program + 0xfff, 0x90);
    expect(machine.takeCode(NAME)).toBe(false);
  });

  it('is taken of those pages that are the same', async () => {
    await keep(MANY_PAGES);
    const [machine, another] = [await loaded(MANY_PAGES), await loaded(MANY_PAGES)];
    for (const one of [machine, another]) one.memory.write8(CONSTANT, 0x35);
    expect(machine.takeCode(MANY_PAGES)).toBe(true);
    const ran = outcome(machine);
    expect(ran).toEqual(outcome(another));
    expect(ran).not.toEqual(await straight(MANY_PAGES));
  });

  it('is taken where another page differs', async () => {
    await keep(NAME);
    const machine = await loaded(NAME);
    machine.memory.write8(0x20_0000, 1);
    expect(machine.takeCode(NAME)).toBe(true);
  });

  it('is not taken by a machine with more memory', async () => {
    await keep(NAME);
    expect((await loaded(NAME, 32)).takeCode(NAME)).toBe(false);
  });

  it('is not taken by a machine that must not compile, or keeps nothing', async () => {
    await keep(NAME);
    const interpreting = await makeMachine({ codeStore: store, compile: false });
    expect(interpreting.takeCode(NAME)).toBe(false);
    expect((await makeMachine()).takeCode(NAME)).toBe(false);
  });

  it('is not taken from a damaged file', async () => {
    await keep(NAME);
    const path = await keptFile('layer');
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500);
    await writeFile(path, bytes);
    expect((await loaded(NAME)).takeCode(NAME)).toBe(false);
  });

  it('may be kept anew by others meanwhile: V8 gets no machine code but that of the same modules', async () => {
    const [one = '', other = ''] = Object.keys(PROGRAMS);
    await keep(one);
    const first = await keptFile('layer');
    await keep(other);
    const [otherCode = ''] = (await kept('layer')).filter((path) => path !== first);
    // the code of one program under the key of the other, as if written by a process with other flags
    await writeFile(otherCode, await readFile(first));
    const machine = await loaded(one);
    expect(machine.takeCode(other)).toBe(true);
    expect(outcome(machine)).toEqual(await straight(one));
  });

  it('keeps its WebAssembly when a process with another V8 adds machine code of its own', async () => {
    await keep(NAME);
    const code = await readFile(await keptFile('layer'));
    const machine = await loaded(NAME);
    machine.takeCode(NAME);
    outcome(machine);
    await rm(await keptFile('native'));
    machine.keepCode(NAME);
    expect(codeIsKept(store, NAME)).toBe(true);
    expect((await readFile(await keptFile('layer'))).equals(code)).toBe(true);
  });

  it('is kept without having it optimized, for whoever cannot wait', async () => {
    const machine = await loaded(NAME);
    const ran = outcome(machine);
    machine.keepCode(NAME, UNOPTIMIZED);
    expect(await kept('native')).toEqual([]);
    const other = await loaded(NAME);
    expect(other.takeCode(NAME)).toBe(true);
    expect(outcome(other)).toEqual(ran);
    // what has been executed is optimized then
    other.keepCode(NAME, UNOPTIMIZED);
    expect(await kept('native')).toHaveLength(1);
    store = new Store(folder);
    const third = await loaded(NAME);
    expect(third.takeCode(NAME)).toBe(true);
    expect(outcome(third)).toEqual(ran);
    let optimized = 0;
    third.keepCode(NAME, { optimize: false, onOptimize: (pages) => (optimized += pages) });
    expect(optimized).toBe(0);
  });

  it('is optimized however little of it has been executed', async () => {
    // of a program that no other test has, V8 has optimized nothing yet
    const first = await loaded(OF_ITS_OWN);
    first.run({ instructions: 60_000 });
    first.keepCode(OF_ITS_OWN, UNOPTIMIZED);
    const second = await loaded(OF_ITS_OWN);
    expect(second.takeCode(OF_ITS_OWN)).toBe(true);
    second.run({ instructions: 5_000 });
    let optimized = 0;
    second.keepCode(OF_ITS_OWN, { optimize: false, onOptimize: (pages) => (optimized += pages) });
    expect(optimized).toBeGreaterThan(0);
    expect(await kept('native')).toHaveLength(1);
  });

  it('is optimized anew where V8 has spared itself work at what is hot', async () => {
    const first = await loaded(LONG_PAGE);
    const ran = outcome(first);
    first.keepCode(LONG_PAGE, UNOPTIMIZED);
    const second = await loaded(LONG_PAGE);
    expect(second.takeCode(LONG_PAGE)).toBe(true);
    second.keepCode(LONG_PAGE);
    const hasty = await readFile(await keptFile('native'));
    let optimized = 0;
    second.keepCode(LONG_PAGE, { optimize: false, onOptimize: (pages) => (optimized += pages) });
    const thorough = await readFile(await keptFile('native'));
    const isKnown = process.versions.v8.startsWith('11.3.');
    expect([optimized, thorough.equals(hasty)]).toEqual([isKnown ? 1 : 0, !isKnown]);
    store = new Store(folder);
    const third = await loaded(LONG_PAGE);
    expect(third.takeCode(LONG_PAGE)).toBe(true);
    expect(outcome(third)).toEqual(ran);
  });

  it('is kept with the machine code of what was taken also by who adds to it', async () => {
    const first = await loaded(MANY_PAGES);
    first.run({ instructions: HALF_WAY });
    first.keepCode(MANY_PAGES, UNOPTIMIZED);
    const second = await loaded(MANY_PAGES);
    expect(second.takeCode(MANY_PAGES)).toBe(true);
    outcome(second);
    second.keepCode(MORE, UNOPTIMIZED);
    expect(await kept('layer')).toHaveLength(2);
    expect(await kept('native')).toHaveLength(1);
  });

  it('is added to: what was taken is not written again', async () => {
    await keepTwice();
    const sizes = await Promise.all((await kept('layer')).map(async (path) => (await stat(path)).size));
    const whole = await loaded(MANY_PAGES);
    outcome(whole);
    whole.keepCode('whole', UNOPTIMIZED);
    const all = await Promise.all((await kept('layer')).map(async (path) => (await stat(path)).size));
    expect(sizes).toHaveLength(2);
    expect(Math.max(...sizes)).toBeLessThan(Math.max(...all));
    const machine = await loaded(MANY_PAGES);
    expect(machine.takeCode(MORE)).toBe(true);
    expect(outcome(machine)).toEqual(await straight(MANY_PAGES));
  });

  it('is not taken where what it was added to has been kept anew', async () => {
    await keepTwice();
    store = new Store(folder);
    await keep(MANY_PAGES);
    store = new Store(folder);
    expect((await loaded(MANY_PAGES)).takeCode(MORE)).toBe(false);
  });

  it('is not written again by who took it and compiled hardly any', async () => {
    await keepTwice();
    const before = await kept('layer');
    const machine = await loaded(MANY_PAGES);
    machine.takeCode(MORE);
    outcome(machine);
    machine.keepCode('yet another', UNOPTIMIZED);
    expect(await kept('layer')).toEqual(before);
  });

  it('is taken without the machine code of this V8', async () => {
    const ran = await keep(NAME);
    for (const path of await kept('native')) await rm(path);
    expect(codeIsKept(store, NAME)).toBe(false);
    const machine = await loaded(NAME);
    expect(machine.takeCode(NAME)).toBe(true);
    expect(outcome(machine)).toEqual(ran);
  });
});
