/**
 * The package as an outsider has it: packed, installed into a folder elsewhere, and used by the example project to test its
 * own guest program.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheRoot } from '../../images/build/paths.ts';
import { packCheckout } from '../support/packed.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'specs', 'examples', 'counter');
let folder = '';
let project = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-outsider-'));
  project = join(folder, 'project');
  const tarball = await packCheckout(folder);
  await cp(example, project, { recursive: true });
  const packages = [tarball, 'vitest@4.1.12', 'typescript@5.9.3'];
  await execa('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--save-dev', ...packages], {
    cwd: project,
  });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** How many snapshots of suites the user's cache holds. */
async function keptSnapshots(): Promise<number> {
  const { stdout } = await execa('npx', ['nanvix-v86', 'cache', '--json'], { cwd: project });
  const kinds = JSON.parse(stdout) as readonly { readonly kind: string; readonly entries: number }[];
  return kinds.find(({ kind }) => kind === 'snapshots')?.entries ?? NaN;
}

it('its own suite passes, and keeps one snapshot for the second time', async () => {
  await execa('npx', ['nanvix-v86', 'cache', 'clear', 'snapshots'], { cwd: project });
  const first = await execa('npm', ['test'], { cwd: project });
  expect(first.stdout).toMatch(/Tests .*4 passed/);
  expect(await keptSnapshots()).toBe(1);
  const second = await execa('npm', ['test'], { cwd: project });
  expect(second.stdout).toMatch(/Tests .*4 passed/);
  expect(await keptSnapshots()).toBe(1);
});

it('a test that fails says what its guest did', async () => {
  const failing = join(project, 'failing.test.ts');
  await writeFile(
    failing,
    `import { expect, guestTest } from 'nanvix-v86/vitest';
guestTest({ program: 'build/counter.elf', stdin: 'a\\n' })('fails', async ({ restored }) => {
  await expect(restored).toPrint('1 line');
  expect(restored.output).toBe('something else');
});`,
  );
  const { exitCode, stderr, stdout } = await execa(
    'npx',
    ['vitest', 'run', '--dir', '.', 'failing.test.ts'],
    {
      cwd: project,
      reject: false,
    },
  );
  await rm(failing);
  expect(exitCode).toBe(1);
  expect(stdout + stderr).toMatch(/--- fails \(restored\) ---\nend of the output:\n {2}1 lines/);
  expect(stdout + stderr).toMatch(/last kernel calls:\n[^]*stands at instruction \d+/);
});

it('its types are found and strict', async () => {
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck'];
  const { stdout } = await execa('npx', ['tsc', ...flags, 'tests/counter.test.ts'], { cwd: project });
  expect(stdout).toBe('');
});

it('its command line runs the program', async () => {
  const { stdout } = await execa('npx', ['nanvix-v86', 'run', 'build/counter.elf'], {
    cwd: project,
    input: 'a\nb\n',
  });
  expect(stdout).toBe('2 lines, squared 4');
});

describe('its suite in three shards, as processes with homes of their own', () => {
  /** As in specs/examples/shards; images are the machine's own here. */
  const LEFT_OUT = ['tmp', 'locks', 'apt', 'images'].map((name) => `--exclude=./${name}`);
  const shards = [1, 2, 3];

  interface Report {
    readonly testResults: readonly {
      readonly assertionResults: readonly { fullName: string; status: string }[];
    }[];
  }

  /** A cache with the images of the user's own, and what is kept of suites beside them. */
  async function home(name: string): Promise<string> {
    const cache = join(folder, name);
    await mkdir(cache, { mode: 0o700 });
    await symlink(join(cacheRoot(), 'images'), join(cache, 'images'));
    return cache;
  }

  async function vitest(cache: string, ...args: readonly string[]): Promise<string> {
    const env = { NANVIX_V86_CACHE: cache };
    return (await execa('npx', ['vitest', 'run', ...args], { cwd: project, env })).stdout;
  }

  const resultsOf = (report: string): string[] =>
    (JSON.parse(report) as Report).testResults
      .flatMap(({ assertionResults }) =>
        assertionResults.map(({ fullName, status }) => `${status} ${fullName}`),
      )
      .sort();

  const snapshotsIn = async (cache: string): Promise<string[]> =>
    (await readdir(join(cache, 'snapshots'))).sort();

  it('boots nothing cold, and its merged report is that of one run', async () => {
    const suite = await readFile(join(project, 'tests', 'counter.test.ts'), 'utf8');
    for (const name of ['second', 'third']) await writeFile(join(project, 'tests', `${name}.test.ts`), suite);
    const whole = await home('whole');
    const unsharded = resultsOf(await vitest(whole, '--reporter=json'));
    const kept = await snapshotsIn(whole);
    expect(kept).toHaveLength(1);
    const store = join(folder, 'store.tar');
    await execa('tar', ['--create', '--file', store, ...LEFT_OUT, '--directory', whole, '.']);

    const homes = await Promise.all(shards.map((index) => home(`shard-${index}`)));
    for (const [at, cache] of homes.entries()) {
      await execa('tar', ['--extract', '--file', store, '--directory', cache]);
      await vitest(cache, `--shard=${at + 1}/3`, '--reporter=blob');
      // a suite that boots keeps what it booted
      expect(await snapshotsIn(cache)).toEqual(kept);
    }
    expect(resultsOf(await vitest(whole, '--merge-reports', '--reporter=json'))).toEqual(unsharded);
    expect(unsharded).toHaveLength(12);
  });
});
