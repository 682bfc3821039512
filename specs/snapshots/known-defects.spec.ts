/**
 * Defects that the real monitor is known for, each by name: here none of them may appear.
 * Source of the list: ABI reference, "Snapshot".
 */
import { describe, expect, it } from 'vitest';
import { boot, restoreSnapshot } from '../../harness/index.ts';
import type { BootOptions, Guest, GuestSnapshot } from '../../harness/index.ts';
import { nanvix, scenario } from './support/known-defects.ts';

const EPERM = 1;
const NANOSECONDS_PER_HOUR = 3_600_000_000_000n;

/** A guest that stands behind the OUT of its first snapshot command, as the real monitor leaves one. */
async function atSnapshotCommand(
  options: Partial<BootOptions> = {},
): Promise<{ guest: Guest; snapshot: GuestSnapshot }> {
  const guest = await boot({
    program: await scenario('tick'),
    kernelArguments: 'snapshot',
    onSnapshot: 'stop',
    ...options,
  });
  expect(guest.run()).toEqual({ kind: 'snapshot' });
  return { guest, snapshot: guest.capture() };
}

describe('the monitor hangs after saving', () => {
  it('the save returns and the guest goes on', async () => {
    const { guest } = await atSnapshotCommand();
    expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
    guest.dispose();
  });

  it('the process that saves ends, with status 0', async () => {
    const { exitCode, stdout } = await nanvix(['--snapshot-then', 'exit', await scenario('tick')]);
    expect([exitCode, stdout]).toEqual([0, '']);
  });

  it('the process that saves and continues ends with the status of the program', async () => {
    const { exitCode, stdout } = await nanvix([await scenario('tick')]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('first');
  });
});

describe('interrupt-controller state is restored in the wrong order', () => {
  it('a guest whose threads live by the timer goes on after a restore', async () => {
    const guest = await boot({ program: await scenario('threads') });
    guest.runToInstruction(700_000);
    const restored = await restoreSnapshot(guest.capture());
    expect([restored.run(), guest.run()]).toEqual([
      { kind: 'exit', status: 5 },
      { kind: 'exit', status: 5 },
    ]);
    expect(restored.output).toBe(guest.output);
    guest.dispose();
    restored.dispose();
  });
});

describe('guest time jumps backwards after a restore', () => {
  it('it goes on where it was, however late the restore', async () => {
    const { guest, snapshot } = await atSnapshotCommand();
    guest.run();
    guest.restore(snapshot);
    const before = guest.time;
    guest.run();
    expect(guest.output).toContain('forwards');
    expect(guest.time ?? 0n).toBeGreaterThan(before ?? 0n);
    guest.dispose();
  });

  it('it can be told to jump forward', async () => {
    const { guest, snapshot } = await atSnapshotCommand();
    const then = guest.time ?? 0n;
    guest.restore(snapshot, { advanceNanoseconds: NANOSECONDS_PER_HOUR });
    expect(guest.time).toBe(then + NANOSECONDS_PER_HOUR);
    guest.run();
    const elapsed = BigInt(/forwards, (\d+)/.exec(guest.output)?.[1] ?? '0');
    expect(elapsed).toBeGreaterThan(NANOSECONDS_PER_HOUR);
    expect(elapsed).toBeLessThan(NANOSECONDS_PER_HOUR + NANOSECONDS_PER_HOUR / 1000n);
    guest.dispose();
  });

  it('it cannot be told to jump back', async () => {
    const { guest, snapshot } = await atSnapshotCommand();
    expect(() => guest.restore(snapshot, { advanceNanoseconds: -1n })).toThrow('only forward');
    guest.dispose();
  });
});

describe('messages in flight at the moment of the snapshot are lost', () => {
  it('an answer that waits in the inbox is delivered after it', async () => {
    const guest = await boot({ program: await scenario('streams'), stdin: 'question' });
    guest.runToKernelCall('recv');
    const snapshot = guest.capture();
    expect(snapshot.monitor.inbox.length).toBeGreaterThan(0);
    const restored = await restoreSnapshot(snapshot);
    expect(restored.run()).toEqual({ kind: 'exit', status: 0 });
    expect(restored.output).toContain('half a question line\n');
    guest.dispose();
    restored.dispose();
  });
});

describe('a second snapshot in one boot', () => {
  it('answers EPERM where the kernel arguments allow one only', async () => {
    const { guest } = await atSnapshotCommand();
    guest.run();
    expect(guest.output).toContain(`first 0, second ${EPERM},`);
    guest.dispose();
  });

  it('and so it does after a restore from the first', async () => {
    const { guest, snapshot } = await atSnapshotCommand();
    const restored = await restoreSnapshot(snapshot);
    restored.run();
    expect(restored.output).toContain(`first 0, second ${EPERM},`);
    guest.dispose();
    restored.dispose();
  });
});

describe('the restored guest executes the OUT again', () => {
  it('the command is seen once: restored behind it, the guest does not ask again', async () => {
    const { guest, snapshot } = await atSnapshotCommand();
    guest.restore(snapshot);
    expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
    expect(guest.monitor.snapshotRequests).toBe(1);
    guest.dispose();
  });
});

describe('a snapshot is restored beside another volume', () => {
  it('one taken with one ramfs is refused with another', async () => {
    const ramfs = new URL('support', import.meta.url).pathname;
    const other = new URL('../golden', import.meta.url).pathname;
    const { guest, snapshot } = await atSnapshotCommand({ ramfs });
    const elsewhere = await boot({
      program: await scenario('tick'),
      kernelArguments: 'snapshot',
      ramfs: other,
    });
    const refused = { kind: 'mismatch', message: expect.stringContaining('ramfs') as string };
    expect(() => elsewhere.restore(snapshot)).toThrow(expect.objectContaining(refused) as Error);
    await expect(restoreSnapshot(snapshot, { ramfs: other })).rejects.toMatchObject(refused);
    await expect(restoreSnapshot(snapshot, { ramfs })).resolves.toBeDefined();
    guest.dispose();
    elsewhere.dispose();
  });

  it('nothing has changed in the guest that refused it', async () => {
    const { guest, snapshot } = await atSnapshotCommand();
    const elsewhere = await boot({ program: await scenario('streams') });
    elsewhere.runToInstruction(10_000);
    expect(() => elsewhere.restore(snapshot)).toThrow('program');
    expect(elsewhere.machine.instructions).toBe(10_000);
    expect(elsewhere.run()).toEqual({ kind: 'exit', status: 0 });
    guest.dispose();
    elsewhere.dispose();
  });
});
