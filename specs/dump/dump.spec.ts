/** Programs that were dumped at their snapshot call go on there, in a kernel that has never heard of snapshots. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boot, HELLO, run } from '../../harness/index.ts';
import { dumpGuest, type Dump, type DumpResult } from '../../harness/dump/index.ts';
import { readDumpNote } from '../../harness/guest/elf/dump-note.ts';
import type { BootOptions } from '../../harness/index.ts';
import { nanvix } from '../support/command.ts';
import { compileC } from '../support/programs.ts';
import { scratchFolder } from '../snapshots/support/scratch-folder.ts';

const scratch = scratchFolder();

async function dumpResult(options: BootOptions): Promise<DumpResult> {
  const guest = await boot(options);
  try {
    return await dumpGuest(guest);
  } finally {
    guest.dispose();
  }
}

async function dumped(options: BootOptions): Promise<Dump> {
  const result = await dumpResult(options);
  if (result.kind !== 'dumped') throw new Error(JSON.stringify(result));
  return result.dump;
}

const HEAD = `
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <nanvix/kcalls.h>
#include <nanvix/snapshot.h>
`;

const main = (name: string, body: string, before = ''): Promise<string> =>
  compileC(name, `${HEAD}${before}\nint main(int argc, char **argv) {\n${body}\n}\n`);

describe('CPython, dumped once it is initialized', () => {
  let dump: Dump;
  beforeAll(async () => {
    dump = await dumped({ ...HELLO, env: { ...HELLO.env, NANVIX_SNAPSHOT: '1' } });
  });

  it('says hello as a normal start does, in at most 8 million instructions', async () => {
    const normal = await run(HELLO);
    const result = await run({ program: dump.elf, programName: 'python.elf' });
    expect(result.output).toBe(normal.output);
    expect(result.outcome).toEqual(normal.outcome);
    expect(result.instructions).toBeLessThan(8_000_000);
    expect(dump.instructions).toBeGreaterThan(2 * result.instructions);
    const guide = readFileSync(new URL('../../harness/dump/README.md', import.meta.url), 'utf8');
    expect([normal, result].map(({ instructions }) => (instructions / 1e6).toFixed(1))).toEqual(
      /takes ([\d.]+) million instructions from reset.* it takes ([\d.]+) million/s.exec(guide)?.slice(1),
    );
  });

  it('ends at the same instruction when it goes on from a snapshot', async () => {
    const options = { program: dump.elf, programName: 'python.elf' };
    const straight = await run(options);
    const guest = await boot(options);
    guest.runToInstruction(200_000);
    const snapshot = guest.capture();
    guest.run();
    guest.restore(snapshot);
    const stop = guest.run();
    expect(stop).toEqual({ kind: 'exit', status: 0 });
    expect(guest.machine.instructions).toBe(straight.instructions);
    expect(guest.output).toBe(straight.output);
    guest.dispose();
  });

  it('is not started with another volume', async () => {
    await expect(boot({ program: dump.elf, ramfs: new URL('.', import.meta.url).pathname })).rejects.toThrow(
      'was dumped with another volume',
    );
  });

  it('says so on a kernel of another memory size, which places the volume elsewhere', async () => {
    const { console, exitStatus, output } = await run({ program: dump.elf, memoryMiB: 128 });
    expect(console).toContain('start it with the same volume and memory');
    expect([exitStatus, output]).toEqual([126, '']);
  });

  it('is not started in another era', async () => {
    await expect(boot({ program: dump.elf, era: 'M' })).rejects.toThrow('was dumped in era S');
  });
});

describe('a dumped program', () => {
  it('has its memory, its stack, its thread data and its floating point back', async () => {
    const program = await main(
      'state',
      `
      char *heap = malloc(3 << 20), *mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      double on_stack[500];
      for (int i = 0; i < 500; i++) on_stack[i] = sqrt(i);
      strcpy(heap + (2 << 20), "heap");
      strcpy(mapped + 4096, "mapped");
      errno = 77;
      fesetround(FE_UPWARD);
      nanvix_take_snapshot();
      int kept = errno;
      double sum = 0;
      for (int i = 0; i < 500; i++) sum += on_stack[i];
      printf("%s %s %d %d %.3f %s\\n", heap + (2 << 20), mapped + 4096, kept, fegetround() == FE_UPWARD, sum, argv[1]);
      free(heap);
      munmap(mapped, 8192);
      char *more = malloc(5 << 20);
      memset(more, 1, 5 << 20);
      return more[4 << 20] + 6;`,
    );
    const { elf } = await dumped({ program, args: ['first'] });
    const normal = await run({ program, args: ['first'], kernelArguments: 'snapshot' });
    const result = await run({ program: elf, args: ['other'] });
    // arguments are the program's own memory, and it had read them
    expect(normal.output).toContain('heap mapped 77 1 744');
    expect(result.output).toBe(normal.output);
    expect(result.outcome).toEqual({ kind: 'exit', status: 7 });
  });

  it('sees the time as it is now', async () => {
    const program = await main(
      'clock',
      'nanvix_take_snapshot(); printf("%ld\\n", (long)time(NULL)); return 0;',
    );
    const { elf } = await dumped({ program, bootTime: 1_000_000_000_000_000_000n });
    const { output } = await run({ program: elf, bootTime: 1_900_000_000_000_000_000n });
    expect(output).toBe('1900000000\n');
  });

  it('finds its files and reads standard input from its start', async () => {
    const program = await main(
      'files',
      `
      char name[20] = "", line[20] = "";
      int file = open("/dump.spec.ts", O_RDONLY);
      read(file, name, 3);
      nanvix_take_snapshot();
      read(file, name + 3, 5);
      read(0, line, 19);
      printf("%s|%s\\n", name, line);
      return 0;`,
    );
    const ramfs = new URL('.', import.meta.url).pathname;
    const { elf } = await dumped({ program, ramfs, stdin: 'at first' });
    const { output } = await run({ program: elf, ramfs, stdin: 'now' });
    expect(output).toBe(
      `${readFileSync(new URL(import.meta.url))
        .toString()
        .slice(0, 8)}|now\n`,
    );
  });

  it('handles its signals, in either era', async () => {
    const source = `${HEAD}
      static volatile int seen;
      static void handler(int number) { seen += number; }
      int main(void) { signal(SIGUSR1, handler); nanvix_take_snapshot(); raise(SIGUSR1); printf("%d\\n", seen); return 0; }`;
    for (const era of ['S', 'M'] as const) {
      const program = await compileC('signals', source, [], era);
      const { elf } = await dumped({ program, era });
      expect((await run({ program: elf, era })).output).toBe('10\n');
    }
  });

  it('may start threads then', async () => {
    const program = await main(
      'threads',
      'pthread_t thread; nanvix_take_snapshot(); pthread_create(&thread, NULL, work, NULL); pthread_join(thread, NULL); return 3;',
      'static void *work(void *unused) { puts("worked"); return unused; }',
    );
    const { elf } = await dumped({ program });
    expect(await run({ program: elf })).toMatchObject({ output: 'worked\n', exitStatus: 3 });
  });

  it('may have had threads and mutexes before, once they are over', async () => {
    const program = await main(
      'closed',
      `pthread_t thread;
       if (nanvix_mutex_lock(&word, 0, 0) != 0 || nanvix_mutex_unlock(&word) != 0) return 1;
       pthread_create(&thread, NULL, work, NULL);
       pthread_join(thread, NULL);
       sleep(1);
       puts("said");
       fflush(stdout);
       nanvix_take_snapshot();
       return 3;`,
      'static volatile int word; static void *work(void *unused) { return unused; }',
    );
    const { elf } = await dumped({ program });
    expect(await run({ program: elf })).toMatchObject({ output: '', exitStatus: 3 });
  });

  it('says what it was dumped with', async () => {
    const { elf } = await dumped({ program: await main('plain', 'nanvix_take_snapshot(); return 0;') });
    expect(readDumpNote(elf)).toMatchObject({ ramfs: null, era: 'S' });
    expect(readDumpNote(elf.subarray(0, 100))).toBeUndefined();
  });
});

describe('a program is not dumped', () => {
  it.each([
    [
      'with other threads',
      'pthread_t thread; pthread_create(&thread, NULL, wait, NULL);',
      'it has other threads',
      'static void *wait(void *unused) { pause(); return unused; }',
    ],
    ['that has read its input', 'char c; read(0, &c, 1);', 'it has read from its standard input', ''],
    ['that has written to its volume', 'close(creat("/new", 0644));', 'it has written to its volume', ''],
    [
      'that holds a mutex of the kernel',
      'if (nanvix_mutex_lock(&word, 0, 0) != 0) return 1;',
      'it holds a mutex of the kernel',
      'static volatile int word;',
    ],
    [
      'with a request that was not answered yet',
      'if (nanvix_send(&request) != 0) return 1;',
      'it waits for an answer of the host',
      `static const struct nanvix_message request = {
         .type = NANVIX_MESSAGE_HOST, .source = -1, .payload = { NANVIX_HOST_READ_REQUEST, 0, 0, 0, 0, 0, 8 } };`,
    ],
    [
      'that has written to a port',
      'if (nanvix_capctl(NANVIX_CAPABILITY_IO, 1) != 0 || nanvix_pmio_alloc(0x80, NANVIX_PORT_ACCESS_READ_WRITE) != 0 || nanvix_pmio_write(0x80, 1, 0) != 0) return 1;',
      'it made the kernel call pmio_write, which cannot be made again',
      '',
    ],
  ])('%s', async (_, body, reason, before) => {
    const program = await main('refused', `${body} nanvix_take_snapshot(); return 0;`, before);
    const ramfs = new URL('.', import.meta.url).pathname;
    const result = await dumpResult({ program, ramfs, stdin: 'text' });
    expect(result).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) as string });
  });

  it('where it makes no snapshot call', async () => {
    const result = await dumpResult({ program: await main('none', 'return 4;') });
    expect(result).toEqual({ kind: 'no-call', stop: { kind: 'exit', status: 4 } });
  });
});

describe('nanvix-v86 dump', () => {
  it('writes a file that run takes', async () => {
    const program = await main(
      'command',
      'puts("before"); fflush(stdout); nanvix_take_snapshot(); puts("after"); return 5;',
    );
    const elf = scratch.path('command.dumped.elf');
    const dump = await nanvix(['dump', '-o', elf, '--', program]);
    expect(dump).toMatchObject({ stdout: '', status: 0 });
    expect(dump.stderr).toContain('at instruction');
    expect(dump.stderr).toContain('7 bytes by then, which the dumped one does not print again');
    expect(await nanvix(['run', '--', elf])).toMatchObject({ stdout: 'after\n', status: 5 });
  });

  it('says in one line why there is none, with status 2, and writes nothing', async () => {
    const elf = scratch.path('none.elf');
    const { stderr, status } = await nanvix(['dump', '-o', elf, '--', await main('none', 'return 4;')]);
    expect(stderr).toContain('made no snapshot call: it ended with status 4');
    expect(status).toBe(2);
    expect(existsSync(elf)).toBe(false);
  });

  it('says that the dumped program reads no other arguments', async () => {
    const program = await main('unread', 'nanvix_take_snapshot(); puts(argv[1]); return 0;');
    const elf = scratch.path('unread.dumped.elf');
    expect((await nanvix(['dump', '-o', elf, '--', program, 'first'])).status).toBe(0);
    const other = await nanvix(['run', '--', elf, 'other;A=1']);
    expect(other.stdout).toBe('first\n');
    expect(other.stderr).toContain(
      'unread.dumped.elf keeps the arguments and environment of its dump: \\"other;A=1\\" is not read',
    );
    expect((await nanvix(['run', '--', elf])).stderr).toBe('');
  });

  it('refuses a snapshot to start from', async () => {
    const { stderr, status } = await nanvix(['dump', '-o', scratch.path('x.elf'), '--restore', 'some.snap']);
    expect(stderr).toContain('a dump needs to see the program from its start');
    expect(status).toBe(2);
  });
});
