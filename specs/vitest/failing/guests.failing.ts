/** Tests that fail or time out, and what stands between them. Run by ../failures.spec.ts, in this order. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe } from 'vitest';
import { expect, guestTest } from '../../../harness/vitest/index.ts';

const program = process.env['FAILING_PROGRAM'] ?? '';
const cacheFolder = process.env['FAILING_CACHE'] ?? '';

describe('a guest that loops', () => {
  const test = guestTest({ program, args: ['spin'], snapshotAt: { instructions: 5000 }, cacheFolder });

  test('on its own', ({ booted }) => {
    booted.run();
  });
  test('before a matcher', async ({ restored }) => {
    await expect(restored).toExitWith(7);
  });
});

describe('a test whose time is up', () => {
  const test = guestTest({ program, snapshotAt: { instructions: 5000 }, cacheFolder });
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });

  test('goes on all the same', async ({ restored }) => {
    await gate;
    restored.runToKernelCall('all');
  });
  test('does not move the guest of the next', async ({ restored, snapshot }) => {
    open();
    for (let turns = 0; turns < 10; turns += 1) await nextTurn();
    await expect(restored).toEqualSnapshot(snapshot);
  });
  test('ends before a run that it does not await', ({ restored }) => {
    void restored.runToEnd({}, new AbortController().signal);
  });
  test('which does not move the guest of the next either', async ({ restored, snapshot }) => {
    for (let turns = 0; turns < 10; turns += 1) await nextTurn();
    await expect(restored).toEqualSnapshot(snapshot);
  });
});

describe('a fixture that fails', () => {
  const test = guestTest({ program, cacheFolder });

  test('is told alone', ({ booted, restored }) => {
    expect(booted).not.toBe(restored);
  });
});

describe('a failure', () => {
  const test = guestTest({ program, cacheFolder });

  test('is explained', async ({ booted }) => {
    await expect(booted).toExitWith(0);
  });
});
