/** What a suite of guest tests gets: guests of its own, and one cold boot for all of them. */
import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, test as plainTest } from 'vitest';
import { cachedSnapshot, expect, guestTest } from '../../harness/vitest/index.ts';
import { snapshotProgram } from '../snapshots/support/exactness.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-specs-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('fixtures', () => {
  const test = guestTest(async () => ({
    program: await snapshotProgram('streams'),
    stdin: 'from the host',
    snapshotAt: { instructions: 20_000 },
    cacheFolder: folder,
  }));

  test('booted stands at the first instruction', ({ booted }) => {
    expect(booted.machine.instructions).toBe(0);
  });

  test('restored stands where the snapshot was taken', ({ restored, snapshot }) => {
    expect(restored.machine.instructions).toBe(20_000);
    expect(snapshot.machine.instructions).toBe(20_000);
  });

  for (const time of ['first', 'second']) {
    test(`a test does not see what the one before it did: ${time}`, async ({ restored }) => {
      expect(restored.machine.instructions).toBe(20_000);
      await expect(restored).toPrint('half a from the host line\n');
      await expect(restored).toExitWith(0);
    });
  }

  test('forked and restored go on independently', async ({ restored, forked, snapshot }) => {
    forked.runToKernelCall('all');
    await expect(restored).toEqualSnapshot(snapshot);
    await expect(forked).not.toEqualSnapshot(snapshot);
  });

  test('booted, restored and forked say the same', async ({ booted, restored, forked }) => {
    await expect(booted).toExitWith(0);
    await expect(restored).toPrint(booted.output);
    await expect(forked).toPrint(booted.output);
    await expect(restored).toExecuteFewerThan(booted);
    await expect(restored).toRunFasterThan(booted);
  });
});

describe('the snapshot cache', () => {
  const point = { instructions: 5000 };

  plainTest('a suite boots cold once', async () => {
    const program = await snapshotProgram('streams');
    const first = await cachedSnapshot({ program }, point, folder);
    const second = await cachedSnapshot({ program }, point, folder);
    expect([first.booted, second.booted]).toEqual([true, false]);
    await expect(second.snapshot).toEqualSnapshot(first.snapshot);
  });

  plainTest('something else that goes in is another file', async () => {
    const program = await snapshotProgram('streams');
    const paths = await Promise.all(
      [{}, { args: ['x'] }, { seed: 2 }, { stdin: 'x' }, { kernelArguments: 'snapshot' }].map(
        async (change) => {
          return (await cachedSnapshot({ program, ...change }, point, folder)).path;
        },
      ),
    );
    expect(new Set(paths).size).toBe(paths.length);
  });

  plainTest('a damaged file is made again', async () => {
    const program = await snapshotProgram('streams');
    const { path } = await cachedSnapshot({ program }, point, folder);
    await truncate(path, 3000);
    expect((await cachedSnapshot({ program }, point, folder)).booted).toBe(true);
    expect((await cachedSnapshot({ program }, point, folder)).booted).toBe(false);
  });

  plainTest('writers at the same time give the same snapshot, and leave one whole file', async () => {
    const program = await snapshotProgram('streams');
    const own = join(folder, 'at-once');
    const all = await Promise.all(
      Array.from({ length: 6 }, () => cachedSnapshot({ program, args: ['at-once'] }, point, own)),
    );
    for (const { snapshot } of all) await expect(snapshot).toEqualSnapshot(all[0]?.snapshot ?? snapshot);
    expect(await readdir(join(own, 'snapshots'))).toEqual([basename(all[0]?.path ?? '')]);
    expect((await cachedSnapshot({ program, args: ['at-once'] }, point, own)).booted).toBe(false);
  });

  plainTest('what nobody has used for long goes, and what a writer that died has left', async () => {
    const program = await snapshotProgram('streams');
    const own = join(folder, 'many');
    const { path } = await cachedSnapshot({ program, args: ['one'] }, point, own);
    const names = Array.from({ length: 80 }, (_, index) => join(dirname(path), `old-${index}.snapshot`));
    for (const name of [...names, `${path}.1.tmp`]) {
      await writeFile(name, '');
      await utimes(name, 1000, 1000);
    }
    const other = await cachedSnapshot({ program, args: ['other'] }, point, own);
    expect(await readdir(dirname(path))).toEqual([path, other.path].map((one) => basename(one)).sort());
  });

  plainTest('input that cannot be read twice cannot be cached', async () => {
    const program = await snapshotProgram('streams');
    const stdin = (): undefined => undefined;
    await expect(cachedSnapshot({ program, stdin }, point, folder)).rejects.toThrow('only be cached');
  });

  plainTest('a guest that never gets there is told', async () => {
    const program = await snapshotProgram('streams');
    await expect(cachedSnapshot({ program }, 'snapshot-call', folder)).rejects.toThrow(
      'never got to "snapshot-call"',
    );
  });
});
