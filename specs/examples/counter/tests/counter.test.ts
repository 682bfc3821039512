import { describe } from 'vitest';
import { expect, guestTest } from 'nanvix-v86/vitest';

const program = 'build/counter.elf';

describe('three lines', () => {
  const test = guestTest({ program, stdin: 'one\ntwo\nthree\n' });

  test('are counted', async ({ restored }) => {
    await expect(restored).toPrint('3 lines, squared 9\n');
    await expect(restored).toExitWith(0);
  });

  test('cost little once the table is made', async ({ booted, restored }) => {
    await expect(restored).toPrint('3 lines');
    await expect(restored).toExecuteFewerThan(100_000);
    await expect(booted).not.toExecuteFewerThan(100_000);
    await expect(restored).toRunFasterThan(booted);
  });

  test('are the same machine until it runs on', async ({ restored, forked, snapshot }) => {
    await expect(forked).toPrint('3 lines');
    await expect(restored).toEqualSnapshot(snapshot);
  });
});

describe('no line', () => {
  const test = guestTest({ program });

  test('is an error', async ({ booted }) => {
    await expect(booted).toExitWith(1);
  });
});
