/** Files, directories and names on volumes of each type, as the programs check them, and the volumes they leave behind. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createRamfs, readRamfs } from '../../images/index.ts';
import type { PosixRun } from './programs.ts';
import { runPosix } from './programs.ts';
import { emptyFat32, fsck, withoutTools } from './volume.ts';

const MIB = 1 << 20;

const kinds = [
  { kind: 'FAT12', skip: false, make: () => createRamfs({}, { freeBytes: 3 * MIB }) },
  { kind: 'FAT16', skip: false, make: () => createRamfs({}, { freeBytes: 6 * MIB }) },
  // Ours are FAT32 from 512 MiB on, which is more than a guest has: this one is from mkfs.fat.
  { kind: 'FAT32', skip: withoutTools, make: () => emptyFat32(40 * MIB) },
];

const programs: readonly { name: string; promises: string; fewest: number; commandLine?: string }[] = [
  {
    name: 'files',
    promises: 'open, read, write, seek, append, truncate, descriptors, attributes',
    commandLine: 'timed',
    fewest: 80,
  },
  { name: 'directories', promises: 'mkdir, rmdir, listing, current directory, *at, statfs', fewest: 50 },
  { name: 'rename', promises: 'rename within, across and over', fewest: 30 },
  { name: 'names', promises: 'long names, case, other alphabets', fewest: 25 },
  { name: 'links', promises: 'links, owners, modes, nanoseconds, any name', fewest: 120 },
  { name: 'sharing', promises: 'shared mappings, memfd and seals, shm_open, sem_open', fewest: 60 },
  { name: 'long-folders', promises: 'hundreds of names in a folder, which come and go', fewest: 6 },
  { name: 'full', promises: 'a full volume', fewest: 15 },
];

for (const { kind, skip, make } of kinds) {
  describe.skipIf(skip)(`on a ${kind} volume`, () => {
    describe.each(programs)('$name: $promises', ({ name, fewest, commandLine = '' }) => {
      let run: PosixRun;
      beforeAll(async () => {
        run = await runPosix(name, { ramfs: make(), commandLine });
      });

      it('holds', () => {
        expect(run.failed).toEqual([]);
        expect(run.passed.length).toBeGreaterThanOrEqual(fewest);
        expect(run.outcome).toEqual({ kind: 'exit', status: 0 });
      });

      it('leaves nothing behind', () => {
        expect([...readRamfs(run.volume).keys()]).toEqual([]);
      });

      it.skipIf(withoutTools)('leaves a volume that fsck.fat finds clean', () => {
        expect(fsck(run.volume)).toMatchObject({ status: 0 });
      });
    });
  });
}
