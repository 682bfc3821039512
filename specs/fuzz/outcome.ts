/** What a case of one round came to, read from its logs. */

import { At, Size, WORLD } from './layout.ts';

/** In the order of the log: the stack pointer is logged before PUSHAD and what it pushes. */
const REGISTERS = ['esp', 'edi', 'esi', 'ebp', '', 'ebx', 'edx', 'ecx', 'eax', 'eflags'];
const PAGE_FAULT = 14;

/** Registers at the end of the round, and the first fault: vector, error code, and of a page fault the address. */
export interface LoggedOutcome {
  readonly fault: readonly [number, number, number] | undefined;
  readonly registers: Readonly<Record<string, number>>;
}

export function outcomeOf(world: Uint8Array): LoggedOutcome {
  const view = new DataView(world.buffer, world.byteOffset, world.length);
  const word = (address: number): number => view.getUint32(address - WORLD, true);
  const [vector, error, address] = [word(At.faults), word(At.faults + 4), word(At.faults + 8)];
  const hasFault = word(At.faults + 12) !== 0;
  const round = At.rounds + Size.rounds - Size.roundsEntry;
  return {
    fault: hasFault ? [vector, error, vector === PAGE_FAULT ? address : 0] : undefined,
    registers: Object.fromEntries(REGISTERS.map((name, i) => [name, word(round + 4 * i)])),
  };
}
