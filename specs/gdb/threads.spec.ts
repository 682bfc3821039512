/** Debian's gdb against a program with threads, with lines and arguments. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { debug } from '../../harness/index.ts';
import { compileC } from '../support/programs.ts';
import { gdb, hasGdb } from './gdb.ts';

const SOURCE = `
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
int done;

__attribute__((noinline)) void finished(int number)
{
    done += number;
}

static void *work(void *argument)
{
    pthread_mutex_lock(&lock);
    finished((int)argument);
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return 0;
}

int main(void)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], 0, work, (void *)(i + 1));
    pthread_mutex_lock(&lock);
    while (done < 6)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return done;
}
`;

async function threads(...commands: string[]): Promise<string> {
  const program = await compileC('threads-under-gdb', SOURCE, ['-g', '-O0']);
  const session = await debug({ program, memoryMiB: 128 });
  onTestFinished(() => {
    session.dispose();
  });
  return await gdb(session, program, ...commands);
}

describe.skipIf(!hasGdb)('gdb and threads', () => {
  it('all are listed, each with its own stack', async () => {
    const said = await threads('break finished', 'continue', 'info threads', 'thread apply all backtrace');
    expect(said).toMatch(/Thread 2 hit Breakpoint 1, finished \(number=1\)/);
    expect(said).toMatch(/^ +1 +Thread 1 \(blocked\)/m);
    expect(said).toMatch(/^\* 2 +Thread 2 \(running\)/m);
    expect(said).toMatch(/ in pthread_cond_wait .*\n#\d+ .* in main \(\)/);
    expect(said).toMatch(/#1 .* in work \(argument=0x1\)/);
  });

  it('a watched variable stops whichever thread writes it, forwards and backwards', async () => {
    const said = await threads(
      'tbreak main',
      'continue',
      'watch done',
      'continue',
      'continue',
      'print done',
      'reverse-continue',
      'reverse-continue',
      'print done',
    );
    expect(said).toMatch(/Thread 2 hit Hardware watchpoint 2: done\s+Old value = 0\s+New value = 1/);
    expect(said).toMatch(/Thread 3 hit Hardware watchpoint 2: done\s+Old value = 1\s+New value = 3/);
    expect(said).toContain('$1 = 3');
    expect(said).toContain('$2 = 0');
  });

  it('a function is called by hand, and another returned from before its time', async () => {
    const said = await threads(
      'tbreak main',
      'continue',
      'call finished(40)',
      'print done',
      'set var done = 0',
      'set confirm off',
      'tbreak finished',
      'continue',
      'return',
      'print done',
    );
    expect(said).toContain('$1 = 40');
    expect(said).toContain('$2 = 0');
  });
});
