/** What recording every POSIX call and every kernel call of a cold hello adds to its processor time. */
import type { Figure } from '../figure.ts';
import { traceOverhead as measureOverhead } from '../trace-overhead.ts';

export const tracePosixOverhead: Figure = {
  name: 'tracePosixOverhead',
  unit: '',
  meaning: 'processor time that tracing POSIX and kernel calls adds to a cold hello, as a part of it',
  target: 0.2,
  samples: 9,
  warmUp: 1,
  prepare: () => measureOverhead(['kernel', 'posix']),
};
