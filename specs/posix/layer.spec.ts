/** What the POSIX layer promises apart from files, as the programs check it: memory, time, threads, signals, the C library, refusals. */
import { describe, expect, it } from 'vitest';
import { exitStatuses } from '../../images/abi/index.ts';
import { createRamfs } from '../../images/index.ts';
import { runGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';
import { runPosix } from './programs.ts';

const ramfs = createRamfs({}, { freeBytes: 1 << 20 });

describe('the POSIX layer', () => {
  it.each([
    ['memory', 'mmap, munmap, mprotect, mremap, madvise, brk, malloc', 50],
    ['mappings', 'mremap over itself, mappings over parts of others, holes, ends', 50],
    ['time', 'clocks and sleeping', 20],
    ['threads', 'pthreads, mutexes, conditions, semaphores, cancelling', 30],
    ['signals', 'handlers, masks, interrupted waits', 20],
    ['timers', 'alarm, setitimer, timer_create, timers of processor time', 40],
    ['stdio', 'formatting, streams, long jumps, floating point', 30],
    ['devices', '/dev and /proc: their folders, devices, open files by their number', 65],
    ['channels', 'pipes, pairs of sockets, event counters, poll and select', 120],
    ['fifos', 'pipes with a name: who waits for whom, ends, poll', 45],
    ['sockets', 'sockets with a name: streams, packets, datagrams', 150],
    ['hosts', 'names and addresses of hosts without a network', 12],
    ['epoll', 'what is in a set, what it tells and when', 35],
    ['process', 'groups, scheduling, clocks of threads, locks, masks for the time of a wait', 35],
    ['fenv', 'rounding modes and exception flags, of the x87 and of SSE', 20],
    ['pointers', 'bad pointers are EFAULT', 20],
    ['mixed', 'memory of the layer beside memory by kernel calls', 50],
    ['unsupported', 'what Nanvix lacks is refused', 15],
  ])('%s: %s', async (name, _what, fewest) => {
    const { failed, passed, outcome } = await runPosix(name, { ramfs });
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(fewest);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('lists /dev also where the volume has no room for it', async () => {
    const source = `
      #include <dirent.h>
      #include <fcntl.h>
      #include <stdio.h>
      #include <sys/stat.h>
      #include <unistd.h>
      int main(void) {
        static char block[512];
        struct stat status;
        struct dirent *entry;
        int file = open("fill", O_CREAT | O_WRONLY, 0600);
        while (write(file, block, sizeof block) > 0) continue;
        DIR *list = opendir("/dev");
        while ((entry = readdir(list)) != NULL) printf("%s ", entry->d_name);
        puts(stat("/dev", &status) == 0 && S_ISDIR(status.st_mode) && fstatat(dirfd(list), "zero", &status, 0) == 0 ? "" : "lost");
        return 0;
      }`;
    const { output } = await runGuest({ program: await compileC('full-dev', source), ramfs });
    expect(output).toBe('. .. fd stdin stdout stderr null zero full random urandom tty console \n');
  });

  it('has the console of the machine, which is the host', async () => {
    const source = `
      #include <fcntl.h>
      #include <unistd.h>
      int main(void) {
        char text[16];
        int console = open("/dev/console", O_RDWR);
        return write(console, text, read(console, text, sizeof text)) == 6 && !isatty(console) ? 0 : 1;
      }`;
    const program = await compileC('console', source);
    const { output, outcome } = await runGuest({ program, stdin: 'typed\n' });
    expect(output).toBe('typed\n');
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  /** Slow, so that threads are preempted often: a lock that goes to who comes first is never had here. */
  it.each(['S', 'M'] as const)(
    'lets no thread that loops on calls starve another, in Era %s',
    async (era) => {
      const { failed, passed, outcome } = await runPosix('fairness', {
        era,
        instructionsPerMicrosecond: 2,
        deadlines: { virtualMs: 120_000 },
      });
      expect(failed).toEqual([]);
      expect(passed).toHaveLength(3);
      expect(outcome).toEqual({ kind: 'exit', status: 0 });
    },
  );

  it('gives freed memory back when there is little of it', async () => {
    const { failed } = await runPosix('memory', { ramfs, memoryMiB: 128 });
    expect(failed).toEqual([]);
  });
});

describe('the POSIX layer in Era M', () => {
  it.each(['memory', 'time', 'threads', 'signals', 'timers', 'stdio', 'devices', 'pointers', 'unsupported'])(
    '%s',
    async (name) => {
      const { failed, outcome } = await runPosix(name, { ramfs, era: 'M' });
      expect(failed).toEqual([]);
      expect(outcome).toEqual({ kind: 'exit', status: 0 });
    },
  );

  it('catches exceptions of the processor as signals', async () => {
    const { failed, passed, outcome } = await runPosix('exceptions', { era: 'M' });
    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(12);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it.each(['default', 'abort', 'blocked'])('ends a program by "%s" as the kernel does', async (way) => {
    const { outcome } = await runPosix('exceptions', { era: 'M', args: [way] });
    expect(outcome).toEqual({ kind: 'exit', status: exitStatuses.signalled });
  });

  it('reads and writes standard streams, more than a page at a time', async () => {
    const source = `
      #include <stdio.h>
      #include <unistd.h>
      static char bytes[100000];
      int main(void) {
        ssize_t count, total = 0;
        while ((count = read(0, bytes + total, sizeof bytes - total)) > 0) total += count;
        fprintf(stderr, "%zd bytes\\n", total);
        return write(1, bytes, total) == total ? 0 : 1;
      }`;
    const stdin = Array.from({ length: 9000 }, (_, i) => `${i}\n`).join('');
    const program = await compileC('copy', source, ['-O2'], 'M');
    const { output, errorOutput, outcome } = await runGuest({ program, era: 'M', stdin });
    expect(output).toBe(stdin);
    expect(errorOutput).toBe(`${stdin.length} bytes\n`);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });
});

describe('the environment', () => {
  const commandLine = 'one two three;HOME=/home EMPTY= X=a=b';

  it('is what the command line says', async () => {
    const { failed, outcome } = await runPosix('environment', { commandLine });
    expect(failed).toEqual([]);
    expect(outcome).toEqual({ kind: 'exit', status: 0 });
  });

  it('takes words between any number of spaces', async () => {
    const { failed } = await runPosix('environment', {
      commandLine: ' one  two three ; HOME=/home  EMPTY= X=a=b',
    });
    expect(failed).toEqual([]);
  });
});

describe('random numbers', () => {
  const drawn = async (variables: string): Promise<string | undefined> => {
    const { output } = await runPosix('environment', { commandLine: `one two three;${variables}` });
    return /^random .*$/m.exec(output)?.[0];
  };

  it('are the same in every run', async () => {
    expect(await drawn('A=1 B=2 C=3')).toBe(await drawn('D=4 E=5 F=6'));
  });

  it('follow the seed in the environment', async () => {
    expect(await drawn('NANVIX_RANDOM_SEED=1')).not.toBe(await drawn('NANVIX_RANDOM_SEED=2'));
  });
});
