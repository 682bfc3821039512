/** `nanvix-v86 cc` and `nanvix-v86 c++`: what a Makefile asks of a compiler. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';
import type { CommandResult } from '../support/command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-cc-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The command, in the folder of the sources. */
const inFolder = (...args: readonly string[]): Promise<CommandResult> => nanvix(args, '', {}, folder);
const put = (name: string, text: string): void => {
  writeFileSync(join(folder, name), text);
};
const get = (name: string): string => readFileSync(join(folder, name), 'latin1');

describe('cc', () => {
  it('compiles a program that runs', async () => {
    const source = join(folder, 'seven.c');
    const program = join(folder, 'seven.elf');
    writeFileSync(source, '#include <stdio.h>\nint main(void) { printf("%d\\n", SEVEN); return SEVEN; }\n');
    expect(await nanvix(['cc', '-DSEVEN=7', source, '-o', program])).toMatchObject({ status: 0, stdout: '' });
    expect(await nanvix(['run', '--', program])).toMatchObject({ status: 7, stdout: '7\n' });
  });

  it('compiles for Era M, where run --era M finds the kernel for it', async () => {
    const source = join(folder, 'era.c');
    const program = join(folder, 'era.elf');
    writeFileSync(source, '#include <stdio.h>\nint main(void) { puts("era M"); }\n');
    expect(await nanvix(['cc', '--era', 'M', source, '-o', program])).toMatchObject({
      status: 0,
      stdout: '',
    });
    expect(await nanvix(['run', '--era', 'M', '--', program])).toMatchObject({
      status: 0,
      stdout: 'era M\n',
    });
  });

  it("shows the compiler's message and writes no program when a source is wrong", async () => {
    const source = join(folder, 'wrong.c');
    const program = join(folder, 'wrong.elf');
    writeFileSync(source, 'int main(void) { return undeclared; }\n');
    const result = await nanvix(['cc', source, '-o', program]);
    expect(result.status).not.toBe(0);
    expect(result.stderr).toContain('undeclared');
    expect(existsSync(program)).toBe(false);
  });

  it('compiles to objects, and links objects and archives', async () => {
    put('add.h', 'int add(int, int);\n');
    put('add.c', '#include "add.h"\nint add(int a, int b) { return a + b; }\n');
    put('main.c', '#include <stdio.h>\n#include "add.h"\nint main(void) { printf("%d\\n", add(40, 2)); }\n');
    expect(await inFolder('cc', '-c', '-O2', '-MMD', 'add.c', 'main.c')).toMatchObject({ status: 0 });
    expect(get('add.o').slice(1, 4)).toBe('ELF');
    expect(get('main.d')).toMatch(/^main\.o: .*main\.c.*add\.h/s);
    expect(await inFolder('cc', 'main.o', 'add.o', '-o', 'objects.elf')).toMatchObject({ status: 0 });
    expect(await inFolder('run', '--', './objects.elf')).toMatchObject({ stdout: '42\n' });
    // An archive of one member: its header, and the object.
    const object = readFileSync(join(folder, 'add.o'));
    const header = `${'add.o/'.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(object.length).padEnd(10)}\`\n`;
    writeFileSync(join(folder, 'libadd.a'), Buffer.concat([Buffer.from(`!<arch>\n${header}`), object]));
    const linked = await inFolder(
      'cc',
      'main.o',
      '-Wl,--whole-archive',
      'libadd.a',
      '-Wl,--no-whole-archive',
      '-o',
      'archive.elf',
    );
    expect(linked).toMatchObject({ status: 0 });
    expect(await inFolder('run', '--', './archive.elf')).toMatchObject({ stdout: '42\n' });
  });

  it('stops before linking where it is told to', async () => {
    put('stops.c', '#define ANSWER 42\nint answer = ANSWER;\n');
    expect((await inFolder('cc', '-E', '-P', 'stops.c')).stdout).toBe('int answer = 42;\n');
    expect(await inFolder('cc', '-S', 'stops.c', '-o', 'named.s')).toMatchObject({ status: 0 });
    expect(get('named.s')).toMatch(/answer:\n\s+\.long\s+42/);
  });

  it('is asked about itself', async () => {
    expect((await inFolder('cc', '--version')).stdout).toMatch(/^(\S*gcc\S*) .*\d+\.\d+/);
    expect((await inFolder('cc', '-dumpversion')).stdout).toMatch(/^\d+/);
    put('asked.c', 'int main(void) { return 0; }\n');
    const { stdout, status } = await inFolder('cc', '-###', 'asked.c', '-o', 'asked.elf');
    expect([status, existsSync(join(folder, 'asked.elf'))]).toEqual([0, false]);
    expect(stdout).toMatch(/cc1 .*asked\.c .*"-march=i686"/);
    expect(stdout).toMatch(/collect2 .* -lposix -lc/);
  });

  it.each([
    [
      '-shared',
      ['-shared', 'a.c', '-o', 'a.so'],
      /-shared can't be had: a program for the guest is one static file/,
    ],
    [
      'one output for several objects',
      ['-c', 'a.c', 'b.c', '-o', 'a.o'],
      /-o a\.o is one file, and 2 are to be made/,
    ],
    ['objects to compile', ['-c', 'a.o'], /objects and archives are only linked/],
    ['standard input', ['-', '-o', 'a.elf'], /standard input is no source here/],
  ])('refuses %s', async (_what, args, message) => {
    const { status, stderr } = await inFolder('cc', ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('knows C++ by the name of a file', async () => {
    put('part.c', 'int part(void) { return 40; }\n');
    put(
      'whole.cpp',
      '#include <iostream>\nextern "C" int part();\nint main() { try { throw part() + 2; } catch (int n) { std::cout << n << std::endl; } }\n',
    );
    expect(await inFolder('cc', 'whole.cpp', 'part.c', '-o', 'whole.elf')).toMatchObject({ status: 0 });
    expect(await inFolder('run', '--', './whole.elf')).toMatchObject({ status: 0, stdout: '42\n' });
  });
});

describe('c++', () => {
  it('takes C for C++, and links what was compiled before', async () => {
    put('class.c', '#include <string>\nint main() { return std::string("seven c").size(); }\n');
    expect(await inFolder('c++', '-c', 'class.c')).toMatchObject({ status: 0 });
    expect(await inFolder('c++', 'class.o', '-o', 'class.elf')).toMatchObject({ status: 0 });
    expect(await inFolder('run', '--', './class.elf')).toMatchObject({ status: 7 });
  });
});
