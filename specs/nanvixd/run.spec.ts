/** nanvixd-v86 takes nanvixd's place: its streams, files and exit statuses, with our own kernel under the real names. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'cborg';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

const COMMAND = fileURLToPath(new URL('../../harness/cli/nanvixd-v86.cjs', import.meta.url));
const MEBIBYTE = 2 ** 20;
const HELLO = ['-B -S /test_hello.py;PYTHONHOME=/ PYTHONDONTWRITEBYTECODE=1'];
const SNAPSHOT = ['-B -S /test_hello.py;PYTHONHOME=/ NANVIX_SNAPSHOT=1'];
const SAID = 'CPYTHON_TEST_HELLO: Hello from Python (3, 11)\n';

let sysroot = '';
let ramfs = '';
beforeAll(async () => {
  sysroot = mkdtempSync(join(tmpdir(), 'nanvix-v86-sysroot-'));
  await nanvix(['sysroot', sysroot]);
  ramfs = join(sysroot, 'hello.img');
});
afterAll(() => {
  rmSync(sysroot, { recursive: true });
});

/** Runs it in the sysroot, as Nanvix's Makefiles do. */
async function nanvixd(words: readonly string[], input = '') {
  const { stdout, stderr, exitCode } = await execa(COMMAND, words, {
    cwd: sysroot,
    input,
    reject: false,
    stripFinalNewline: false,
  });
  return { stdout, stderr, status: exitCode };
}

it('says hello from CPython as the reference command line has it', async () => {
  const words = ['-bin-dir', './bin', '-ramfs', ramfs, '--', './bin/python3.11', ...HELLO];
  expect(await nanvixd(words)).toEqual({ stdout: SAID, stderr: '', status: 0 });
});

/** Runs a line of a Makefile in the sysroot. */
async function shell(line: string) {
  const { stdout, exitCode } = await execa('sh', ['-c', line], { cwd: sysroot, input: '', reject: false });
  return { stdout, status: exitCode };
}

describe('command lines of Nanvix run word for word', () => {
  it('the hello of its CPython', async () => {
    mkdirSync(join(sysroot, 'rootfs'));
    writeFileSync(
      join(sysroot, 'rootfs', 'test_hello.py'),
      "import sys; print('CPYTHON_TEST_HELLO: Hello from Python', sys.version_info[:2])\n",
    );
    await shell('./bin/mkramfs.elf -o rootfs.img rootfs');
    const line =
      './bin/nanvixd.elf -bin-dir ./bin -ramfs rootfs.img -- ./bin/python3.11 "-B -S ./test_hello.py;PYTHONHOME=/ PYTHONDONTWRITEBYTECODE=1"';
    expect(await shell(line)).toEqual({ stdout: SAID.trimEnd(), status: 0 });
  });

  it('a suite of its POSIX tests', async () => {
    const suite = await compileC('suite', 'int main(void) { return 0; }');
    expect(
      await shell(`${sysroot}/bin/nanvixd.elf -bin-dir ${sysroot}/bin -console-file /dev/stdout -- ${suite}`),
    ).toMatchObject({
      status: 0,
    });
  });

  it('a snapshot that is saved, and the run that goes on from it', async () => {
    const save = `mkdir -p snapshots && ./bin/nanvixd.elf -ramfs hello.img -kernel-args snapshot -- ./bin/python3.11 "${SNAPSHOT[0] ?? ''}"`;
    expect(await shell(save)).toEqual({ stdout: '', status: 0 });
    const restored = await shell(
      './bin/nanvixd.elf -bin-dir ./bin -snapshot ./bin/kernel.elf -- ./bin/python3.11',
    );
    expect(restored).toEqual({ stdout: SAID.trimEnd(), status: 0 });
    rmSync(join(sysroot, 'snapshots'), { recursive: true });
  });
});

describe('a program', () => {
  let program = '';
  beforeAll(async () => {
    program = await compileC(
      'nanvixd',
      `#include <stdio.h>
      #include <stdlib.h>
      int main(int count, char **words) {
        int letter, letters = 0;
        while ((letter = getchar()) != EOF) letters++;
        printf("%d words, %d letters\\n", count, letters);
        fprintf(stderr, "told\\n");
        return atoi(words[1]);
      }`,
    );
  });

  it('has standard input, and both its output streams on standard output', async () => {
    expect(await nanvixd(['--', program, '7', 'two'], 'abc')).toEqual({
      stdout: '3 words, 3 letters\ntold\n',
      stderr: '',
      status: 7,
    });
  });

  it('that ends the machine with more than a byte gives 255', async () => {
    const large = await compileC(
      'large-status',
      'int main(void) { __asm__ volatile("int $0x80" :: "a"(3), "b"(300)); return 0; }',
    );
    expect((await nanvixd(['--', large])).status).toBe(255);
  });
});

it('a kernel that panics gives its own status, and its reason on standard error', async () => {
  const { status, stderr } = await nanvixd(['--', ramfs]);
  expect(status).toBe(126);
  expect(stderr).not.toBe('');
});

it('-console-file takes the console of the kernel', async () => {
  const { stderr } = await nanvixd(['-console-file', 'console.log', '--', ramfs]);
  expect(stderr).toBe('');
  expect(readFileSync(join(sysroot, 'console.log'), 'utf8')).not.toBe('');
});

it('-console-file /dev/stdout puts it among the output', async () => {
  const { stdout } = await nanvixd(['-console-file', '/dev/stdout', '--', ramfs]);
  expect(stdout).not.toBe('');
});

it('the log says what runs', async () => {
  await nanvixd(['-log-dir', 'told', '-ramfs', ramfs, '--', './bin/python3.11', ...HELLO]);
  expect(readFileSync(join(sysroot, 'told', 'nanvixd-v86.log'), 'utf8')).toMatch(
    /standalone deployment, interactive mode, machine microvm/,
  );
});

describe('with -kernel-args snapshot', () => {
  const words = (): string[] => [
    '-ramfs',
    ramfs,
    '-kernel-args',
    'snapshot',
    '--',
    './bin/python3.11',
    ...SNAPSHOT,
  ];

  it('needs the folder snapshots, as nanvixd does', async () => {
    expect(await nanvixd(words())).toMatchObject({
      stdout: '',
      stderr: 'Error: the folder snapshots does not exist here: make it, nanvixd does not either\n',
      status: 1,
    });
  });

  it('saves memory and state, ends with 0, and goes on from there', async () => {
    mkdirSync(join(sysroot, 'snapshots'));
    expect(await nanvixd(words())).toEqual({ stdout: '', stderr: '', status: 0 });
    const memory = join(sysroot, 'snapshots', 'kernel.vmem');
    expect(statSync(memory).size).toBe(4096 + 256 * MEBIBYTE);
    expect(decode(readFileSync(join(sysroot, 'snapshots', 'kernel.kvm.json')))).toHaveProperty('format');
    const restored = ['-snapshot', './bin/kernel.elf', '--', './bin/python3.11'];
    expect(await nanvixd(restored)).toEqual({ stdout: SAID, stderr: '', status: 0 });
  });

  it('refuses files that are not of one snapshot', async () => {
    const memory = join(sysroot, 'snapshots', 'kernel.vmem');
    expect(existsSync(memory)).toBe(true);
    copyFileSync(ramfs, memory);
    expect(await nanvixd(['-snapshot', './bin/kernel.elf', '--', 'p'])).toMatchObject({
      stderr:
        'Error: snapshots/kernel.vmem and snapshots/kernel.kvm.json are not of one snapshot: save it again\n',
      status: 1,
    });
  });
});

it('a snapshot that was not allowed is a failed system call for the program, which goes on', async () => {
  const words = ['-ramfs', ramfs, '--', './bin/python3.11', ...SNAPSHOT];
  expect(await nanvixd(words)).toEqual({ stdout: SAID, stderr: '', status: 0 });
});

it('usage goes to standard output, and is an error all the same', async () => {
  const { stdout, stderr, status } = await nanvixd(['-help']);
  expect({ first: stdout.split('\n')[0], stderr, status }).toEqual({
    first: 'Usage: nanvixd-v86 [OPTIONS] -- PROGRAM [ARGS...]',
    stderr: 'Error: wrong usage\n',
    status: 1,
  });
});

it("-log-to-stdout puts the log among the output, and its first line is nanvixd's", async () => {
  const program = await compileC('logged', 'int main(void) { return 3; }');
  const { stdout, status } = await nanvixd(['-log-to-stdout', '--', program]);
  expect(status).toBe(3);
  expect(stdout).toMatch(/"nanvixd \d+\.\d+\.\d+, standalone deployment, interactive mode, machine microvm"/);
});

it('a machine that is left by SIGUSR1 ends with 0', async () => {
  const program = await compileC(
    'endless',
    '#include <stdio.h>\nint main(void) { puts("on"); fflush(stdout); for (;;); }',
  );
  const child = execa(COMMAND, ['--', program], { cwd: sysroot, input: '', reject: false });
  child.stdout.once('data', () => {
    child.kill('SIGUSR1');
  });
  expect(await child).toMatchObject({ stdout: 'on', exitCode: 0 });
});
