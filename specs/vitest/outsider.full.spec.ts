/**
 * The package as an outsider has it: packed, installed into a folder elsewhere, and used by the example project to test its
 * own guest program.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
