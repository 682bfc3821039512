/** `npm run goldens:update`: writes golden files that are missing, and never one that is there. See README.md beside this file. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORMAT_VERSION } from '../../harness/snapshots/format.ts';
import { writeSnapshot, type SnapshotContents } from '../../harness/snapshots/index.ts';
import { goldenPath, goldens, goldenText, machineGoldenPath } from './goldens.ts';
import { machineContents } from './machine.ts';

const expected = goldens[FORMAT_VERSION];
if (expected?.kind !== 'loads') {
  console.error(`say in specs/golden/goldens.ts what version ${FORMAT_VERSION} holds, then run this again`);
  process.exitCode = 1;
} else {
  await add(goldenPath(FORMAT_VERSION), expected.contents);
  await add(machineGoldenPath(FORMAT_VERSION), await machineContents());
}

async function add(path: string, contents: SnapshotContents): Promise<void> {
  if (existsSync(path)) {
    console.log(`${path} is there and is never replaced: a change of the format needs a new version`);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-golden-'));
  await writeSnapshot(join(folder, 'golden'), contents);
  await writeFile(path, goldenText(await readFile(join(folder, 'golden'))), { flag: 'wx' });
  await rm(folder, { recursive: true });
  console.log(`wrote ${path}`);
}
