/** Restore and hello and exit, with full finalization, in the machine the snapshot was taken in, its code compiled. */
import { bootHello } from '../../guest/hello.ts';
import { restoring } from '../hello-snapshot.ts';
import type { Figure } from '../figure.ts';

export const restoreHelloMs: Figure = {
  name: 'restoreHelloMs',
  unit: 'ms',
  meaning: 'restore and hello and exit, warm',
  target: 25,
  samples: 30,
  warmUp: 5,
  prepare: async () => restoring(await bootHello()),
};
