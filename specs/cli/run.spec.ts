/** `nanvix-v86 run` behaves like the program it runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    char line[200];
    FILE *file;
    if (argc > 2 && strcmp(argv[1], "exit") == 0)
        return atoi(argv[2]);
    if (argc > 1 && strcmp(argv[1], "spin") == 0)
        for (;;)
            ;
    if (argc > 1 && strcmp(argv[1], "fault") == 0)
        *(volatile int *)0x50000000 = 1;
    if (argc > 2 && strcmp(argv[1], "file") == 0) {
        file = fopen(argv[2], "r");
        if (file == NULL || fgets(line, sizeof line, file) == NULL)
            return 4;
        fputs(line, stdout);
        return 0;
    }
    while (fgets(line, sizeof line, stdin) != NULL)
        printf("got %s", line);
    fprintf(stderr, "done\\n");
    return 0;
}
`;

let program: string;
let folder: string;
beforeAll(async () => {
  program = await compileC('echo', SOURCE);
  folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-ramfs-'));
  writeFileSync(join(folder, 'note.txt'), 'from the ramfs\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('run', () => {
  it('passes standard input, output and error through', async () => {
    const result = await nanvix(['run', '--', program], 'one\ntwo\n');
    expect(result).toEqual({ stdout: 'got one\ngot two\n', stderr: 'done\n', status: 0, signal: undefined });
  });

  it.each([0, 3, 255])("ends with the program's status %i", async (status) => {
    expect((await nanvix(['run', '--', program, `exit ${status}`])).status).toBe(status);
  });

  it('takes arguments as one text or as words', async () => {
    expect((await nanvix(['run', '--', program, 'exit', '5'])).status).toBe(5);
  });

  it('mounts a folder at /', async () => {
    const result = await nanvix(['run', '--ramfs', folder, '--', program, 'file /note.txt']);
    expect(result.stdout).toBe('from the ramfs\n');
  });

  it('prints one line of JSON when asked', async () => {
    const result = await nanvix(['run', '--json', '--', program], 'x\n');
    expect(JSON.parse(result.stdout)).toEqual({
      output: 'got x\n',
      exitStatus: 0,
      instructions: expect.any(Number) as number,
      virtualMs: expect.any(Number) as number,
      wallMs: expect.any(Number) as number,
      phases: expect.any(Array) as unknown[],
    });
  });

  it('prints a line for each phase when asked, which add up to the run', async () => {
    const { stdout, stderr } = await nanvix(['run', '--phases', '--', program], 'x\n');
    expect(stdout).toBe('got x\n');
    const [done, head, ...lines] = stderr.trimEnd().split('\n');
    expect([done, head]).toEqual(['done', expect.stringMatching(/^ *% +instructions +wall ms {2}phase$/)]);
    const rows = lines.map((line) => / ([\d,]+) +\d+\.\d\d {2}([a-z].*)$/.exec(line) ?? []);
    expect(rows.map(([, , name]) => name)).toEqual(
      expect.arrayContaining(['kernel start', 'loading', 'start code', 'main', 'exit']),
    );
    const json = await nanvix(['run', '--json', '--', program], 'x\n');
    const { instructions } = JSON.parse(json.stdout) as { instructions: number };
    const sum = rows.reduce((all, [, count = '']) => all + Number(count.replaceAll(',', '')), 0);
    expect(sum).toBe(instructions);
  });

  it('tells the phases after a restore too, of a program that was built here', async () => {
    const snapshot = join(folder, 'hello.snap');
    const hello = '-B -S /test_hello.py;PYTHONHOME=/ NANVIX_SNAPSHOT=1';
    const taken = ['--kernel-args', 'snapshot', '--snapshot-to', snapshot, '--snapshot-then', 'exit'];
    await nanvix(['run', ...taken, '--', 'python', hello]);
    const { stderr } = await nanvix(['run', '--phases', '--restore', snapshot]);
    const names = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  ').at(-1));
    expect(names).toEqual(['phase', 'restored', 'script', 'finalization', 'exit']);
  });

  it('counts the same instructions each time', async () => {
    const runs = [
      await nanvix(['run', '--json', '--', program]),
      await nanvix(['run', '--json', '--', program]),
    ];
    const counts = runs.map(({ stdout }) => (JSON.parse(stdout) as { instructions: number }).instructions);
    expect(counts[1]).toBe(counts[0]);
  });

  it('ends a program that takes too long with status 124 and says so', async () => {
    const result = await nanvix(['run', '--deadline-virtual', '20', '--', program, 'spin']);
    expect(result.status).toBe(124);
    expect(result.stderr).toMatch(/^nanvix-v86: timed out after 20 ms of virtual time.*\n$/);
  });

  it('shows why the kernel ended a program', async () => {
    const result = await nanvix(['run', '--', program, 'fault']);
    expect(result.status).toBe(139);
    expect(result.stderr).toMatch(/end of the kernel console:[^]*50000000/);
  });

  it("shows the kernel's console on stderr when asked", async () => {
    const quiet = await nanvix(['run', '--', program, 'exit 0']);
    const told = await nanvix(['run', '--console', '-', '--', program, 'exit 0']);
    expect(quiet.stderr).toBe('');
    expect(told.status).toBe(0);
  });

  it('runs scripts of its user in CPython', async () => {
    writeFileSync(join(folder, 'sum.py'), 'import sys\nprint(sum(map(int, sys.argv[1:])))\nsys.exit(6)\n');
    const result = await nanvix([
      'run',
      '--ramfs',
      folder,
      '--',
      'python',
      '-B -S /sum.py 1 2 3;PYTHONHOME=/',
    ]);
    expect([result.stdout, result.status]).toEqual(['6\n', 6]);
  });

  it("gives scripts CPython's standard library when asked", async () => {
    writeFileSync(join(folder, 'load.py'), 'import json, collections\nprint(json.loads("[1, 2]"))\n');
    const run = ['run', '--ramfs', folder, '--stdlib', '--', 'python', '-B /load.py;PYTHONHOME=/'];
    expect(await nanvix(run)).toMatchObject({ stdout: '[1, 2]\n', status: 0 });
  });
});
