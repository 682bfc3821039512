/** `nanvix-v86 run --restore FILE` as a whole process, from its start to its end. */
import { timeCommand } from '../command.ts';
import { helloSnapshotFile } from '../hello-snapshot.ts';
import type { Figure } from '../figure.ts';

export const restoreFileProcessMs: Figure = {
  name: 'restoreFileProcessMs',
  unit: 'ms',
  meaning: 'restore from a file, a process of its own',
  target: 300,
  samples: 30,
  warmUp: 3,
  prepare: async () => {
    const file = await helloSnapshotFile();
    return {
      sample: async () => (await timeCommand(['run', '--restore', file.path])).milliseconds,
      dispose: file.remove,
    };
  },
};
