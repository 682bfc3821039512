/**
 * Guests under a debugger: one that boots, one of a snapshot. Their output goes through a gate from the first byte, so that each
 * byte is told once however often the guest is rewound.
 */
import { boot } from '../guest/boot.ts';
import type { Guest } from '../guest/guest.ts';
import type { GuestSnapshot } from '../guest/guest-snapshot.ts';
import type { BootOptions } from '../guest/options.ts';
import { restoreSnapshot } from '../guest/restore.ts';
import type { RestoreOptions } from '../guest/restore.ts';
import type { GuestSymbols } from '../look/symbols/index.ts';
import type { CheckpointOptions } from './checkpoints.ts';
import { OutputGate } from './output-gate.ts';
import type { OutputListener } from './output-gate.ts';
import { DebugSession } from './session.ts';

interface SessionOptions extends CheckpointOptions {
  /** Names of the guest's addresses, or how to find them once it is there; read from its own files when not given. */
  readonly symbols?: GuestSymbols | ((guest: Guest) => Promise<GuestSymbols>);
}

interface ListenerOptions extends SessionOptions {
  /** Called with what the guest writes, each byte once however often it is rewound. */
  readonly onOutput?: OutputListener;
}

export interface DebugOptions
  extends Omit<BootOptions, 'onConsole' | 'onOutput' | 'deadlines'>, ListenerOptions {}

export interface DebugSnapshotOptions
  extends Omit<RestoreOptions, 'onConsole' | 'onOutput' | 'deadlines'>, ListenerOptions {}

/**
 * Boots a guest under a debugger. It stands at its first instruction. Dispose of it when done.
 *
 * ```ts
 * const session = await debug({ program: './hello.elf' });
 * session.stops.add({ kind: 'call', calls: 'mmap', when: (call) => call.arguments[2] > 16 });
 * const stop = session.continue(); // a value: call, breakpoint, watchpoint, fault, exit …
 * session.stepBack(); // and the guest is as it was one instruction before
 * ```
 *
 * @throws InputError as {@link boot} does.
 */
export async function debug(options: DebugOptions): Promise<DebugSession> {
  const gate = new OutputGate(options.onOutput);
  return await sessionOf(await boot({ ...options, ...gate.bootOptions }), gate, options);
}

/**
 * A guest of a snapshot under a debugger. It stands where the snapshot was taken, and nothing before can be gone back to.
 *
 * @param options What is named besides must be what the snapshot was taken with; its symbols are known then.
 * @throws SnapshotMismatchError when it is not.
 */
export async function debugSnapshot(
  snapshot: GuestSnapshot,
  options: DebugSnapshotOptions = {},
): Promise<DebugSession> {
  const gate = new OutputGate(options.onOutput);
  const guest = await restoreSnapshot(snapshot, { ...options, ...gate.bootOptions });
  gate.rewind(snapshot.monitor);
  gate.branch();
  return await sessionOf(guest, gate, options);
}

/** A session, which takes the guest over; options that are none dispose of it. */
async function sessionOf(
  guest: Guest,
  gate: OutputGate,
  { symbols: given, ...options }: SessionOptions,
): Promise<DebugSession> {
  try {
    const symbols = typeof given === 'function' ? await given(guest) : given;
    return new DebugSession(guest, gate, { ...options, ...(symbols && { symbols }) });
  } catch (error) {
    guest.dispose();
    throw error;
  }
}
