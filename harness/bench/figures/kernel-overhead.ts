/**
 * What the layers below CPython cost: the instructions of a cold hello in ring 0 and in libposix, divided by all others.
 * Exact, not sampled: the guest is stepped through its whole life.
 */
import { readFileSync } from 'node:fs';
import { ensureImages } from '../../../images/index.ts';
import { boot } from '../../guest/boot.ts';
import { HELLO } from '../../guest/hello.ts';
import { stepToExit } from '../../look/profile/index.ts';
import { libposixRanges } from '../libposix-ranges.ts';
import type { AddressRange } from '../libposix-ranges.ts';
import type { Figure } from '../figure.ts';
import type { Guest } from '../../guest/guest.ts';

export const kernelOverhead: Figure = {
  name: 'kernelOverhead',
  unit: '',
  meaning: 'instructions in ring 0 and libposix, divided by the others, cold hello',
  target: 0.1,
  samples: 1,
  warmUp: 0,
  prepare: async () => {
    const images = await ensureImages();
    const guest = await boot({ ...HELLO, images });
    const ranges = libposixRanges(readFileSync(images.python.symbols.path));
    return {
      sample: () => overheadOf(guest, ranges),
      dispose: () => {
        guest.dispose();
      },
    };
  },
};

function overheadOf(guest: Guest, libposix: readonly AddressRange[]): number {
  const below = ownInstructions(guest, libposix);
  return below / (guest.machine.instructions - below);
}

/** Steps a guest to its exit and counts the instructions in ring 0 and in libposix. */
export function ownInstructions(guest: Guest, libposix: readonly AddressRange[]): number {
  // One flag for each byte of the program, because a binary search at every instruction would take minutes.
  const first = Math.min(...libposix.map((range) => range.start));
  const inLibposix = new Uint8Array(Math.max(...libposix.map((range) => range.end)) - first);
  for (const { start, end } of libposix) inLibposix.fill(1, start - first, end - first);
  let below = 0;
  stepToExit(guest, (address, ring) => {
    below += ring === 0 ? 1 : (inLibposix[address - first] ?? 0);
  });
  return below;
}
