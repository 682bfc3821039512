/**
 * Snapshots kept between test runs: a suite boots cold once, and again only when something that went in has changed.
 *
 * What must hold: the name of a cached file is a digest of everything its content follows from - kernel, program,
 * volume, options, input, the point it was taken at, the emulator, the format and this package's version - so a stale file
 * is never found, and a damaged one is refused by its own digests and made again.
 */
import { createHash } from 'node:crypto';
import { EMULATOR_BUILD } from '../../emulator/index.ts';
import { Store, userStore } from '../cache/index.ts';
import { boot } from '../guest/boot.ts';
import { formatCrashReport } from '../guest/crash-report.ts';
import { GuestStateError, InputError } from '../guest/errors.ts';
import type { Guest, GuestSnapshot } from '../guest/guest.ts';
import type { CallSelector } from '../guest/kernel-calls/interceptors.ts';
import type { BootOptions } from '../guest/options.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import { FORMAT_VERSION } from '../snapshots/format.ts';
import { loadSnapshot, saveSnapshot } from '../snapshots/guest-file.ts';
import type { Stop } from '../guest/stop.ts';

/**
 * Where in a run a snapshot is taken: where the program makes its snapshot call, at another kernel call, or at an
 * instruction count since reset.
 */
export type SnapshotPoint =
  'snapshot-call' | { readonly call: CallSelector } | { readonly instructions: number };

/** How a snapshot was come by. */
export interface CachedSnapshot {
  readonly snapshot: GuestSnapshot;
  /** The file it is kept in. */
  readonly path: string;
  /** True if a guest had to be booted for it. */
  readonly booted: boolean;
}

/**
 * The snapshot of a guest at a point, from the cache or from a cold boot. The cache is the user's, of which
 * `nanvix-v86 cache` tells, unless another folder is named.
 *
 * @throws InputError for a guest that cannot be booted, or whose input is not text or bytes; GuestStateError when the
 * guest ends before the point.
 */
export async function cachedSnapshot(
  options: BootOptions,
  point: SnapshotPoint = 'snapshot-call',
  folder?: string,
): Promise<CachedSnapshot> {
  const store = folder === undefined ? userStore() : new Store(folder);
  const guest = await boot(options);
  try {
    const path = store.place('snapshots', keyOf(guest, options, point), 'snapshot');
    const kept = await find(path);
    if (kept !== undefined) return { snapshot: kept, path, booted: false };
    const snapshot = captureAt(guest, point);
    await saveSnapshot(path, snapshot);
    store.prune('snapshots');
    // The one from the file, so that a first run and a later one do the same.
    return { snapshot: (await loadSnapshot(path)).snapshot, path, booted: true };
  } finally {
    guest.dispose();
  }
}

function keyOf(guest: Guest, { stdin }: BootOptions, point: SnapshotPoint): string {
  if (stdin !== undefined && typeof stdin !== 'string' && !(stdin instanceof Uint8Array)) {
    throw new InputError('a snapshot can only be cached if the standard input is text or bytes');
  }
  const input = createHash('sha256')
    .update(stdin ?? '')
    .digest('hex');
  return JSON.stringify([FORMAT_VERSION, EMULATOR_BUILD, guest.identity, input, point]);
}

/** Whatever is wrong with a file that is there, it is made again. */
async function find(path: string): Promise<GuestSnapshot | undefined> {
  try {
    const { snapshot } = await loadSnapshot(path);
    Store.touch(path);
    return snapshot;
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
}

function captureAt(guest: Guest, point: SnapshotPoint): GuestSnapshot {
  const stop = runTo(guest, point);
  if (stop.kind === 'kernel-call' || stop.kind === 'reached') return guest.capture({ compiled: false });
  const why = 'crash' in stop ? formatCrashReport(stop.crash) : `it came to ${stop.kind}`;
  throw new GuestStateError(
    `the guest never got to ${JSON.stringify(point)}: ${why}; output: ${guest.output}`,
  );
}

function runTo(guest: Guest, point: SnapshotPoint): Stop {
  if (point === 'snapshot-call') return guest.runToSnapshot();
  return 'call' in point ? guest.runToKernelCall(point.call) : guest.runToInstruction(point.instructions);
}
