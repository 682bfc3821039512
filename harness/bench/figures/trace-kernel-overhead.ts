/** What recording every kernel call of a cold hello adds to its processor time. */
import type { Figure } from '../figure.ts';
import { traceOverhead as measureOverhead } from '../trace-overhead.ts';

export const traceKernelOverhead: Figure = {
  name: 'traceKernelOverhead',
  unit: '',
  meaning: 'processor time that tracing kernel calls adds to a cold hello, as a part of it',
  target: 0.05,
  samples: 9,
  warmUp: 1,
  prepare: () => measureOverhead(['kernel']),
};

/** The same, under the name that the start-up study gives it. */
export const traceOverhead: Figure = { ...traceKernelOverhead, name: 'traceOverhead' };
