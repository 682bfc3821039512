/** Files that a command is to write: checked before anything runs; what fails later is told, and hides nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAUNCHER, nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>
int main(int argc, char **argv)
{
    puts("ran");
    fflush(stdout);
    if (argc > 1)
        *(volatile int *)0x50000000 = 1;
    return 7;
}
`;

let folder = '';
let program = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-outputs-'));
  program = await compileC('outputs', SOURCE);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const NOWHERE = '/nowhere/file';

describe('a file that cannot be written is refused before the guest runs', () => {
  const commands: readonly (readonly [string, (path: string) => readonly string[]])[] = [
    ['run --console', (path) => ['run', '--console', path, '--', program]],
    ['run --snapshot-to', (path) => ['run', '--snapshot-to', path, '--', program]],
    ['trace -o', (path) => ['trace', '-o', path, '--', program]],
    ['trace --json -o', (path) => ['trace', '--json', '-o', path, '--', program]],
    ['profile -o', (path) => ['profile', '-o', path, '--', program]],
    ['study --report', (path) => ['study', '--report', path]],
    ['study --save', (path) => ['study', '--save', path]],
    ['cc -o', (path) => ['cc', '-o', path, join(folder, 'source.c')]],
    ['dump -o', (path) => ['dump', '-o', path, '--', program]],
    ['replay -o', (path) => ['replay', '-o', path, '--', program]],
    ['snapshot export', (path) => ['snapshot', 'export', join(folder, 'no-snapshot'), path]],
  ];
  it.each(commands)('%s', async (_name, args) => {
    for (const [path, code] of [
      [NOWHERE, 'ENOENT'],
      [folder, 'EISDIR'],
      [join(LAUNCHER, 'file'), 'ENOTDIR'],
    ] as const) {
      const { status, stdout, stderr } = await nanvix(args(path));
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^nanvix-v86: the file \S+ cannot be written \(\w+\)[^\n]*\n$/);
      expect(stderr).toContain(`${path} cannot be written (${code})`);
      expect(status).toBe(2);
    }
  });

  it('also where two options name the same file, or a snapshot would replace a device', async () => {
    const path = join(folder, 'both');
    const both = await nanvix(['run', '--console', path, '--snapshot-to', path, '--', program]);
    expect(both.stderr).toBe(`nanvix-v86: --console and --snapshot-to name the same file ${path}\n`);
    const device = await nanvix(['run', '--snapshot-to', '/dev/full', '--', program]);
    expect(device.stderr).toBe('nanvix-v86: /dev/full is no plain file: check --snapshot-to\n');
    expect([both.status, device.status]).toEqual([2, 2]);
  });

  it('and a file that is there stays as it is until there is something to write', async () => {
    const path = join(folder, 'earlier');
    writeFileSync(path, 'of an earlier run');
    for (const command of [
      ['run', '--console', path],
      ['trace', '-o', path],
      ['profile', '-o', path],
      ['dump', '-o', path],
      ['replay', '-o', path],
    ])
      expect((await nanvix([...command, '--', '/no/such/program'])).status).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe('of an earlier run');
    expect((await nanvix(['run', '--console', path, '--', program])).status).toBe(7);
    expect(readFileSync(path, 'utf8')).not.toContain('earlier');
  });
});

describe('a write that fails later is one line and a status of its own, and the guest runs to its end', () => {
  it.each([
    ['run --console', ['run', '--console', '/dev/full', '--', 'PROGRAM', 'fault'], 139],
    ['trace -o', ['trace', '-o', '/dev/full', '--', 'PROGRAM'], 7],
    ['profile -o', ['profile', '-o', '/dev/full', '--', 'PROGRAM'], 7],
  ])('%s', async (_name, args, own) => {
    const { status, stdout, stderr } = await nanvix(args.map((arg) => (arg === 'PROGRAM' ? program : arg)));
    expect(stdout).toBe('ran\n');
    expect(stderr.split('\n').filter((line) => line.includes('ENOSPC'))).toEqual([
      'nanvix-v86: the file /dev/full takes no more (ENOSPC): what it holds is not complete',
    ]);
    expect(stderr).toContain(`nanvix-v86: but for that the exit status would be ${own}\n`);
    expect(status).toBe(74);
  });

  it.each([
    ['run', ['run']],
    ['run --json', ['run', '--json']],
    ['trace --json', ['trace', '--json']],
    ['profile --json', ['profile', '--json']],
  ])('%s with a full disk behind its standard output', async (_name, args) => {
    const { exitCode, stderr } = await execa(
      'sh',
      ['-c', '"$0" "$@" >/dev/full', LAUNCHER, ...args, '--', program],
      {
        reject: false,
        input: '',
      },
    );
    expect(stderr.split('\n').filter((one) => one.includes('ENOSPC'))).toEqual([
      'nanvix-v86: standard output cannot be written (ENOSPC)',
    ]);
    expect(stderr).toContain('but for that the exit status would be 7');
    expect(exitCode).toBe(74);
  });

  /** A limit on the size of files stands for a full disk. */
  const onFullDisk = (
    ...args: readonly string[]
  ): Promise<{ exitCode?: number; stdout: string; stderr: string }> =>
    execa('sh', ['-c', 'ulimit -f 8; trap "" XFSZ; exec "$0" "$@"', LAUNCHER, ...args], {
      reject: false,
      input: '',
    });

  it('a snapshot that does not fit on the disk', async () => {
    const path = join(folder, 'large.snapshot');
    const { exitCode, stdout, stderr } = await onFullDisk(
      ...['run', '--snapshot-to', path, '--snapshot-at', '5000', '--', program],
    );
    expect(stdout).toBe('ran');
    expect(stderr).toContain('large.snapshot: cannot be written (EFBIG)');
    expect(exitCode).toBe(74);
    expect(readdirSync(folder).filter((name) => name.startsWith('large'))).toEqual([]);
  });

  it('a dump that does not fit on the disk, and the earlier one stays', async () => {
    const path = join(folder, 'large.elf');
    writeFileSync(path, 'an earlier dump');
    const dumped = await compileC(
      'outputs-dumped',
      '#include <nanvix/snapshot.h>\nint main(void) { return nanvix_take_snapshot(); }\n',
    );
    const { exitCode, stderr } = await onFullDisk('dump', '-o', path, '--', dumped);
    expect(stderr).toBe(`nanvix-v86: the file ${path} could not be written (EFBIG)`);
    expect(exitCode).toBe(74);
    expect(readFileSync(path, 'utf8')).toBe('an earlier dump');
  });

  it('a compiled program, a volume and a sysroot', async () => {
    const source = join(folder, 'fits-nowhere.c');
    writeFileSync(source, 'int main(void) { return 6; }\n');
    await nanvix(['cc', source, '-o', join(folder, 'fits.elf')]);
    const compiled = await onFullDisk('cc', source, '-o', join(folder, 'fits-nowhere.elf'));
    expect(compiled).toMatchObject({
      stderr: `nanvix-v86: the file ${join(folder, 'fits-nowhere.elf')} could not be written (EFBIG)`,
      exitCode: 74,
    });
    const sysroot = await onFullDisk('sysroot', join(folder, 'fits-nowhere.root'));
    expect(sysroot.stderr).toContain(
      'fits-nowhere.root takes no more (EFBIG): what it holds is not complete',
    );
    expect(sysroot.exitCode).toBe(74);
    // mkramfs has the statuses of Nanvix's tool
    const volume = join(folder, 'fits-nowhere.img');
    const made = await onFullDisk('mkramfs', '-o', volume, dirname(fileURLToPath(import.meta.url)));
    expect(made).toMatchObject({ stderr: `mkramfs: ${volume} cannot be written (EFBIG)`, exitCode: 2 });
    expect(readdirSync(folder).filter((name) => /^fits-nowhere\.(elf|img)/.test(name))).toEqual([]);
  });
});

describe('the same options mean the same for every command that runs a guest', () => {
  const snapshot = (): string => join(folder, 'middle.snapshot');
  beforeAll(async () => {
    const taken = await nanvix(['run', '--snapshot-to', snapshot(), '--snapshot-at', '5000', '--', program]);
    expect(taken.status).toBe(7);
  });

  const script = (): string => {
    const path = join(folder, 'script');
    writeFileSync(path, 'continue\n');
    return path;
  };

  it.each(['run', 'trace', 'profile', 'debug'])('%s starts from a snapshot', async (command) => {
    const more = command === 'debug' ? ['--script', script()] : [];
    const alone = await nanvix([command, ...more, '--restore', snapshot()]);
    expect(alone.stdout).toContain('ran\n');
    expect(alone.status).toBe(7);
    const named = await nanvix([command, ...more, '--restore', snapshot(), '--', program]);
    expect(named.status).toBe(7);
    const other = await nanvix([command, ...more, '--restore', snapshot(), '--seed', '5']);
    expect(other.stderr).toContain('seed');
    expect(other.status).toBe(2);
  });

  it.each(['run', 'trace', 'profile', 'debug'])(
    '%s says what is missing or makes no sense',
    async (command) => {
      const nothing = await nanvix([command]);
      expect(nothing.stderr).toBe(`nanvix-v86: name a program to ${command}, or a snapshot with --restore\n`);
      const trusted = await nanvix([command, '--trust-compiled', '--', program]);
      expect(trusted.stderr).toContain('--trust-compiled says what to do with a snapshot');
      expect([nothing.status, trusted.status]).toEqual([2, 2]);
    },
  );
});
