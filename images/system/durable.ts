/**
 * Puts files in place so that they stay there after a crash of the machine. What differs on Windows: a folder cannot be flushed, a file
 * only where it may be written; and nothing takes the name of a file that somebody has open, a scanner of viruses for example, until
 * they close it.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWindows, thisSystem, type System } from './system.ts';

/** Forces a file to the disk. */
export function syncFile(file: string, system: System = thisSystem): void {
  sync(file, isWindows(system) ? 'r+' : 'r');
}

/** Forces what a folder names to the disk: a rename is durable once its folder is. */
export function syncFolder(folder: string, system: System = thisSystem): void {
  if (!isWindows(system)) sync(folder, 'r');
}

function sync(place: string, flags: string): void {
  const handle = openSync(place, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** What Windows says of a name that is in use. */
const IN_USE = new Set(['EPERM', 'EACCES', 'EBUSY']);
const PAUSES_MS = [10, 20, 50, 100, 200, 500, 1000];

/** What {@link renameOver} works with. */
export interface Renaming {
  readonly system: System;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

const ownRenaming: Renaming = { system: thisSystem, rename, pause: sleep };

/** Renames a file over another one. On Windows it waits, up to two seconds in all, for who has the other one open. */
export async function renameOver(from: string, to: string, with_: Renaming = ownRenaming): Promise<void> {
  const pauses = isWindows(with_.system) ? [...PAUSES_MS] : [];
  for (;;) {
    try {
      await with_.rename(from, to);
      return;
    } catch (error) {
      const pause = pauses.shift();
      if (pause === undefined || !IN_USE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await with_.pause(pause);
    }
  }
}
