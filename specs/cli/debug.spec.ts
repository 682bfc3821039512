import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Recording } from '../../harness/replay/index.ts';
import { debuggedProgram } from '../debug/program.ts';
import { LAUNCHER, nanvix } from '../support/command.ts';
import { lacks } from '../support/tools.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-debug-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

function file(...lines: string[]): string {
  const path = join(scratch(), 'file');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

const guest = async (): Promise<string[]> => ['--memory', '128', '--', await debuggedProgram()];

describe('debug --script', () => {
  it('prints what the commands show, and ends with the status of the guest', async () => {
    const script = file('catch gettime', 'continue', 'show # decoded', '', 'delete', 'continue');
    const { stdout, status } = await nanvix(['debug', '--script', script, ...(await guest())]);
    expect(stdout).toMatch(/^stop 1: catch gettime\n\[\d+\] call gettime\(time=0x[0-9a-f]+\) \(stop 1\)/);
    expect(stdout).toContain('counter 10, big yes\nread 0\n');
    expect(stdout).toContain('the guest has ended with status 7');
    expect(status).toBe(7);
  });

  it('writes the run up to a place as a page, which runs to that place', async () => {
    const page = join(scratch(), 'bug.html');
    const script = file('catch gettime', 'continue', `replay ${page}`, 'quit');
    const { stdout, status } = await nanvix(['debug', '--script', script, ...(await guest())]);
    expect(stdout).toContain(`${page}: open it in a browser\n`);
    expect(status).toBe(0);
    const [, packed = ''] = /data-part="recording">([^<]*)/.exec(readFileSync(page, 'utf8')) ?? [];
    const { end, start } = JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString()) as Recording;
    expect(stdout).toContain(`[${end.instructions}] call gettime`);
    expect(end.text).toContain('call gettime');
    expect(start.kind).toBe('snapshot');
  });

  it('says in one line which page or snapshot it could not write, and ends there', async () => {
    for (const [command, line] of [
      ['replay', 'error: the file /nowhere/file could not be written (ENOENT)\n'],
      ['snapshot save', 'error: /nowhere/file: cannot be written (ENOENT)\n'],
    ] as const) {
      const script = file(`${command} /nowhere/file`, 'continue');
      const { stdout, stderr, status } = await nanvix(['debug', '--script', script, ...(await guest())]);
      expect({ stdout, stderr, status }).toEqual({
        stdout: line,
        stderr: 'nanvix-v86: the script ends at line 1, which failed\n',
        status: 1,
      });
    }
  });

  it('leaves at quit with status 0, the guest not having ended', async () => {
    const script = file('call', 'quit', 'continue');
    const { stdout, status } = await nanvix(['debug', '--script', script, ...(await guest())]);
    expect(stdout).toContain('call');
    expect(stdout).not.toContain('ended');
    expect(status).toBe(0);
  });

  it('ends at the first line that fails, and names it', async () => {
    const script = file('where', 'break no_such_function', 'continue');
    const { stdout, stderr, status } = await nanvix(['debug', '--script', script, ...(await guest())]);
    expect(stdout).toContain('error: no symbol is named "no_such_function"');
    expect(stderr).toContain('line 2');
    expect(status).toBe(1);
  });

  it('the guest reads a file, byte for byte, or the standard input of the command', async () => {
    const input = join(scratch(), 'input');
    writeFileSync(input, Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    const script = file('continue');
    const fromFile = await nanvix(['debug', '--script', script, '--stdin', input, ...(await guest())]);
    expect(fromFile.stdout).toContain('read 4');
    const piped = await nanvix(['debug', '--script', script, '--stdin', '-', ...(await guest())], 'hello\n');
    expect(piped.stdout).toContain('read 6');
  });

  it.each([
    [['--script', '/no/such/script'], 'script'],
    [['--stdin', '/no/such/input'], 'standard input'],
    [['--stdin', '-'], 'give --stdin a file'],
    [['--gdb', '99999'], '65535'],
    [['--gdb', 'python'], 'put -- in front of the program'],
    [['--gdb', '--script', '/dev/null'], 'choose one'],
    [['--restore', '/no/such/snapshot'], '/no/such/snapshot'],
    [['--deadline-wall', '5'], 'deadline-wall'],
  ])('%j is refused in one line with status 2', async (options, named) => {
    const { stderr, status } = await nanvix(['debug', ...options, ...(await guest())]);
    expect(stderr).toContain(named);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });
});

it('a snapshot saved by the debugger is run by `run --restore`, and debugged by `debug --restore`', async () => {
  const snapshot = join(scratch(), 'snapshot');
  const save = file('call gettime', `snapshot save ${snapshot}`);
  expect((await nanvix(['debug', '--script', save, ...(await guest())])).status).toBe(0);
  expect(await nanvix(['run', '--restore', snapshot])).toMatchObject({
    stdout: 'counter 10, big yes\nread 0\n',
    status: 7,
  });
  const script = file('show', 'back', 'break count', 'continue');
  const { stdout } = await nanvix([
    'debug',
    ...['--script', script, '--restore', snapshot, '--memory', '128'],
    await debuggedProgram(),
  ]);
  expect(stdout).toContain('gettime(time=');
  expect(stdout).toContain('start of history');
});

describe('the prompt', () => {
  it('takes commands from standard input; only the guest writes to standard output', async () => {
    const { stdout, stderr, status } = await nanvix(
      ['debug', ...(await guest())],
      'call gettime\nwhere\nc\n',
    );
    expect(stdout).toBe('counter 10, big yes\nread 0\n');
    expect(stderr).toContain('call gettime(time=');
    expect(stderr).toContain('the guest has ended with status 7');
    expect(status).toBe(7);
  });

  it('a wrong command is answered, and the next one is taken', async () => {
    const { stderr, status } = await nanvix(['debug', ...(await guest())], 'nonsense\nwhere\nquit\n');
    expect(stderr).toContain('error: nonsense is no command');
    expect(stderr).toContain('start of history');
    expect(status).toBe(0);
  });
});

const hasScript = !lacks('script');

/** What is shown on a terminal on which these keys are typed. `script` of util-linux is the terminal. */
async function onTerminal(keys: readonly string[], dataHome: string): Promise<string> {
  const line = [LAUNCHER, 'debug', ...(await guest())].map((word) => `'${word}'`).join(' ');
  const shown = execa('script', ['-qfec', line, '/dev/null'], {
    env: { XDG_DATA_HOME: dataHome, TERM: 'xterm', NO_COLOR: '1' },
    reject: false,
    timeout: 100_000,
    all: true,
  });
  let text = '';
  let typed = 0;
  shown.all.on('data', (piece: Buffer) => {
    text += piece.toString();
    const prompts = text.split('(nanvix)').length - 1;
    const next = keys[typed];
    if (next === undefined || prompts <= typed) return;
    typed += 1;
    shown.stdin.write(next);
  });
  await shown;
  return text;
}

describe.skipIf(!hasScript)('on a terminal', () => {
  it('Tab completes, an empty line does the same again, and lines are remembered for the next time', async () => {
    const dataHome = scratch();
    const shown = await onTerminal(['registe\t\r', 'stepi\r', '\r', 'quit\r'], dataHome);
    expect(shown).toContain('eflags');
    expect(shown).toContain('[1] step');
    expect(shown).toContain('[2] step');
    const history = readFileSync(join(dataHome, 'nanvix-v86', 'debug-history'), 'utf8');
    expect(history.split('\n')).toContain('stepi');
  });
});

const hasGdb = !lacks('gdb');

/** Runs `debug --gdb` and a gdb with these commands: what gdb said, and how the command ended. */
async function underGdb(
  ...commands: string[]
): Promise<{ said: string; status: number | undefined; stdout: string }> {
  const command = execa(LAUNCHER, ['debug', '--gdb', ...(await guest())], {
    reject: false,
    timeout: 100_000,
  });
  const port = await new Promise<string>((resolve, reject) => {
    let text = '';
    command.stderr.on('data', (piece: Buffer) => {
      text += piece.toString();
      const found = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    command.on('exit', () => {
      reject(new Error(text));
    });
  });
  const { all } = await execa(
    'gdb',
    [
      ...['-nx', '-batch', await debuggedProgram()],
      ...[`target remote 127.0.0.1:${port}`, ...commands].flatMap((one) => ['-ex', one]),
    ],
    { all: true, reject: false, timeout: 100_000 },
  );
  const { exitCode, stdout } = await command;
  return { said: all, status: exitCode, stdout };
}

describe.skipIf(!hasGdb)('debug --gdb', () => {
  it('says where gdb may connect; when gdb detaches, the guest runs on to its end', async () => {
    const { said, status, stdout } = await underGdb('break count', 'continue', 'detach');
    expect(said).toMatch(/Breakpoint 1, .*count/);
    expect(stdout).toContain('counter 10, big yes');
    expect(status).toBe(7);
  });

  it('when gdb kills the guest, the command ends', async () => {
    const { status, stdout } = await underGdb('break count', 'continue', 'kill');
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
