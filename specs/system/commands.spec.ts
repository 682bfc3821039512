/**
 * The first lines of the commands: short enough for every Linux, and what npm, by a package of its own, makes scripts for Windows from.
 * Their flags for Node stand again where a file can import nothing.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_FLAGS } from '../../harness/cli/node-flags.ts';
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
    expect(script).toMatch(new RegExp(`"%_prog%" ${NODE_FLAGS.join(' ')} +"%dp0%.*\\\\${name}\\.cjs" %\\*`));
    // a variable that is not there is nothing, so no certificates are named
    expect(script).toContain('@SET NODE_EXTRA_CA_CERTS=%NANVIX_V86_CA%');
  });
});

it.each(['nanvix-v86', 'nanvixd-v86'])('%s has a first line that Linux 4 reads whole', (name) => {
  const [first = ''] = readFileSync(inProject('harness', 'cli', `${name}.cjs`), 'utf8').split('\n');
  expect(first.length).toBeLessThan(128);
});

describe('the flags that Node is started with', () => {
  const text = (...path: readonly string[]): string => readFileSync(inProject(...path), 'utf8');
  const json = (...path: readonly string[]): unknown => JSON.parse(text(...path));

  it('are those that V8 needs to leave a guest its core and its memory', () => {
    expect(NODE_FLAGS.map((flag) => flag.replace(/=.*/, ''))).toEqual([
      '--v8-pool-size',
      '--single-threaded-gc',
      '--initial-old-space-size',
    ]);
  });

  it('are the same for both commands', () => {
    const [first, other] = ['nanvix-v86.cjs', 'nanvixd-v86.cjs'].map(
      (file) => text('harness', 'cli', file).split('\n')[0],
    );
    expect(other).toBe(first);
  });

  it.each(['start', 'fuzz:cpu', 'bench'])('are the same for npm run %s', (name) => {
    const { scripts } = json('package.json') as { scripts: Readonly<Record<string, string>> };
    const [node, ...words] = (scripts[name] ?? '').split(' ');
    expect(node).toBe('node');
    expect(words.slice(0, NODE_FLAGS.length)).toEqual(NODE_FLAGS);
    expect(words.slice(NODE_FLAGS.length).join(' ')).not.toMatch(/--(v8|single|initial)/);
  });

  it("are the same for VS Code's extension", () => {
    const { contributes } = json('harness', 'cli', 'vscode', 'package.json') as {
      contributes: { debuggers: readonly { runtimeArgs: readonly string[] }[] };
    };
    expect(contributes.debuggers.map(({ runtimeArgs }) => runtimeArgs)).toEqual([NODE_FLAGS]);
  });

  it('are the same for the tests of the example', () => {
    const config = text('specs', 'examples', 'counter', 'vitest.config.js');
    expect([...config.matchAll(/'(--[^']+)'/g)].map(([, flag]) => flag)).toEqual(NODE_FLAGS);
  });
});
