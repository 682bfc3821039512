/** The era of a guest on the command line: told by its files, fixed by an option, and said in the log. */
import { beforeAll, describe, expect, it } from 'vitest';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';

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

  it('that is none is refused', async () => {
    expect(await nanvix(['run', '--era', '2025', '--', programs.S])).toMatchObject({ status: 2 });
  });
});
