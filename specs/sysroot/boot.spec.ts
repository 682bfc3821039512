/** A release comes in as a folder or an archive: kernel, daemons and program are found in it by name, bundled and booted. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planBoot } from '../../harness/guest/boot.ts';
import { listCache } from '../../harness/cache/manage.ts';
import { readBundle } from '../../images/bundle/index.ts';
import { ensureWanted } from '../../images/index.ts';
import { nanvix } from '../support/command.ts';
import { daemons, programM } from '../support/daemons.ts';
import { runGuest } from '../support/guests.ts';
import { zipOf } from './archives.ts';

const COMMIT = 'edda6ab30be8c804a9a2baeaca0195945c3e3bc1';
const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int count, char **words) { printf("%d %s %s\\n", getpid(), words[count - 1], getenv("A")); return 7; }`;

let folder = '';
let release = '';
let archive = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-sysroot-'));
  release = join(folder, 'release');
  archive = join(folder, `nanvix-x86-microvm-standalone-release-256mb-${COMMIT}.tar.gz`);
  const bin = join(release, 'nanvix', 'bin');
  mkdirSync(bin, { recursive: true });
  const { kernel } = await ensureWanted({ kernel: 256, python: false, era: 'M' });
  const { procd, memd, vfsd } = await daemons();
  copyFileSync(kernel[256]?.path ?? '', join(bin, 'kernel.elf'));
  copyFileSync(procd, join(bin, 'procd.elf'));
  copyFileSync(memd, join(bin, 'memd.elf'));
  copyFileSync(vfsd, join(bin, 'vfsd.elf'));
  copyFileSync(await programM('who', SOURCE), join(bin, 'who.elf'));
  writeFileSync(join(bin, 'notes.txt'), 'not to be booted');
  execFileSync('tar', ['-C', release, '-czf', archive, 'nanvix']);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SAID = { output: '4 word b\n', outcome: { kind: 'exit', status: 7 } };

describe('a program of a release', () => {
  it('is booted behind its daemons, from a folder', async () => {
    expect(
      await runGuest({ sysroot: release, program: 'who.elf', commandLine: 'one word;A=b' }),
    ).toMatchObject(SAID);
  });

  it('is booted behind its daemons, from an archive', async () => {
    expect(
      await runGuest({ sysroot: archive, program: 'who', args: ['word'], env: { A: 'b' } }),
    ).toMatchObject(SAID);
  });

  it('is the same bundle, whether from a folder or an archive', async () => {
    const plans = await Promise.all(
      [release, archive].map(
        async (sysroot) => await planBoot({ sysroot, program: 'who.elf', commandLine: 'x' }),
      ),
    );
    const [first, second] = plans.map(({ files }) => files.program.identity.sha256);
    expect(first).toBe(second);
    const { programs } = readBundle(plans[0]?.files.program.bytes ?? new Uint8Array(0));
    expect(programs.map(({ commandLine }) => commandLine)).toEqual(['procd', 'memd', 'vfsd', 'who.elf x']);
  });

  it('may be a file of the host instead', async () => {
    const program = await programM('own', 'int main(void) { return 31; }');
    const { outcome } = await runGuest({ sysroot: release, program });
    expect(outcome).toEqual({ kind: 'exit', status: 31 });
  });
});

it('what an archive holds is kept, so it is read once', async () => {
  await planBoot({ sysroot: archive, program: 'who.elf' });
  const kept = () => listCache().find(({ kind }) => kind === 'sysroots')?.entries ?? 0;
  const before = kept();
  expect(before).toBeGreaterThan(4);
  await planBoot({ sysroot: archive, program: 'who.elf' });
  expect(kept()).toBe(before);
});

describe('is refused in one line:', () => {
  const bare = (files: Readonly<Record<string, string>>): string => {
    const path = join(mkdtempSync(join(folder, 'bare-')), 'release.zip');
    writeFileSync(path, zipOf(Object.entries(files).map(([name, content]) => ({ name, content }))));
    return path;
  };
  const ELF = '\x7fELF';
  it.each([
    ['a program that it lacks', () => release, 'none.elf', /has no none\.elf; it has kernel\.elf, memd\.elf/],
    [
      'a release without a kernel',
      () => bare({ 'a.elf': ELF }),
      'a.elf',
      /has no kernel\.elf; it has a\.elf/,
    ],
    [
      'some daemons of three',
      () => bare({ 'kernel.elf': ELF, 'procd.elf': ELF, 'a.elf': ELF }),
      'a.elf',
      /lacks memd\.elf, vfsd\.elf: give a whole release/,
    ],
    [
      'two files of a name that differ',
      () => bare({ 'a/kernel.elf': ELF, 'b/kernel.elf': `${ELF}2`, 'a.elf': ELF }),
      'a.elf',
      /two different files kernel\.elf, a\/kernel\.elf and b\/kernel\.elf/,
    ],
    ['what is not there', () => join(folder, 'none'), 'a.elf', /sysroot .*none cannot be read \(ENOENT\)/],
  ])('%s', async (_what, sysroot, program, message) => {
    await expect(planBoot({ sysroot: sysroot(), program })).rejects.toThrow(message);
  });

  it('a file in `bin` comes before others of its name', async () => {
    const sysroot = bare({ 'bin/kernel.elf': ELF, 'build/kernel.elf': `${ELF}2`, 'bin/a.elf': ELF });
    await expect(planBoot({ sysroot, program: 'b.elf' })).rejects.toThrow(/has no b\.elf/);
  });
});

describe('the commands', () => {
  it('run takes a release', async () => {
    const { stdout, status } = await nanvix(['run', '--sysroot', archive, 'who.elf', 'one word;A=b']);
    expect({ stdout, status }).toEqual({ stdout: '4 word b\n', status: 7 });
  });

  it('a release and a snapshot exclude each other', async () => {
    const { stderr, status } = await nanvix(['run', '--sysroot', archive, '--restore', 'x.snap']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/leave --sysroot out with --restore/);
  });
});

describe('nanvix.lock beside a program says which release is wanted', () => {
  const project = (lock: string): string => {
    const path = mkdtempSync(join(folder, 'project-'));
    mkdirSync(join(path, '.nanvix'));
    mkdirSync(join(path, 'build'));
    writeFileSync(join(path, '.nanvix', 'nanvix.lock'), lock);
    copyFileSync(join(release, 'nanvix', 'bin', 'who.elf'), join(path, 'build', 'who.elf'));
    return join(path, 'build', 'who.elf');
  };
  const lockOf = (commit: string): string =>
    `[metadata]\nmanifest-hash = "x"\n[metadata.sdk]\nnanvix-version = "0.20.0"\nnanvix-commit = "${commit}"\n`;

  it('another release is told, and booted all the same', async () => {
    const program = project(lockOf('682e891ef102b62e7bb856883bbe5fb3ac490731'));
    const { stdout, stderr } = await nanvix(['run', '--sysroot', archive, program, 'word;A=b']);
    expect(stdout).toBe('4 word b\n');
    expect(stderr).toMatch(
      /who\.elf was built for Nanvix 0\.20\.0 \(commit 682e891ef102\), and nanvix-x86.* is another release/,
    );
  });

  it('the right one is not worth a word', async () => {
    const { stderr } = await nanvix(['run', '--sysroot', archive, project(lockOf(COMMIT)), 'word;A=b']);
    expect(stderr).toBe('');
  });

  it('a damaged one is refused by its name', async () => {
    const { stderr, status } = await nanvix(['run', '--sysroot', archive, project('[metadata'), 'word;A=b']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/nanvix\.lock is no TOML \(line 1\)/);
  });
});
