/** The arguments of nanvixd-v86 mean what nanvixd's mean, and what it refuses is refused in its words. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../harness/cli/nanvixd/arguments.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-nanvixd-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'kernel.elf'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const read = (...words: string[]) => readArguments(['-bin-dir', join(folder, 'bin'), ...words]);

it('a program is all that has to be said', () => {
  expect(read('--', './bin/hello.elf')).toEqual({
    kind: 'run',
    program: './bin/hello.elf',
    commandLine: '',
    kernel: join(folder, 'bin', 'kernel.elf'),
    kernelArguments: '',
    logFolder: './logs',
  });
});

it('arguments of the program are joined with one space, and words that are only white space are dropped', () => {
  expect(read('--', 'p', 'one', '  ', 'two;A=1')).toMatchObject({ program: 'p', commandLine: 'one two;A=1' });
});

it('options behind -- belong to the program', () => {
  expect(read('--', 'p', '-help')).toMatchObject({ kind: 'run', commandLine: '-help' });
});

it('each option finds its place', () => {
  const more = ['-ramfs', 'r.img', '-kernel-args', 'snapshot', '-console-file', 'c.log', '-gdb-port', '1234'];
  expect(read(...more, '-log-dir', 'l', '--', 'p')).toMatchObject({
    ramfs: 'r.img',
    kernelArguments: 'snapshot',
    consoleFile: 'c.log',
    gdbPort: 1234,
    logFolder: 'l',
  });
});

it('-help asks for the usage', () => {
  expect(read('-help')).toEqual({ kind: 'help' });
});

describe('is refused', () => {
  it.each([
    [['-what', '--', 'p'], 'invalid argument: -what'],
    [['-ramfs'], 'missing value for: -ramfs'],
    [['-ramfs', '--', 'p'], 'missing value for: -ramfs'],
    [[], 'must specify either HTTP mode (-http-addr) or interactive mode (--)'],
    [['--'], 'missing value for: --'],
    [['-log-dir', 'l', '-log-to-stdout', '--', 'p'], '-log-dir and -log-to-stdout are mutually exclusive'],
    [['-snapshot', '/none/kernel.elf', '--', 'p'], 'snapshot path does not exist: /none/kernel.elf'],
    [['-snapshot', '/', '--', 'p'], 'snapshot path is not a file: /'],
    [['-mount', '/none', '--', 'p'], 'mount directory does not exist: /none'],
    [['-mount', '/dev/null', '--', 'p'], 'mount path is not a directory: /dev/null'],
    [['-era', 'X', '--', 'p'], 'invalid value for -era: X (give 2024, S, M, M1, M2, M3, M4, M5)'],
    [['-gdb-port', '0', '--', 'p'], 'invalid value for -gdb-port: 0'],
    [
      ['-http-addr', '127.0.0.1:80'],
      '-http-addr is not supported by nanvixd-v86: it runs one machine without a network',
    ],
    [
      ['-http-addr', '127.0.0.1:80', '--', 'p'],
      'cannot use both HTTP mode (-http-addr) and interactive mode (--) simultaneously',
    ],
    [['-l2', '--', 'p'], '-l2 is not supported by nanvixd-v86: it runs one machine without a network'],
  ])('%j', (words, message) => {
    expect(read(...words)).toEqual({ kind: 'refused', message });
  });

  it('a folder without a kernel', () => {
    expect(readArguments(['-bin-dir', '/none', '--', 'p'])).toEqual({
      kind: 'refused',
      message:
        'kernel binary not available locally (required in standalone mode): /none/kernel.elf: no such file',
    });
  });
});

it.each([
  '-clh-bin-path',
  '-netns-pool-size',
  '-control-plane-socket-type',
  '-gateway-socket-type',
  '-system-vm-socket-type',
  '-gateway-sockaddr',
  '-l2',
  '-l2-snapshot-path',
  '-allow-host-networking',
  '-allow-host',
  '-block-host',
])('%s, which only a network or a cloud hypervisor could serve, is refused in one line', (option) => {
  expect(read(option, 'x', '--', 'p')).toEqual({
    kind: 'refused',
    message: `${option} is not supported by nanvixd-v86: it runs one machine without a network`,
  });
});

it.each([
  '-bin-dir',
  '-ramfs',
  '-console-file',
  '-log-dir',
  '-tmp-dir',
  '-kernel-args',
  '-snapshot',
  '-mount',
  '-gdb-port',
  '-hwloc',
])('%s needs a value', (option) => {
  expect(read(option)).toEqual({ kind: 'refused', message: `missing value for: ${option}` });
});

it('-tmp-dir and -hwloc are taken and change nothing', () => {
  expect(read('-tmp-dir', '/var/tmp', '-hwloc', '{}', '--', 'p')).toEqual(read('--', 'p'));
});

it('-log-to-stdout leaves no folder of logs', () => {
  expect(read('-log-to-stdout', '--', 'p')).not.toHaveProperty('logFolder');
});

it('-snapshot and -mount take what is there', () => {
  const kernel = join(folder, 'bin', 'kernel.elf');
  expect(read('-snapshot', kernel, '-mount', folder, '--', 'p')).toMatchObject({
    snapshot: kernel,
    mount: folder,
  });
});

it('a mount that is a file is refused', () => {
  const file = join(folder, 'bin', 'kernel.elf');
  expect(read('-mount', file, '--', 'p')).toEqual({
    kind: 'refused',
    message: `mount path is not a directory: ${file}`,
  });
});

it.each(['-sysroot', '--sysroot'])('%s takes the kernel of a release', (option) => {
  expect(readArguments([option, 'release.tar.bz2', '--', 'p'])).toMatchObject({ sysroot: 'release.tar.bz2' });
  expect(readArguments([option, 'release.tar.bz2', '--', 'p'])).not.toHaveProperty('kernel');
});
