/** Single steps through the debugger, after each of which all of the guest can be looked at. */
import { debug } from '../../debug/index.ts';
import { HELLO } from '../../guest/hello.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import type { Figure } from '../figure.ts';

/** Somewhere in the start of CPython. */
const FROM = 5_000_000;
const STEPS = 1_000_000;
const MS_PER_SECOND = 1000;

export const stepsPerSecond: Figure = {
  name: 'stepsPerSecond',
  unit: '1/s',
  meaning: 'single steps through the debugger',
  target: 15_000_000,
  better: 'higher',
  samples: 15,
  warmUp: 5,
  prepare: async () => {
    const session = await debug(HELLO);
    return {
      sample: () => {
        session.goTo(FROM);
        const startedAt = wallClock();
        for (let i = 0; i < STEPS; i++) session.step();
        return (STEPS * MS_PER_SECOND) / (wallClock() - startedAt);
      },
      dispose: () => {
        session.dispose();
      },
    };
  },
};
