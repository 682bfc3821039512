/** Memory of a whole process: with one guest, and with twenty forks of one snapshot besides. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Figure } from '../figure.ts';

const CHILD = fileURLToPath(new URL('../resident-child.ts', import.meta.url));

async function residentMiB(forks: number): Promise<number> {
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', CHILD, String(forks)]);
  return Number(stdout);
}

export const guestResidentMiB: Figure = {
  name: 'guestResidentMiB',
  unit: 'MiB',
  meaning: 'most memory of a process in which a guest of 256 MiB says hello',
  target: 350,
  samples: 3,
  warmUp: 0,
  prepare: () => Promise.resolve({ sample: () => residentMiB(0) }),
};

export const forksResidentMiB: Figure = {
  ...guestResidentMiB,
  name: 'forksResidentMiB',
  meaning: 'the same with twenty forks of its snapshot, each run to its end and held',
  target: 1024,
  prepare: () => Promise.resolve({ sample: () => residentMiB(20) }),
};
