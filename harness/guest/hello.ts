/**
 * The main job: CPython says hello from a cold boot, is captured at its snapshot call on the way, and says hello again
 * from the snapshot.
 */
import { boot } from './boot.ts';
import { GuestStateError } from './errors.ts';
import type { Guest } from './guest.ts';
import type { GuestSnapshot } from './guest-snapshot.ts';
import type { BootOptions } from './options.ts';
import type { RunResult } from './result.ts';

/** How hello is started: the reference's own arguments and environment. */
export const HELLO = {
  program: 'python',
  args: ['-B', '-S', '/test_hello.py'],
  env: { PYTHONHOME: '/', PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0', NANVIX_SNAPSHOT: '1' },
  kernelArguments: 'snapshot',
} as const satisfies BootOptions;

export interface HelloResult {
  /** From reset to exit. */
  readonly cold: RunResult;
  /** From the snapshot to exit. Undefined when the cold boot ended before it asked for one. */
  readonly restored: RunResult | undefined;
}

/** A cold boot that keeps what it captured on its way, for further restores. */
export interface ColdHello {
  readonly guest: Guest;
  readonly cold: RunResult;
  readonly snapshot: GuestSnapshot | undefined;
}

/** Boots hello, captures it at its snapshot call, lets it run to its end. The guest is the caller's to dispose of. */
export async function bootHello(options: Partial<BootOptions> = {}): Promise<ColdHello> {
  const guest = await boot({ ...HELLO, ...options });
  const stop = guest.runToSnapshot();
  if (stop.kind !== 'kernel-call') return { guest, cold: guest.result(stop), snapshot: undefined };
  const snapshot = guest.capture();
  const cold = guest.result(await guest.runToEnd());
  return { guest, cold, snapshot };
}

/** Puts a guest back to its snapshot and lets it say hello again. */
export async function restoreHello({ guest, snapshot }: ColdHello): Promise<RunResult> {
  if (snapshot === undefined)
    throw new GuestStateError('hello made no snapshot call: there is nothing to restore');
  guest.restore(snapshot);
  return guest.result(await guest.runToEnd());
}

/** Cold and restored, one after the other, in one machine. */
export async function hello(options: Partial<BootOptions> = {}): Promise<HelloResult> {
  const booted = await bootHello(options);
  try {
    const restored = booted.snapshot === undefined ? undefined : await restoreHello(booted);
    return { cold: booted.cold, restored };
  } finally {
    booted.guest.dispose();
  }
}
