/** Memory of a whole process: with one guest, with one that has filled all of its memory, and with twenty forks of one snapshot besides. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { timeCommand } from '../command.ts';
import type { Figure } from '../figure.ts';
import { compileWork } from '../sustained.ts';

const CHILD = fileURLToPath(new URL('../resident-child.ts', import.meta.url));
const PRINT_PEAK = fileURLToPath(new URL('../print-peak.cjs', import.meta.url));
const MEMORY_MIB = 256;
/** What the kernel needs itself is not the program's to fill. */
const FILLED_PAGES = 64_000;

async function residentMiB(forks: number): Promise<number> {
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', CHILD, String(forks)]);
  return Number(stdout);
}

/** Runs a program as a user does that fills the memory of its guest. */
async function fullResidentMiB(program: string): Promise<number> {
  const { stdout } = await timeCommand(['run', '--memory', String(MEMORY_MIB), '--', program], {
    NODE_OPTIONS: `--require=${JSON.stringify(PRINT_PEAK)}`,
  });
  const [, pages, peak] = /^(\d+) pages\s+([\d.]+)$/.exec(stdout) ?? [];
  if (Number(pages) < FILLED_PAGES || peak === undefined)
    throw new Error(`the guest was not filled, but said ${stdout}`);
  return Number(peak);
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

export const fullGuestResidentMiB: Figure = {
  name: 'fullGuestResidentMiB',
  unit: 'MiB',
  meaning: 'most memory of the command while a program writes to each page of 256 MiB',
  target: 350,
  samples: 3,
  warmUp: 2,
  prepare: async () => {
    const program = await compileWork('fill');
    return { sample: () => fullResidentMiB(program) };
  },
};

export const forksResidentMiB: Figure = {
  ...guestResidentMiB,
  name: 'forksResidentMiB',
  meaning: 'a process as in guestResidentMiB with twenty forks of its snapshot, each run to its end and held',
  target: 1024,
  prepare: () => Promise.resolve({ sample: () => residentMiB(20) }),
};
