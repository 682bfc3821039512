/** Length of the file of hello's snapshot. */
import { stat } from 'node:fs/promises';
import { helloSnapshotFile } from '../hello-snapshot.ts';
import type { Figure } from '../figure.ts';

export const snapshotFileBytes: Figure = {
  name: 'snapshotFileBytes',
  unit: 'bytes',
  meaning: 'file of the hello snapshot',
  target: 6 * 2 ** 20,
  samples: 1,
  warmUp: 0,
  prepare: async () => {
    const file = await helloSnapshotFile();
    return { sample: async () => (await stat(file.path)).size, dispose: file.remove };
  },
};
