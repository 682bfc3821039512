/** Arguments, environment and standard streams of a real program in a real guest. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bootGuest, runGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "cat") == 0) {
        char buffer[100];
        ssize_t n;
        while ((n = read(0, buffer, sizeof buffer)) > 0)
            write(1, buffer, (size_t)n);
        return n < 0;
    }
    if (argc > 1 && strcmp(argv[1], "large") == 0) {
        for (int i = 0; i < 20000; i++)
            printf("line %d\\n", i);
        return 0;
    }
    for (int i = 0; i < argc; i++)
        printf("%d: %s\\n", i, argv[i]);
    printf("HOME=%s\\n", getenv("HOME") ? getenv("HOME") : "unset");
    fprintf(stderr, "to stderr\\n");
    return 0;
}
`;

let program: string;
beforeAll(async () => {
  program = await compileC('streams', SOURCE);
});

describe('a program', () => {
  it('sees its name, arguments and environment', async () => {
    const result = await runGuest({ program, programName: 'me', args: ['one', '-two'], env: { HOME: '/h' } });
    expect(result.output).toBe('0: me\n1: one\n2: -two\nHOME=/h\n');
  });

  it('sees a command line that was given verbatim', async () => {
    const result = await runGuest({ program, programName: 'me', commandLine: 'a b;HOME=/x Y=1' });
    expect(result.output).toBe('0: me\n1: a\n2: b\nHOME=/x\n');
  });

  it('keeps its two outputs apart', async () => {
    const result = await runGuest({ program });
    expect(result.errorOutput).toBe('to stderr\n');
    expect(result.output).not.toContain('to stderr');
  });

  it('prints much, whole and in order', async () => {
    const result = await runGuest({ program, args: ['large'] });
    expect(result.output).toBe(Array.from({ length: 20000 }, (_, i) => `line ${i}\n`).join(''));
  });

  it('reads its input to the end', async () => {
    const stdin = Array.from({ length: 1000 }, (_, i) => `input ${i}\n`).join('');
    expect((await runGuest({ program, args: ['cat'], stdin })).output).toBe(stdin);
  });

  it('reads from a stream, piece by piece', async () => {
    async function* pieces(): AsyncGenerator<string> {
      await Promise.resolve();
      yield 'one ';
      await Promise.resolve();
      yield 'two';
    }
    expect((await runGuest({ program, args: ['cat'], stdin: pieces() })).output).toBe('one two');
  });

  it('stops for input that is not there yet', async () => {
    async function* late(): AsyncGenerator<string> {
      await Promise.resolve();
      yield 'late';
    }
    const guest = await bootGuest({ program, args: ['cat'], stdin: late() });
    expect(guest.run()).toEqual({ kind: 'input' });
    await guest.inputReady();
    expect(guest.run().kind).toBe('input');
    expect(guest.output).toBe('late');
  });

  it('times out in wall time while it waits for input that never comes', async () => {
    async function* never(): AsyncGenerator<string> {
      await new Promise(() => undefined);
      yield '';
    }
    const guest = await bootGuest({ program, args: ['cat'], stdin: never() });
    expect(await guest.runToEnd({ wallMs: 300 })).toEqual({ kind: 'deadline', deadline: 'wall', limit: 300 });
  });

  it('reads the same input again after a restore', async () => {
    const guest = await bootGuest({ program, args: ['cat'], stdin: 'x'.repeat(500) });
    guest.runToKernelCall('pull');
    guest.runToKernelCall('pull');
    const snapshot = guest.capture();
    guest.run();
    guest.restore(snapshot);
    guest.run();
    expect(guest.output).toBe('x'.repeat(500));
  });
});
