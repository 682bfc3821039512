/**
 * A machine with nothing: Node and npm, no compiler, no Python, no make, no apt, no network, a home that cannot be written, and a
 * folder whose name has spaces and umlauts. Both packages are installed there, and nothing is built.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELLO, run } from '../../harness/index.ts';
import { packCheckout, packGuests } from '../support/packed.ts';
import { compileC } from '../support/programs.ts';

let folder = '';
let project = '';
let environment: Record<string, string> = {};

/** As root, somebody else without a network is played; anybody else is who they are. */
const isRoot = process.getuid?.() === 0;
const BARE = ['unshare', '--net', 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nanvix-v86-bare-'));
  const [tarball, [guests]] = [await packCheckout(folder), await packGuests(join(folder, 'guests'))];
  project = join(folder, 'Prüfung mit Leerzeichen');
  const [home, bin] = [join(project, 'home'), join(folder, 'bin')];
  for (const one of [home, bin]) await mkdir(one, { recursive: true });
  await writeFile(join(project, 'package.json'), '{"name":"bare","private":true}');
  const install = [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    tarball,
    guests,
    'vitest@4.1.12',
  ];
  await execa('npm', install, { cwd: project });
  await symlink(process.execPath, join(bin, 'node'));
  await symlink(join(dirname(process.execPath), 'npm'), join(bin, 'npm'));
  await execa('chmod', ['-R', 'a+rX', folder]);
  await chmod(project, 0o777);
  await chmod(home, 0o555);
  environment = { PATH: bin, HOME: home, NO_COLOR: '1' };
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | undefined;
}

async function bare(command: readonly string[], input = ''): Promise<Ended> {
  const [file = '', ...args] = [...(isRoot ? BARE : []), process.execPath, ...command];
  const { stdout, stderr, exitCode } = await execa(file, args, {
    cwd: project,
    env: isRoot
      ? { ...environment, PATH: [environment['PATH'], '/usr/bin', '/bin'].join(delimiter) }
      : environment,
    extendEnv: false,
    input,
    reject: false,
  });
  return { stdout, stderr, status: exitCode };
}

const nanvix = (args: readonly string[], input = ''): Promise<Ended> =>
  // `env -i` behind the change of user: what is found is node and npm alone
  bare(
    [
      '-e',
      `process.env.PATH = ${JSON.stringify(environment['PATH'])}; process.argv.splice(1, 1); require(process.argv[1]);`,
      '',
      join(project, 'node_modules', 'nanvix-v86', 'harness', 'cli', 'nanvix-v86.cjs'),
      ...args,
    ],
    input,
  );

describe('on a bare machine', () => {
  it('hello takes as many instructions as anywhere', async () => {
    const { instructions } = await run(HELLO);
    const { stdout, stderr, status } = await nanvix(['hello', '--json']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cold: { instructions } });
  });

  it('the guests say under which terms each part of them is passed on', async () => {
    const licences = join(project, 'node_modules', 'nanvix-v86-guests', 'licences');
    const parts = (await readdir(licences)).sort();
    const ofPython = ['bzip2', 'cpython', 'libffi', 'sqlite', 'xz', 'zlib'];
    expect(parts).toEqual([...ofPython, 'GPL-3', 'libgcc', 'musl', 'nanvix-v86', 'tcc'].sort());
    expect(await readFile(join(licences, 'libgcc'), 'utf8')).toContain('GCC RUNTIME LIBRARY EXCEPTION');
    expect(await readFile(join(licences, 'GPL-3'), 'utf8')).toContain('GNU GENERAL PUBLIC LICENSE');
  });

  it('a program runs, is traced and debugged', async () => {
    const program = await compileC(
      'bare',
      '#include <stdio.h>\nint main(void) { puts("bare"); return 6; }\n',
    );
    const copy = join(project, 'bare.elf');
    await execa('cp', [program, copy]);
    expect(await nanvix(['run', '--', copy])).toEqual({ stdout: 'bare', stderr: '', status: 6 });
    expect((await nanvix(['trace', '--level', 'posix', '--', copy])).stderr).toMatch(
      /writev\(1<stdout>, .*"bare"/,
    );
    const debugged = await nanvix(
      ['debug', '--', copy],
      'break main\ncontinue\nstepi\nreverse-stepi\nquit\n',
    );
    expect(debugged.stdout + debugged.stderr).toContain('main');
  });

  it('in either era', async () => {
    const line = '-B -S /test_hello.py;PYTHONHOME=/';
    expect((await nanvix(['run', '--era', 'M', '--', 'python', line])).stdout).toContain('Hello from Python');
  });

  it('python-full has its modules, its library and time zones', async () => {
    const script = `import ctypes, lzma, sqlite3, zoneinfo
print(sqlite3.connect(':memory:').execute('select 6 * 7').fetchone(), zoneinfo.ZoneInfo('Europe/Berlin'))
`;
    expect(await nanvix(['run', '--', 'python-full', '-'], script)).toEqual({
      stdout: '(42,) Europe/Berlin',
      stderr: '',
      status: 0,
    });
  });

  it('the study compares what is prebuilt', async () => {
    const { stdout, status } = await nanvix(['study', '--variant', 'frozen', '--runs', '1', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      reference: { name: 'reference' },
      variants: [{ name: 'frozen' }],
    });
  });

  it('C is compiled in the guest', async () => {
    await writeFile(
      join(project, 'one.c'),
      '#include <stdio.h>\nint main(void) { puts("one"); return 9; }\n',
    );
    expect(await nanvix(['cc', 'one.c', '-o', 'one.elf'])).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(await nanvix(['run', '--', './one.elf'])).toEqual({ stdout: 'one', stderr: '', status: 9 });
  });

  it('what needs a compiler of the machine says so in one line', async () => {
    await writeFile(join(project, 'two.cc'), 'int main() { return 0; }\n');
    const { stderr, status } = await nanvix(['c++', 'two.cc', '-o', 'two.elf']);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/gcc|space in the path/);
    expect(status).not.toBe(0);
  });

  it('a suite of tests passes', async () => {
    await mkdir(join(project, 'tests'), { recursive: true });
    await writeFile(
      join(project, 'tests', 'bare.test.mjs'),
      `import { expect, guestTest } from 'nanvix-v86/vitest';
const test = guestTest({ program: 'bare.elf' });
test('says bare', async ({ booted }) => { await expect(booted).toPrint('bare'); });
`,
    );
    const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs');
    const { stdout, stderr } = await bare([vitest, 'run', '--cache=false']);
    expect(stdout + stderr).toMatch(/Tests .*1 passed/);
  });
});
