/** What recording the phases of a cold hello adds to its processor time, finding the addresses of their boundaries included. */
import { PhaseWatch } from '../../guest/phases/watch.ts';
import type { Figure } from '../figure.ts';
import { overheadOf } from '../overhead.ts';

export const phasesOverhead: Figure = {
  name: 'phasesOverhead',
  unit: '',
  meaning: 'processor time that recording phases adds to a cold hello, as a part of it',
  target: 0.02,
  samples: 9,
  warmUp: 1,
  prepare: () =>
    overheadOf((guest) => () => {
      const watch = new PhaseWatch(guest);
      return () => watch.phases;
    }),
};
