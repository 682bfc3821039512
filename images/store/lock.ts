/**
 * A lock between processes: who builds a step, and who waits for it. Saves doing work twice; it is not what keeps the
 * cache sound, publishing by rename is (build/entry.ts). So a lock whose owner died may simply be taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MILLISECONDS = 50;

/** Start time of a process in clock ticks since boot: tells a process from a later one with the same number. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

interface Owner {
  readonly pid: number;
  readonly start: string | undefined;
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(owner.pid) === owner.start;
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** Whether a lock's owner has died. */
export function isLockDead(file: string): boolean {
  const owner = readOwner(file);
  return owner !== undefined && !isAlive(owner);
}

/** Whether a process that made something under this name still runs. */
export function isProcessAlive(pid: number): boolean {
  return startOf(pid) !== undefined;
}

/** Runs `work` while holding the lock. `onWait` is called once, with the owner's process number, if another holds it. */
export async function withLock<T>(
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: (owner: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  const self = JSON.stringify({ pid: process.pid, start: startOf(process.pid) } satisfies Owner);
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
    if (owner === undefined ? unreadable > 20 : !isAlive(owner)) rmSync(file, { force: true });
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
