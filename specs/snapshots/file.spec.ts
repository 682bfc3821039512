/** A snapshot file gives back what was put into it, and is written whole or not at all. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readSnapshot, readSnapshotManifest, writeSnapshot } from '../../harness/snapshots/index.ts';
import { seededRandom } from './support/random.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { patternPage, smallContents } from './support/small-contents.ts';

const run = promisify(execFile);
const scratch = scratchFolder();

it('everything comes back as it was written', async () => {
  const contents = smallContents();
  await writeSnapshot(scratch.path('whole'), contents);
  const { contents: found } = await readSnapshot(scratch.path('whole'));
  expect({
    ...found,
    pages: Array.from(found.pages, ({ number, bytes }) => ({ number, bytes: Uint8Array.from(bytes) })),
  }).toEqual({ ...contents, modules: Buffer.from(contents.modules ?? []) });
});

it('a snapshot without a volume, a kernel call or compiled modules comes back without them', async () => {
  const contents = smallContents();
  const { modules, ...without } = contents;
  await writeSnapshot(scratch.path('bare'), {
    ...without,
    identity: { ...contents.identity, ramfs: null },
    moment: { ...contents.moment, kernelCall: null },
  });
  const { contents: found } = await readSnapshot(scratch.path('bare'));
  expect([found.identity.ramfs, found.moment.kernelCall, found.modules]).toEqual([null, null, undefined]);
  expect(modules).toBeDefined();
});

it('pages of zeros are left out', async () => {
  const zero = { number: 5, bytes: new Uint8Array(4096) };
  await writeSnapshot(
    scratch.path('zeros'),
    smallContents({ pages: [patternPage(4), zero, patternPage(6)] }),
  );
  const { contents } = await readSnapshot(scratch.path('zeros'));
  expect(Array.from(contents.pages, ({ number }) => number)).toEqual([4, 6]);
});

it('memory of more than one part keeps its order', async () => {
  const numbers = Array.from({ length: 600 }, (_, index) => index + 100);
  await writeSnapshot(scratch.path('parts'), smallContents({ pages: numbers.map(patternPage) }));
  const { contents, manifest } = await readSnapshot(scratch.path('parts'));
  expect(Array.from(contents.pages, ({ number }) => number)).toEqual(numbers);
  expect(manifest.parts.flatMap(({ pages }) => pages ?? [])).toEqual([256, 256, 88]);
});

it('equal snapshots make equal files', async () => {
  const [one, other] = [
    await scratch.snapshotBytes(smallContents()),
    await scratch.snapshotBytes(smallContents()),
  ];
  expect(one.equals(other)).toBe(true);
});

it('the manifest can be read without the rest', async () => {
  await writeSnapshot(scratch.path('manifest'), smallContents());
  const manifest = await readSnapshotManifest(scratch.path('manifest'));
  expect(manifest.kernelCall).toEqual({ index: 41, number: 35, name: 'snapshot' });
});

it('tar lists the file and unpacks it, and sha256sum verifies the manifest', async () => {
  await writeSnapshot(scratch.path('standard'), smallContents());
  const folder = scratch.path('unpacked');
  await mkdir(folder);
  await run('tar', ['-xf', scratch.path('standard'), '-C', folder]);
  const { stdout } = await run('sha256sum', ['--check', 'manifest.sha256'], { cwd: folder });
  expect(stdout).toBe('manifest.json: OK\n');
  const monitor = JSON.parse(await readFile(`${folder}/state/monitor.json`, 'utf8')) as object;
  expect(monitor).toHaveProperty('stdout.$bytes', 'aGVs');
});

it('a snapshot replaces the one that stood there and leaves no temporary file', async () => {
  await mkdir(scratch.path('replace'));
  const path = scratch.path('replace/one');
  await writeSnapshot(path, smallContents());
  await writeSnapshot(path, smallContents({ memoryBytes: 2000 * 4096 }));
  expect((await readSnapshotManifest(path)).memoryBytes).toBe(2000 * 4096);
  expect(await readdir(dirname(path))).toEqual(['one']);
});

it('a snapshot that cannot be written leaves the old one and no temporary file', async () => {
  await mkdir(scratch.path('keep'));
  const path = scratch.path('keep/one');
  await writeSnapshot(path, smallContents());
  function* failing(): Generator<ReturnType<typeof patternPage>> {
    yield patternPage(1);
    throw new Error('the machine went away');
  }
  await expect(writeSnapshot(path, smallContents({ pages: failing() }))).rejects.toThrow(
    'the machine went away',
  );
  expect((await readSnapshotManifest(path)).memoryBytes).toBe(smallContents().memoryBytes);
  expect(await readdir(dirname(path))).toEqual(['one']);
});

it('a folder that does not exist is named', async () => {
  const path = scratch.path('nowhere/one');
  await expect(writeSnapshot(path, smallContents())).rejects.toMatchObject({
    kind: 'unwritable',
    message: expect.stringContaining(`${path}: cannot be written`) as string,
  });
});

it('a large snapshot that cannot be written is one error, with entries still waiting', async () => {
  const path = scratch.path('nowhere/large');
  const random = seededRandom(1);
  const noise = Uint8Array.from({ length: 4096 }, () => random(256));
  const pages = Array.from({ length: 900 }, (_, number) => ({
    number,
    bytes: noise.map((byte) => byte ^ number),
  }));
  await expect(writeSnapshot(path, smallContents({ pages }))).rejects.toMatchObject({
    kind: 'unwritable',
    message: expect.stringContaining(`${path}: cannot be written`) as string,
  });
});

it('pages out of order are refused before anything is written', async () => {
  const pages = [patternPage(7), patternPage(6)];
  await expect(writeSnapshot(scratch.path('order'), smallContents({ pages }))).rejects.toThrow(
    'page 6 comes after page 7',
  );
});
