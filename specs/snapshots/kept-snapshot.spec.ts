/** Snapshot files that are restored again: taken from what was kept of them, never of another file, and refused as before. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { loadSnapshot, restoreSnapshot } from '../../harness/index.ts';
import type { GuestSnapshot } from '../../harness/index.ts';
import { loadRepeated } from '../../harness/snapshots/kept-snapshot.ts';
import { sha256 } from '../../harness/snapshots/digest.ts';
import { contentsOf } from '../../harness/snapshots/guest-contents.ts';
import { helloFile } from './support/hello-file.ts';
import { scratchFolder } from './support/scratch-folder.ts';

const scratch = scratchFolder();
let file: Buffer;
let path: string;
beforeAll(async () => {
  file = await helloFile(scratch.path('original'));
});

let folders = 0;
let asked: string[];
const isRepeated = (key: string): boolean => asked.includes(key) || asked.push(key) === 0;
beforeEach(async () => {
  vi.stubEnv('NANVIX_V86_CACHE', scratch.path(`cache-${folders++}`));
  asked = [];
  path = await scratch.put('hello.snapshot', file);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const load = async (): Promise<GuestSnapshot> => (await loadRepeated(path, isRepeated)).snapshot;

/** What is kept of files. */
function kept(): string[] {
  const folder = join(process.env['NANVIX_V86_CACHE'] ?? '', 'restored');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** All of a snapshot, as a file would hold it, pages by their digests. */
function all(snapshot: GuestSnapshot): object {
  const { pages, ...rest } = contentsOf(snapshot);
  return { ...rest, pages: Array.from(pages, ({ number, bytes }) => `${number} ${sha256(bytes)}`) };
}

it('the second load keeps what it read, and the third gives the same', async () => {
  await load();
  expect(kept()).toEqual([]);
  await load();
  expect(kept()).toHaveLength(1);
  const third = await loadRepeated(path, () => {
    throw new Error('the file was read, though it is kept');
  });
  expect(third.bytes).toBe(file.length);
  expect(all(third.snapshot)).toEqual(all((await loadSnapshot(path)).snapshot));
});

it('a guest from what was kept says hello, twice from one load', async () => {
  await load();
  await load();
  const snapshot = await load();
  for (let i = 0; i < 2; i++) {
    const guest = await restoreSnapshot(snapshot);
    expect(guest.run()).toEqual({ kind: 'exit', status: 0 });
    expect(guest.machine.instructions).toBe(22_741_514);
    expect(guest.output).toBe('CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n');
    guest.dispose();
  }
});

it('is read by all places that the file lies in', async () => {
  await load();
  await load();
  path = await scratch.put('copy.snapshot', file);
  await loadRepeated(path, () => {
    throw new Error('the copy was read');
  });
});

it('a file that changed in place by one bit is refused', async () => {
  await load();
  await load();
  const damaged = Buffer.from(file);
  damaged[file.length - 20_000] = (file[file.length - 20_000] ?? 0) ^ 1;
  writeFileSync(path, damaged);
  await expect(load()).rejects.toMatchObject({ name: 'SnapshotError', kind: 'corrupted' });
});

it('what was kept and is damaged is read from the file again', async () => {
  await load();
  await load();
  const [place = ''] = kept();
  const content = readFileSync(place);
  content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
  writeFileSync(place, content);
  expect(all(await load())).toEqual(all((await loadSnapshot(path)).snapshot));
});

it('what is no snapshot is refused as ever, each time', async () => {
  const refusal = { name: 'SnapshotError', kind: 'unreadable' };
  path = scratch.path('missing');
  await expect(load()).rejects.toMatchObject(refusal);
  path = scratch.path('.');
  await expect(load()).rejects.toThrow('not a plain file');
  path = await scratch.put('text', Buffer.from('text'));
  for (let i = 0; i < 3; i++) await expect(load()).rejects.toMatchObject(refusal);
  expect(kept()).toEqual([]);
});
