/** The era of a guest on the command line: told by its files, fixed by an option, and said in the log. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { boot, EraContradictionError, exitStatusOf } from '../../harness/index.ts';
import { ensureImages } from '../../images/index.ts';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';
import { tinyElf } from '../support/tiny-elf.ts';

const SOURCE = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
let programs = { S: '', M: '' };
beforeAll(async () => {
  programs = { S: await compileC('eraed', SOURCE), M: await compileC('eraed', SOURCE, [], 'M') };
});

const ERROR = 76;

describe.each(['S', 'M'] as const)('a program of Era %s', (era) => {
  it('runs without a word about it', async () => {
    expect(await nanvix(['run', '--', programs[era]])).toMatchObject({ stdout: 'hello\n', status: 0 });
  });

  it('tells in the log which era it is and why', async () => {
    const { stderr } = await nanvix(['--log-level', 'debug', 'run', '--', programs[era]]);
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    const booting = lines
      .map((line) => JSON.parse(line) as { msg: string; era?: string; eraWhy?: string })
      .find(({ msg }) => msg === 'booting');
    expect(booting?.era).toBe(era === 'S' ? 'S' : 'M4');
    expect(booting?.eraWhy).toMatch(
      era === 'S' ? /int 0x80.*kernel built here speaks era S/u : /int 0x81.*kernel built here speaks era M/u,
    );
  });
});

describe('--era', () => {
  it.each(['run', 'trace', 'profile'])(
    'of %s fixes it, and a contradiction has a status of its own',
    async (command) => {
      const result = await nanvix([command, '--era', 'S', '--', programs.M]);
      expect(result).toMatchObject({ stdout: '', status: ERROR });
      expect(result.stderr).toMatch(
        /the caller says so \(era S\), but the program calls the kernel by int 0x81 \(era M\)/u,
      );
    },
  );

  it('of an era for which no kernel is built here asks for one', async () => {
    const result = await nanvix(['run', '--era', 'M3', '--', programs.M]);
    expect(result).toMatchObject({ status: ERROR });
    expect(result.stderr).toMatch(/\(era M3\), but the kernel built here speaks era M/u);
  });

  it('is not needed to tell that a program in a bundle is of another era', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-era-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const bundle = join(folder, 'mixed.img');
    await nanvix(['mkimage', '-o', bundle, `${programs.M};one`, `${programs.S};two`]);
    const result = await nanvix(['run', bundle]);
    expect(result).toMatchObject({ stdout: '', status: ERROR });
    expect(result.stderr).toMatch(
      /the initrd is a bundle \(NVMB\) \(era M\), but its program two calls the kernel by int 0x80/u,
    );
  });

  it('that is none is refused', async () => {
    expect(await nanvix(['run', '--era', '2025', '--', programs.S])).toMatchObject({ status: 2 });
  });
});

describe('a kernel of another era than was given', () => {
  it.each([
    ['2024', 'S'],
    ['2024', 'M'],
    ['S', 'M'],
    ['M', 'S'],
  ] as const)('given %s, it is %s: the first thing that shows it ends the run', async (given, actual) => {
    const { kernel } = await ensureImages({ era: actual });
    // One that starts where those of 2024 do, and that shows no era.
    const program =
      given === '2024' && actual === 'S'
        ? tinyElf({
            entry: 0x40000000,
            segments: [{ address: 0x40000000, bytes: new Uint8Array(16), memoryBytes: 16 }],
          })
        : programs[actual];
    const options = { kernel: kernel[128].path, program, era: given, memoryMiB: 128 };
    try {
      const guest = await boot(options);
      const stop = guest.run();
      expect([stop.kind, exitStatusOf(stop), guest.output]).toEqual(['protocol-error', ERROR, '']);
      guest.dispose();
    } catch (error) {
      expect(error).toBeInstanceOf(EraContradictionError);
    }
  });
});

describe('a kernel of 2024 that panics and ends as if nothing was', () => {
  const LINE = "[PANIC][kernel] file='a.rs', line=1 :: not implemented";
  let folder = '';
  beforeAll(() => {
    // mov si, text; lodsb; test al, al; jz; out 0xe9, al; jmp; mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt
    const code = Buffer.from('be1480ac84c07404e6e9ebf7ba0406b80020eff4', 'hex');
    const bytes = Buffer.concat([code, Buffer.from(`${LINE}\n\0`)]);
    const program = { address: 0x40000000, bytes: new Uint8Array(16), memoryBytes: 16 };
    folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-panic-'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(
      join(folder, 'bin', 'kernel.elf'),
      tinyElf({ entry: 0x8000, segments: [{ address: 0x8000, bytes, memoryBytes: 4096 }] }),
    );
    writeFileSync(join(folder, 'program.elf'), tinyElf({ entry: 0x40000000, segments: [program] }));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('ends `run` with the status of a panic, and one line says why', async () => {
    const words = ['run', '--era', '2024', '--kernel', 'bin/kernel.elf', 'program.elf'];
    const { status, stderr } = await nanvix(words, '', {}, folder);
    expect([status, stderr]).toEqual([202, `nanvix-v86: the kernel has panicked (status 202): ${LINE}\n`]);
  });

  it('ends `nanvixd-v86` with 0, as it does the real monitor, and the same line', async () => {
    const command = fileURLToPath(new URL('../../harness/cli/nanvixd-v86.cjs', import.meta.url));
    const words = ['-era', '2024', '-console-file', 'console', '--', 'program.elf'];
    const { exitCode, stderr } = await execa(command, words, { cwd: folder, input: '', reject: false });
    expect([exitCode, stderr]).toEqual([0, `nanvixd-v86: the kernel has panicked (status 0): ${LINE}`]);
  });
});
