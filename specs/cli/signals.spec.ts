/** An interrupt ends the command at once, whatever the guest is doing, and leaves nothing behind. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileC } from '../support/programs.ts';

const LAUNCHER = fileURLToPath(new URL('../../harness/cli/nanvix-v86.cjs', import.meta.url));
const SOURCE = `
#include <stdio.h>

int main(int argc, char **argv)
{
    (void)argv;
    puts("up");
    fflush(stdout);
    if (argc > 1)
        return getchar();
    for (;;)
        ;
}
`;

let program: string;
beforeAll(async () => {
  program = await compileC('forever', SOURCE);
});

describe.each([
  ['computes', ''],
  ['waits for input', 'read'],
])('a guest that %s', (_what, argument) => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends with the command at %s', async (signal) => {
    const command = execa(LAUNCHER, ['run', '--', program, argument], { reject: false, stdin: 'pipe' });
    for await (const line of command) {
      expect(line).toBe('up');
      command.kill(signal);
    }
    const { signal: endedBy, stderr } = await command;
    expect(endedBy).toBe(signal);
    expect(stderr).toBe('');
  });
});
