/** The first lines of the commands: short enough for every Linux, and what npm, by a package of its own, makes scripts for Windows from. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inProject } from '../../images/build/paths.ts';
import { which } from '../../images/toolchain/machine-tools.ts';

type CommandShim = (from: string, to: string) => Promise<void>;

/** npm brings along what makes them. */
const npm = which('npm');

describe.skipIf(npm === undefined)('a command that npm makes for Windows', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-shim-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(['nanvix-v86', 'nanvixd-v86'])('%s starts node with its flags', async (name) => {
    const shim = createRequire(join(dirname(realpathSync(npm ?? '')), 'x.js'))('cmd-shim') as CommandShim;
    await shim(inProject('harness', 'cli', `${name}.cjs`), join(folder, name));
    const script = readFileSync(join(folder, `${name}.cmd`), 'utf8');
    expect(script).toContain('SET "_prog=node"');
    expect(script).toMatch(
      new RegExp(
        `"%_prog%" --v8-pool-size=1 --single-threaded-gc --initial-old-space-size=32 +"%dp0%.*\\\\${name}\\.cjs" %\\*`,
      ),
    );
    // a variable that is not there is nothing, so no certificates are named
    expect(script).toContain('@SET NODE_EXTRA_CA_CERTS=%NANVIX_V86_CA%');
  });
});

it.each(['nanvix-v86', 'nanvixd-v86'])('%s has a first line that Linux 4 reads whole', (name) => {
  const [first = ''] = readFileSync(inProject('harness', 'cli', `${name}.cjs`), 'utf8').split('\n');
  expect(first.length).toBeLessThan(128);
});
