/** `nanvix-v86 trace`: what it prints where, and what it refuses. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTrace } from '../../harness/look/trace/index.ts';
import { LAUNCHER, nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <fcntl.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    open("/missing", O_RDONLY);
    write(1, "printed\\n", 8);
    if (argc > 1) write(2, "more\\n", 5);
    return 5;
}
`;

/** Makes the same call for ever. */
const ENDLESS = `
#include <unistd.h>
int main(void)
{
    write(1, "up\\n", 3);
    for (;;) { getpid(); sched_yield(); }
}
`;

let program: string;
let folder: string;
beforeAll(async () => {
  program = await compileC('traced', SOURCE);
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-spec-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('nanvix-v86 trace', () => {
  it('prints calls to stderr, passes output and exit status through', async () => {
    const { stdout, stderr, status } = await nanvix(['trace', '--', program]);
    expect(stdout).toBe('printed\n');
    expect(stderr).toMatch(/^\d\.\d{9} \[1\] push\(0, 0, "printed\\n", 8\) = 0 <\d+>$/m);
    expect(stderr).toMatch(/exit\(5\) = \?\n\+\+\+ exited with 5 \+\+\+\n$/);
    expect(status).toBe(5);
  });

  it('nests kernel calls in POSIX calls when both levels are asked for', async () => {
    const { stderr } = await nanvix(['trace', '--level', 'kernel,posix', '--', program]);
    expect(stderr).toMatch(/\] write\(1<stdout>, "printed\\n", 8\) = 8 <\d+>\n\S+ \[1\] {3}kernel\.send\(/);
  });

  it('shows only what is asked for, with stacks', async () => {
    const { stderr } = await nanvix([
      'trace',
      '--level',
      'posix',
      '--result',
      'failed',
      '--call',
      'open',
      '--stack',
      '--',
      program,
    ]);
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toContain('open("/missing", O_RDONLY|O_LARGEFILE) = -1 ENOENT');
    expect(lines.slice(1, -1).every((line) => line.startsWith('    at '))).toBe(true);
    expect(stderr).toMatch(/at main\+/);
  });

  it('writes newline-delimited JSON to stdout, and then the output of the guest to stderr', async () => {
    const { stdout, stderr } = await nanvix(['trace', '--json', '--', program]);
    expect(stderr).toBe('printed\n');
    expect(parseTrace(stdout, 'stdout').calls.at(-1)).toMatchObject({
      name: 'exit',
      completion: 'never-returns',
    });
  });

  it('sums calls up', async () => {
    const { stderr } = await nanvix(['trace', '-c', '--level', 'posix', '--', program]);
    expect(stderr).toMatch(/│ +1 │ +1 │ posix │ open /);
    expect(stderr).toContain('total');
  });

  it('compares two runs, with status 1 when they differ', async () => {
    const files = [join(folder, 'a.ndjson'), join(folder, 'b.ndjson')] as const;
    await nanvix(['trace', '--level', 'posix', '--json', '-o', files[0], '--', program]);
    await nanvix(['trace', '--level', 'posix', '--json', '-o', files[1], '--', program, 'argument']);
    expect(readFileSync(files[0], 'utf8')).toContain('"name":"open"');
    const same = await nanvix(['trace', 'diff', files[0], files[0]]);
    expect(same).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^no difference in \d+ calls\n$/) as string,
    });
    const different = await nanvix(['trace', 'diff', '--ignore-times', ...files]);
    expect(different.status).toBe(1);
    expect(different.stdout).toMatch(/^\+ #\d+ \[1\] write\(2<stderr>, "more\\n", 5\) = 5$/m);
  });

  it('traces from a snapshot on', async () => {
    const snapshot = join(folder, 'traced.snap');
    const taken = await nanvix(['run', '--snapshot-to', snapshot, '--snapshot-at', '6900', '--', program]);
    expect(taken.status).toBe(5);
    const { stderr, stdout, status } = await nanvix([
      'trace',
      '--level',
      'kernel,posix',
      '--restore',
      snapshot,
      '--',
      program,
    ]);
    expect({ stdout, status }).toEqual({ stdout: 'printed\n', status: 5 });
    const seconds = Number(/^(\S+) \[1\] .*\(/.exec(stderr)?.[1]);
    expect(seconds * 1e9).toBeGreaterThan(6900);
  });

  it('sums up what it has seen when it is interrupted, and then ends by the signal', async () => {
    const endless = await compileC('endless', ENDLESS);
    const command = execa(LAUNCHER, ['trace', '-c', '--level', 'posix', '--', endless], { reject: false });
    for await (const line of command) if (line === 'up') command.kill('SIGINT');
    const { signal, stderr } = await command;
    expect(signal).toBe('SIGINT');
    expect(stderr).toMatch(/│ posix │ getpid /);
  });

  it('ends when nobody reads any more', async () => {
    const endless = await compileC('endless', ENDLESS);
    const { stdout, exitCode } = await execa({
      shell: '/bin/bash',
      reject: false,
    })`set -o pipefail; ${LAUNCHER} trace --json -- ${endless} 2>/dev/null | head -n 3`;
    expect(stdout.split('\n')).toHaveLength(3);
    expect(exitCode).toBe(125);
  });

  it.each([
    ['no program', ['trace'], /name a program to trace/],
    ['a call that does not exist', ['trace', '--call', 'opne', '--', 'python'], /no call is named "opne"/],
    [
      'a result that does not exist',
      ['trace', '--result', 'sometimes', '--', 'python'],
      /"sometimes" is no result/,
    ],
    ['a thread that is no number', ['trace', '--thread', 'main', '--', 'python'], /whole number/],
    [
      'a time that lies behind another',
      ['trace', '--from', '5', '--to', '1', '--', 'python'],
      /no call is from 5 ms on and before 1 ms/,
    ],
    ['a time that is no number', ['trace', '--from', 'soon', '--', 'python'], /number of milliseconds/],
    [
      'an output that cannot be',
      ['trace', '-o', '/nonexistent/x', '--', 'python'],
      /cannot be written \(ENOENT\)/,
    ],
    ['a level that does not exist', ['trace', '--level', 'user', '--', 'python'], /kernel,posix/],
    [
      'a trace that does not exist',
      ['trace', 'diff', '/nonexistent/a', '/nonexistent/b'],
      /cannot be read \(ENOENT\)/,
    ],
  ])('refuses %s with one line and status 2', async (_what, args, message) => {
    const { stdout, stderr, status } = await nanvix(args);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(message);
  });

  it('refuses a file that is no trace', async () => {
    const path = join(folder, 'text');
    writeFileSync(path, 'hello\n');
    expect(await nanvix(['trace', 'diff', path, path])).toMatchObject({ status: 2 });
  });
});
