/**
 * Snapshots kept between runs: a suite boots cold once, and again only when something that went in has changed.
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
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { CallSelector } from '../guest/kernel-calls/interceptors.ts';
import type { BootOptions } from '../guest/options.ts';
import { SnapshotError } from '../guest/snapshot-error.ts';
import { FORMAT_VERSION } from './format.ts';
import { loadSnapshot, saveSnapshot } from './guest-file.ts';
import type { Stop } from '../guest/stop.ts';

/**
 * Where in a run a snapshot is taken: where the program makes its snapshot call, where it first reads standard input (which
 * each run from the snapshot is then given), at another kernel call, or at an instruction count since reset.
 */
export type SnapshotPoint =
  'snapshot-call' | 'input' | { readonly call: CallSelector } | { readonly instructions: number };

/** A standard input that nothing ever comes from: whoever reads it waits. */
const SILENT: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
};

/** How much of what the program said last an error tells. */
const ERROR_TAIL = 1000;

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
  const guest = await boot(point === 'input' ? { ...options, stdin: SILENT } : options);
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
  if (stdin !== undefined && point === 'input') {
    throw new InputError(
      'a snapshot at the first read of standard input is taken before there is any: give no stdin',
    );
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
  const isThere = stop.kind === 'kernel-call' || stop.kind === 'reached' || stop.kind === 'input';
  if (isThere) return guest.capture({ compiled: false });
  const why = 'crash' in stop ? formatCrashReport(stop.crash) : `it came to ${stop.kind}`;
  throw new GuestStateError(
    `the guest never got to ${JSON.stringify(point)}: ${why}; output: ${guest.output}${guest.errorOutput.slice(-ERROR_TAIL)}`,
  );
}

function runTo(guest: Guest, point: SnapshotPoint): Stop {
  if (point === 'snapshot-call') return guest.runToSnapshot();
  if (point === 'input') return guest.run();
  return 'call' in point ? guest.runToKernelCall(point.call) : guest.runToInstruction(point.instructions);
}
