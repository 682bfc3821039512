/** Hello's snapshot, for the figures about snapshots. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import { bootHello, type ColdHello } from '../guest/hello.ts';
import { wallClock } from '../guest/wall-clock.ts';
import { saveSnapshot } from '../snapshots/guest-file.ts';
import type { Figure } from './figure.ts';

/** The snapshot a cold hello took on its way. */
export function snapshotOf({ snapshot }: ColdHello): GuestSnapshot {
  if (snapshot === undefined) throw new Error('hello made no snapshot call: build its images again');
  return snapshot;
}

/** How long a restore takes with all that follows it, in milliseconds, in the machine the snapshot was taken in. */
export function restoring(booted: ColdHello): ReturnType<Figure['prepare']> {
  const { guest } = booted;
  const snapshot = snapshotOf(booted);
  return Promise.resolve({
    sample: async () => {
      const startedAt = wallClock();
      guest.restore(snapshot, 'continue', { compiled: 'keep' });
      await guest.runToEnd();
      return wallClock() - startedAt;
    },
    dispose: () => {
      guest.dispose();
    },
  });
}

/** A file of hello's snapshot, in a folder that {@link remove} takes away. */
export async function helloSnapshotFile(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-bench-'));
  const booted = await bootHello();
  const path = join(folder, 'hello.snapshot');
  await saveSnapshot(path, snapshotOf(booted));
  booted.guest.dispose();
  return { path, remove: () => rm(folder, { recursive: true }) };
}
