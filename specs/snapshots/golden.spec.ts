/** Snapshots that earlier releases wrote: each is loaded to what it held, or refused by its version. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { FORMAT_VERSION } from '../../harness/snapshots/format.ts';
import { readSnapshot } from '../../harness/snapshots/index.ts';
import { goldenFile, goldenPath, goldens } from '../golden/goldens.ts';
import { scratchFolder } from './support/scratch-folder.ts';

const scratch = scratchFolder();

test('every version up to the current one has a golden file', () => {
  const versions = Array.from({ length: FORMAT_VERSION }, (_, index) => String(index + 1));
  expect(Object.keys(goldens)).toEqual(versions);
});

test.each(Object.entries(goldens))('version %s', async (version, expected) => {
  const file = goldenFile(await readFile(goldenPath(Number(version)), 'utf8'));
  const path = await scratch.put(`v${version}`, file);
  if (expected.kind === 'refused') {
    await expect(readSnapshot(path)).rejects.toMatchObject({
      kind: 'version',
      message: expect.stringContaining(`version ${version} of the snapshot format`) as string,
    });
    return;
  }
  const { contents } = await readSnapshot(path);
  const plainBytes = (bytes: Uint8Array | undefined): Uint8Array => Uint8Array.from(bytes ?? []);
  expect({
    ...contents,
    pages: Array.from(contents.pages, ({ number, bytes }) => ({ number, bytes: plainBytes(bytes) })),
    modules: plainBytes(contents.modules),
  }).toEqual(expected.contents);
});
