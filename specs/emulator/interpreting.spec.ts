/** How long the interpreter goes on without a look at what it has to look after: what the loops of a program cost before they are compiled. */

import { describe, expect, it } from 'vitest';
import type { HostWork } from '../../emulator/index.ts';
import { type Assembler } from './assembler.ts';
import { EXIT_PORT, Layout, load } from './guest.ts';

const TURNS = 10_000;
const IN_A_TURN = 3;

/** What the host did for a loop of {@link TURNS} that writes a counter at an address. */
async function workOf(counter: number): Promise<HostWork> {
  const [machine] = await load({
    build: (asm: Assembler) => {
      asm.label('main').mov('ecx', TURNS);
      asm.label('loop').storeAt(counter, 'ecx').decrement('ecx').branch('nz', 'loop');
      asm.mov('edx', EXIT_PORT).out();
    },
  });
  machine.claimPorts([EXIT_PORT], {
    write: () => {
      machine.requestStop('exit');
    },
  });
  machine.run();
  return machine.hostWork;
}

describe('a loop that is interpreted', () => {
  it('is left for a look at compiled code once in 256 instructions, not at each jump backwards', async () => {
    const { interpreted, stretches } = await workOf(Layout.counters);
    expect(interpreted).toBeGreaterThan(TURNS * IN_A_TURN);
    expect(stretches).toBeLessThan(interpreted / 150);
  });

  it('goes on likewise where it writes data into its own page', async () => {
    const { stretches, interpreted } = await workOf(Layout.program + 0x800);
    expect(interpreted).toBeGreaterThan(TURNS * IN_A_TURN);
    expect(stretches).toBeLessThan(interpreted / 150);
  });
});
