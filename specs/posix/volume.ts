/** The volume as the guest left it, taken out of its memory, and what dosfstools say of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guest } from '../../harness/index.ts';
import { readVolume } from '../../harness/guest/monitor/control-page.ts';
import { lacks, toolEnvironment } from '../support/tools.ts';

/** Bytes of the ramfs. */
export const volumeOf = (guest: Guest): Uint8Array => readVolume(guest.machine.memory);

export const withoutTools = lacks('fsck.fat');

function inFile<T>(bytes: Uint8Array, use: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-volume-'));
  try {
    const file = join(folder, 'volume.img');
    writeFileSync(file, bytes);
    return use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Status and words of `fsck.fat -n`: status 0 is a clean volume. */
export function fsck(volume: Uint8Array): { readonly status: number | null; readonly words: string } {
  return inFile(volume, (file) => {
    const { status, stdout, stderr } = spawnSync('fsck.fat', ['-n', file], {
      env: toolEnvironment,
      encoding: 'utf8',
    });
    return { status, words: `${stdout}${stderr}` };
  });
}

/** An empty FAT32 volume with clusters of one sector, by mkfs.fat. */
export function emptyFat32(bytes: number): Uint8Array {
  return inFile(new Uint8Array(bytes), (file) => {
    const made = spawnSync('mkfs.fat', ['-F', '32', '-s', '1', '-i', '4e563836', file], {
      env: toolEnvironment,
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`mkfs.fat failed: ${made.stderr}`);
    return readFileSync(file);
  });
}
