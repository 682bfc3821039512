/** `npm run goldens:update`: writes the golden file of the current format version, once. See README.md beside this file. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORMAT_VERSION } from '../../harness/snapshots/format.ts';
import { writeSnapshot } from '../../harness/snapshots/index.ts';
import { goldenPath, goldens, goldenText } from './goldens.ts';

const expected = goldens[FORMAT_VERSION];
const path = goldenPath(FORMAT_VERSION);
if (expected?.kind !== 'loads') {
  console.error(`say in specs/golden/goldens.ts what version ${FORMAT_VERSION} holds, then run this again`);
  process.exitCode = 1;
} else if (existsSync(path)) {
  console.error(`${path} is there and is never replaced: a change of the format needs a new version`);
  process.exitCode = 1;
} else {
  const folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-golden-'));
  await writeSnapshot(join(folder, 'golden'), expected.contents);
  await writeFile(path, goldenText(await readFile(join(folder, 'golden'))), { flag: 'wx' });
  await rm(folder, { recursive: true });
  console.log(`wrote ${path}`);
}
