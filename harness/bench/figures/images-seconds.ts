/** From an empty cache to hello: everything is fetched, compiled and written, then CPython says hello. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timeCommand } from '../command.ts';
import type { Figure } from '../figure.ts';

const MILLISECONDS_PER_SECOND = 1000;

export const imagesSeconds: Figure = {
  name: 'imagesSeconds',
  unit: 's',
  meaning: 'from an empty cache to hello',
  target: 180,
  samples: 1,
  warmUp: 0,
  prepare: async () => {
    const cache = await mkdtemp(join(tmpdir(), 'nanvix-v86-bench-'));
    return {
      sample: async () => {
        const { milliseconds } = await timeCommand(['hello', '--json'], { NANVIX_V86_CACHE: cache });
        return milliseconds / MILLISECONDS_PER_SECOND;
      },
      dispose: () => rm(cache, { recursive: true, force: true }),
    };
  },
};
