/** A guest program to debug: it makes calls, writes memory in a loop, allocates, and prints. */
import { onTestFinished } from 'vitest';
import { debug } from '../../harness/debug/index.ts';
import type { DebugOptions, DebugSession } from '../../harness/debug/index.ts';
import { compileC } from '../support/programs.ts';

const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <time.h>

volatile int counter;
/* the same by a name that no library of the guest has: gdb takes any of one name */
extern volatile int counted __attribute__((alias("counter")));

__attribute__((noinline)) void count(int value) { counter = value; }

int main(void)
{
    char line[16];
    for (int i = 1; i <= 10; i++)
        count(i);
    struct timespec now;
    for (int i = 0; i < 5; i++)
        clock_gettime(CLOCK_REALTIME, &now);
    void *big = malloc(1 << 20);
    printf("counter %d, big %s\\n", counter, big ? "yes" : "no");
    fflush(stdout);
    ssize_t got = read(0, line, sizeof line);
    printf("read %d\\n", (int)got);
    return 7;
}
`;

/** The program's path; the build cache keeps it. */
export const debuggedProgram = (): Promise<string> => compileC('debugged', SOURCE);

/** The program under the debugger, for the current test. */
export async function debugProgram(options: Partial<DebugOptions> = {}): Promise<DebugSession> {
  const session = await debug({
    program: await debuggedProgram(),
    memoryMiB: 128,
    stdin: 'hi\n',
    spacing: 50_000,
    ...options,
  });
  onTestFinished(() => {
    session.dispose();
  });
  return session;
}
