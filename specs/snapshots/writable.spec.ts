/** What is written can be read: a snapshot that a reader would refuse is refused by the writer, and nothing is written. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { boot, loadSnapshot, saveSnapshot, SnapshotError } from '../../harness/index.ts';
import type { GuestSnapshot } from '../../harness/index.ts';
import { decodeGuestState, encodeGuestState } from '../../harness/snapshots/guest-state.ts';
import { playGuest } from '../monitor/guest.ts';
import { bootGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';
import { scratchFolder } from './support/scratch-folder.ts';

const scratch = scratchFolder();
let program: string;
let snapshot: GuestSnapshot;
beforeAll(async () => {
  program = await compileC('idle', 'int main(void) { return 0; }');
  const guest = await boot({ program });
  snapshot = guest.capture();
  guest.dispose();
});

describe('all that a guest can be', () => {
  it.each([
    ['S', 255],
    ['M', 4092],
  ] as const)('in Era %s with a command line of %i bytes', async (era, bytes) => {
    const ofEra = await compileC('idle', 'int main(void) { return 0; }', [], era);
    const guest = await bootGuest({
      program: ofEra,
      era,
      commandLine: 'x'.repeat(bytes - 'idle.elf '.length),
    });
    const path = scratch.path(`line-${era}`);
    await saveSnapshot(path, guest.capture());
    expect((await loadSnapshot(path)).snapshot.identity).toEqual(guest.identity);
  });

  // a thread is the source as its negative; a source that is a process is answered as its first thread
  it.each([
    [-(2 ** 31), -(2 ** 31)],
    [-(2 ** 31) + 1, -(2 ** 31) + 1],
    [-1, -1],
    [1, -1],
    [2 ** 31 - 1, -1],
  ])('with a message of source %i', (source, answered) => {
    const guest = playGuest('input');
    guest.request(-source, 'readRequest', -(2 ** 31), 2 ** 32 - 1);
    guest.request(-source, 'writeRequest', 2 ** 31 - 1, 0);
    const monitor = guest.monitor.capture();
    const state = { monitor, unreadInput: [], calls: { count: 0, recent: [] } };
    const { streams, ...others } = monitor;
    const whole = { ...others, streams: { ...streams, input: { piece: 0, offset: 0 } } } as const;
    const kept = decodeGuestState(encodeGuestState({ ...state, monitor: whole }));
    expect(kept.monitor.streams.reads).toEqual(whole.streams.reads);
    guest.push(-answered | 0, '');
    expect(guest.fetch().destination).toBe(answered);
  });
});

describe('what no reader would take', () => {
  const calls = { count: 2, recent: [] };
  it.each<[string, (good: GuestSnapshot) => object]>([
    ['an exit status of 17 bits', ({ monitor }) => ({ monitor: { ...monitor, exitStatus: 70_000 } })],
    [
      'a count of snapshots that is none',
      ({ monitor }) => ({ monitor: { ...monitor, snapshotRequests: NaN } }),
    ],
    ['a field that is unknown', ({ monitor }) => ({ monitor: { ...monitor, more: 1 } })],
    ['a message of 63 bytes', ({ monitor }) => ({ monitor: { ...monitor, inbox: [new Uint8Array(63)] } })],
    ['a history of calls that contradicts itself', () => ({ calls })],
    [
      'other options than its machine has',
      ({ identity }) => ({ identity: { ...identity, options: { ...identity.options, memoryMiB: 7 } } }),
    ],
    [
      'a program with a name of 5000 letters',
      ({ identity }) => ({
        identity: { ...identity, program: { ...identity.program, name: 'n'.repeat(5000) } },
      }),
    ],
    [
      'a digest that is none',
      ({ identity }) => ({ identity: { ...identity, kernel: { ...identity.kernel, sha256: 'none' } } }),
    ],
    [
      'an option that is no number',
      ({ identity }) => ({ identity: { ...identity, options: { ...identity.options, seed: NaN } } }),
    ],
  ])('%s: is not written, and what stood there stays', async (_what, change) => {
    const wrong = { ...snapshot, ...change(snapshot) };
    const path = scratch.path('refused');
    await expect(saveSnapshot(path, wrong)).rejects.toThrow(SnapshotError);
    expect(existsSync(path)).toBe(false);
    const kept = await scratch.put('kept', Buffer.from('kept'));
    await expect(saveSnapshot(kept, wrong)).rejects.toThrow(SnapshotError);
    expect(await readFile(kept, 'utf8')).toBe('kept');
  });

  it('a machine of another emulator: the promise is rejected, nothing is thrown', async () => {
    const saved = saveSnapshot(scratch.path('other'), { ...snapshot, machine: { ...snapshot.machine } });
    await expect(saved).rejects.toThrow(TypeError);
  });
});
