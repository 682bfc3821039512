/** How many translations of page tables the processor remembers: seen by a kernel that changes an entry without invalidating it. */

import { describe, expect, it } from 'vitest';
import type { Machine } from '../../emulator/index.ts';
import { EXIT_PORT, Layout, load } from './guest.ts';

const PAGE = 4096;
/** Page tables, and where what they map begins: all of it is the same page, so memory need not be large. */
const TABLES = 0x10_0000;
const WALKED = 0x1000_0000;
const [OLD_PAGE, NEW_PAGE] = [0x20_0000, 0x20_1000];

/** A guest that reads a page, walks so many others, leads the first one elsewhere, and puts out what it reads there. */
async function walker(pages: number, { invalidates = false } = {}): Promise<Machine> {
  const [machine] = await load({
    build: (asm) => {
      asm.label('main').loadAt('eax', WALKED);
      asm.mov('esi', WALKED + PAGE).mov('ecx', pages);
      asm.label('walk').load('eax', 'esi').operate('add', 'esi', PAGE).decrement('ecx').branch('nz', 'walk');
      asm
        .mov('eax', NEW_PAGE | 7)
        .storeAt(TABLES, 'eax')
        .mov('ebx', WALKED);
      if (invalidates) asm.raw(0x0f, 0x01, 0x3b); // invlpg [ebx]
      asm.label('looks').load('eax', 'ebx').mov('edx', EXIT_PORT).out();
    },
  });
  for (let table = 0; table * 1024 <= pages; table++) {
    machine.memory.write32(
      Layout.pageDirectory + 4 * (WALKED / (1024 * PAGE) + table),
      (TABLES + PAGE * table) | 7,
    );
    for (let entry = 0; entry < 1024; entry++)
      machine.memory.write32(TABLES + PAGE * table + 4 * entry, OLD_PAGE | 7);
  }
  machine.memory.write32(OLD_PAGE, 1);
  machine.memory.write32(NEW_PAGE, 2);
  return machine;
}

/** What a guest puts out at its end. */
function putOut(machine: Machine): number {
  let value = 0;
  machine.claimPorts([EXIT_PORT], {
    write: (written) => {
      value = written;
      machine.requestStop('exit');
    },
  });
  machine.run();
  return value;
}

const MANY = 60_000;

describe('the translations that a processor remembers', () => {
  it('are those of more pages than any guest has, until they are invalidated', async () => {
    expect(putOut(await walker(MANY))).toBe(1);
    expect(putOut(await walker(MANY, { invalidates: true }))).toBe(2);
  });

  it('end somewhere, and then all of them are forgotten', async () => {
    expect(putOut(await walker(2 ** 17))).toBe(2);
  });

  it.each(['image', 'keep', 'none'] as const)('come back with an image: %s', async (compiled) => {
    const machine = await walker(MANY);
    // into the walk, some steps before its end
    machine.run({ instructions: 4 * MANY });
    const image = machine.capture();
    const end = putOut(machine);
    const { instructions } = machine;
    machine.restore(image, { compiled });
    expect([putOut(machine), machine.instructions]).toEqual([end, instructions]);
    expect(end).toBe(1);
  });
});
