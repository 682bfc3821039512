/** A cold hello from the call of boot to the exit of the guest, in a process that has booted before. */
import { ensureImages } from '../../../images/index.ts';
import { HELLO } from '../../guest/hello.ts';
import { bootMs } from '../boots.ts';
import type { Figure } from '../figure.ts';

export const helloBootMs: Figure = {
  name: 'helloBootMs',
  unit: 'ms',
  meaning: 'cold boot to exit in a process that has booted before',
  target: 450,
  samples: 11,
  warmUp: 3,
  prepare: async () => bootMs({ ...HELLO, images: await ensureImages() }),
};
