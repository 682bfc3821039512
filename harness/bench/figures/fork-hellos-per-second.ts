/** How many times a second two worker threads say hello from one snapshot, its pages and v86's code shared. */
import { bootHello } from '../../guest/hello.ts';
import { ForkPool } from '../../snapshots/fork-pool.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import { snapshotOf } from '../hello-snapshot.ts';
import type { Figure } from '../figure.ts';

const WORKERS = 2;
const HELLOS = 40;

export const forkHellosPerSecond: Figure = {
  name: 'forkHellosPerSecond',
  unit: 'per second',
  meaning: 'hellos from one snapshot by two workers',
  target: 60,
  better: 'higher',
  samples: 30,
  warmUp: 2,
  prepare: async () => {
    const booted = await bootHello();
    const pool = await ForkPool.start(snapshotOf(booted), WORKERS);
    booted.guest.dispose();
    return {
      sample: async () => {
        const startedAt = wallClock();
        await Promise.all(Array.from({ length: HELLOS }, () => pool.run()));
        return (HELLOS * 1000) / (wallClock() - startedAt);
      },
      dispose: () => pool.stop(),
    };
  },
};
