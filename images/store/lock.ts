/**
 * A lock between processes: who builds a step, and who waits for it. Saves doing work twice; it is not what keeps the
 * cache sound, publishing by rename is (build/entry.ts). So a lock whose owner died may simply be taken over.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Processes, type ProcessMark } from '../system/processes.ts';
import { makeFolder } from '../system/folders.ts';

const POLL_MILLISECONDS = 50;

const processes = new Processes();

function readOwner(file: string): ProcessMark | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessMark;
  } catch {
    return undefined;
  }
}

/** Whether a lock's owner has died. */
export function isLockDead(file: string): boolean {
  const owner = readOwner(file);
  return owner !== undefined && !processes.isAlive(owner);
}

/** Whether a process that made something under this name still runs. */
export function isProcessAlive(pid: number): boolean {
  return processes.isAlive({ pid });
}

/** Runs `work` while holding the lock. `onWait` is called once, with the owner's process number, if another holds it. */
export async function withLock<T>(
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: (owner: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  makeFolder(path.dirname(file));
  const self = JSON.stringify(processes.mark(process.pid));
  let waited = false;
  let unreadable = 0;
  for (;;) {
    try {
      writeFileSync(file, self, { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(file);
    // An empty file is one whose owner is about to write its name, unless it stays so.
    unreadable = owner === undefined ? unreadable + 1 : 0;
    if (owner === undefined ? unreadable > 20 : !processes.isAlive(owner)) rmSync(file, { force: true });
    else {
      if (!waited && owner !== undefined) options.onWait?.(owner.pid);
      waited ||= owner !== undefined;
      await sleep(
        POLL_MILLISECONDS,
        undefined,
        options.signal === undefined ? {} : { signal: options.signal },
      );
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
