/** What `--log-level` tells: one line of JSON each, on stderr, beside what the guest itself prints. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [detail: string]: unknown;
}

const DEBUG = 20;
const TRACE = 10;

let program = '';
beforeAll(async () => {
  program = await compileC(
    'logged',
    '#include <unistd.h>\nint main(void) { return write(1, "hello\\n", 6) != 6; }\n',
  );
});

async function linesOf(...args: readonly string[]): Promise<Line[]> {
  const { stderr } = await nanvix([...args]);
  return stderr
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

describe('--log-level debug', () => {
  it.each(['run', 'trace', 'debug', 'profile'])(
    'of %s tells which files a guest is made of, and why',
    async (command) => {
      const script = command === 'debug' ? ['--script', '/dev/null'] : [];
      const lines = await linesOf('--log-level', 'debug', command, ...script, '--', program);
      const boot = lines.find(({ msg }) => msg === 'booting');
      expect(boot).toMatchObject({
        level: DEBUG,
        kernel: { why: 'built here' },
        program: { why: 'named' },
        ramfs: 'none',
        memoryMiB: 256,
      });
    },
  );

  it('tells what the store has and has not, and what is built for it', async () => {
    const lines = await linesOf('--log-level', 'debug', 'run', '--', program);
    expect(lines.find(({ msg }) => msg === 'store: found')).toMatchObject({ kind: 'v86' });
    expect(lines.find(({ msg }) => msg.startsWith('images: '))).toMatchObject({ built: [] });
  });

  it('tells nothing of the bus', async () => {
    const lines = await linesOf('--log-level', 'debug', 'run', '--', program);
    expect(lines.filter(({ level }) => level === TRACE)).toEqual([]);
  });
});

it('the level may stand behind the command, and behind one below it', async () => {
  expect(await linesOf('run', '--log-level', 'debug', '--', program)).not.toEqual([]);
  const { status } = await nanvix(['cache', 'list', '--log-level', 'error']);
  expect(status).toBe(0);
  const wrong = await nanvix(['run', '--log-level', 'loud', '--', program]);
  expect(wrong.stderr).toMatch(/^nanvix-v86: option '--log-level <level>' argument 'loud' is invalid/);
});

it('--log-level debug tells which snapshots are saved and loaded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-log-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'logged.snap');
  const saved = await linesOf(
    '--log-level',
    'debug',
    'run',
    '--snapshot-to',
    file,
    '--snapshot-at',
    '1000',
    '--',
    program,
  );
  expect(saved.find(({ msg }) => msg === 'saved a snapshot')).toMatchObject({ file, instructions: 1000 });
  const loaded = await linesOf('--log-level', 'debug', 'run', '--restore', file);
  expect(loaded.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['loaded a snapshot', 'restoring a snapshot']),
  );
});

describe('--log-level trace', () => {
  it('tells each message of the bus, in the order in which they went', async () => {
    const lines = await linesOf('--log-level', 'trace', 'run', '--', program);
    const bus = lines.filter(({ level }) => level === TRACE).map(({ msg }) => msg);
    expect(bus).toEqual([
      'bus: the guest sends a message',
      'bus: the guest sends bulk data',
      'bus: the monitor posts a message',
      'bus: the guest fetches a message',
    ]);
  });
});

it('without a level, only the guest is heard', async () => {
  expect(await nanvix(['run', '--', program])).toMatchObject({ stdout: 'hello\n', stderr: '' });
});
