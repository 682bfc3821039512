/** Steps back at places all over a hello run: the first one at a place, and the next. */
import { debug } from '../../debug/index.ts';
import { HELLO } from '../../guest/hello.ts';
import { wallClock } from '../../guest/wall-clock.ts';
import type { Figure, Measurement } from '../figure.ts';

const SAMPLES = 30;
/** A part of the run that comes by all of it evenly, far from the place before, where a checkpoint may be near. */
const STRIDE = (Math.sqrt(5) - 1) / 2;

async function prepare(stepsBefore: number): Promise<Measurement> {
  const session = await debug(HELLO);
  session.continue();
  const end = session.position;
  let part = 0;
  return {
    sample: () => {
      part = (part + STRIDE) % 1;
      session.goTo(Math.floor(end * part));
      for (let i = 0; i < stepsBefore; i++) session.stepBack();
      const startedAt = wallClock();
      session.stepBack();
      return wallClock() - startedAt;
    },
    dispose: () => {
      session.dispose();
    },
  };
}

export const stepBackFirstMs: Figure = {
  name: 'stepBackFirstMs',
  unit: 'ms',
  meaning: 'the first step back anywhere in hello',
  target: 150,
  samples: SAMPLES,
  warmUp: 2,
  prepare: () => prepare(0),
};

export const stepBackMs: Figure = {
  name: 'stepBackMs',
  unit: 'ms',
  meaning: 'the step back after that',
  target: 50,
  samples: SAMPLES,
  warmUp: 2,
  prepare: () => prepare(1),
};
