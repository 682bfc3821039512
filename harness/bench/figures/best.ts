/** What the best combination of start-up optimizations reaches: frozen, ordered, size classes, no finalization. */
import { readFileSync } from 'node:fs';
import { boot } from '../../guest/boot.ts';
import { restoreHello, bootHello } from '../../guest/hello.ts';
import { WarmBoots } from '../../guest/warm-boot.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import { bestOptions, bestSnapshotOptions } from '../best.ts';
import { bootMs, instructionsToExit } from '../boots.ts';
import type { Figure } from '../figure.ts';
import { restoring } from '../hello-snapshot.ts';
import { libposixRanges } from '../libposix-ranges.ts';
import { ownInstructions } from './kernel-overhead.ts';

export const bestInstructions: Figure = {
  name: 'bestInstructions',
  unit: '',
  meaning: 'guest instructions of the best hello, from reset to exit',
  target: 17_000_000,
  samples: 1,
  warmUp: 0,
  prepare: async () => instructionsToExit(await bestOptions()),
};

export const bestOwnInstructions: Figure = {
  name: 'bestOwnInstructions',
  unit: '',
  meaning: 'of those, in ring 0 and in libposix',
  target: 1_000_000,
  samples: 1,
  warmUp: 0,
  prepare: async () => {
    const options = await bestOptions();
    const symbols = options.images?.python?.symbols.path ?? '';
    return {
      sample: async () => {
        const guest = await boot(options);
        const own = ownInstructions(guest, libposixRanges(readFileSync(symbols)));
        guest.dispose();
        return own;
      },
    };
  },
};

export const bestBootMs: Figure = {
  name: 'bestBootMs',
  unit: 'ms',
  meaning: 'cold boot to exit of the best hello, in a process that has booted before',
  target: 300,
  samples: 11,
  warmUp: 3,
  prepare: async () => bootMs(await bestOptions()),
};

export const bestWarmBootMs: Figure = {
  name: 'bestWarmBootMs',
  unit: 'ms',
  meaning: 'the same from a warm boot image: time zero, code compiled',
  target: 150,
  samples: 11,
  warmUp: 4,
  prepare: async () => {
    const options = await bestOptions();
    const boots = new WarmBoots();
    return {
      sample: async () => {
        const startedAt = wallClock();
        const guest = await boots.boot(options);
        guest.run();
        return wallClock() - startedAt;
      },
      dispose: () => {
        boots.dispose();
      },
    };
  },
};

export const bestRestoreHelloMs: Figure = {
  name: 'bestRestoreHelloMs',
  unit: 'ms',
  meaning: 'restore and hello and exit, without finalization, warm',
  target: 10,
  samples: 30,
  warmUp: 5,
  prepare: async () => {
    const booted = await bootHello(await bestSnapshotOptions());
    await restoreHello(booted);
    return restoring(booted);
  },
};
