/**
 * The numbers and names that make the format, once more and on purpose: whoever changes one in harness/snapshots must
 * change it here too, and should first read "Changing the format" in harness/snapshots/FORMAT.md. Editing only this file
 * to make it pass breaks every snapshot that users keep.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { emulatorVersion } from '../../emulator/index.ts';
import * as format from '../../harness/snapshots/format.ts';
import { entriesOf } from './support/tar-edit.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { smallContents } from './support/small-contents.ts';

const scratch = scratchFolder();

it('the names and numbers of format version 1 have not changed', () => {
  expect({ ...format, memoryEntry: undefined, memoryPartBytes: undefined, deflatedBound: undefined }).toEqual(
    {
      FORMAT_NAME: 'nanvix-v86 snapshot',
      FORMAT_VERSION: 1,
      MANIFEST_ENTRY: 'manifest.json',
      MANIFEST_DIGEST_ENTRY: 'manifest.sha256',
      MACHINE_ENTRY: 'state/machine.json',
      MONITOR_ENTRY: 'state/monitor.json',
      MEMORY_FOLDER: 'memory',
      MODULES_ENTRY: 'modules.deflate',
      PAGE_BYTES: 4096,
      PAGES_PER_PART: 256,
      PAGE_NUMBER_BYTES: 4,
      COMPRESSION: 'deflate-raw',
      TAR_BLOCK_BYTES: 512,
      TAR_END_BYTES: 1024,
      ENTRY_MODE: 0o644,
      LIMITS: {
        manifestBytes: 1_048_576,
        stateBytes: 67_108_864,
        modulesBytes: 268_435_456,
        memoryBytes: 2_147_483_648,
        parts: 524_288,
      },
    },
  );
});

it('a memory part is named by six digits and holds a count, page numbers and pages', () => {
  expect(format.memoryEntry(12)).toBe('memory/000012.deflate');
  expect(format.memoryPartBytes(3)).toBe(4 + 3 * 4 + 3 * 4096);
});

it('a file has its entries in the order the format says', async () => {
  const entries = await entriesOf(await scratch.snapshotBytes(smallContents()));
  expect(entries.map(({ header }) => header.name)).toEqual([
    'manifest.json',
    'manifest.sha256',
    'state/machine.json',
    'state/monitor.json',
    'memory/000000.deflate',
    'modules.deflate',
  ]);
});

it('the manifest has the fields of the table in FORMAT.md, in its order', async () => {
  const [manifest] = await entriesOf(await scratch.snapshotBytes(smallContents()));
  const fields = Object.keys(JSON.parse(manifest?.content.toString() ?? '') as object);
  expect(fields).toEqual([
    'format',
    'version',
    'emulator',
    'kernel',
    'program',
    'ramfs',
    'options',
    'memoryBytes',
    'instructions',
    'virtualNanoseconds',
    'kernelCall',
    'compression',
    'parts',
  ]);
});

it("a snapshot names its emulator by the digest of its state's layout and of v86.wasm", async () => {
  const require = createRequire(import.meta.url);
  const wasm = await readFile(join(dirname(require.resolve('v86')), 'v86.wasm'));
  const { version, sha256 } = emulatorVersion();
  const [, layout] = /, (layout \d+)$/.exec(version) ?? [];
  expect(sha256).toBe(createHash('sha256').update(`${layout}\n`).update(wasm).digest('hex'));
});
