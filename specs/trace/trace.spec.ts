/** What a trace records of a guest's calls, and that recording changes nothing. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { boot, type BootOptions, type Guest } from '../../harness/index.ts';
import { guestSymbols } from '../../harness/look/symbols/index.ts';
import {
  calls,
  compileFilter,
  Tracer,
  type CallRecord,
  type TracerOptions,
} from '../../harness/look/trace/index.ts';
import type { ResultRegisters } from '../../images/abi/index.ts';
import { createRamfs } from '../../images/ramfs/index.ts';
import { bootGuest, bootHelloGuest } from '../support/guests.ts';
import { compileC } from '../support/programs.ts';

const KERNEL = `
#include <stdint.h>
static int call(int n, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
    int low, high;
    __asm__ volatile("int %6" : "=a"(low), "=d"(high) : "0"(n), "b"(a), "c"(b), "1"(c), "i"(0x80), "D"(d) : "memory");
    return low;
}
int main(void)
{
    uint32_t time[3];
    call(0, (uintptr_t)"to the \\"console\\"\\n", 17, 0, 0);
    call(28, (uintptr_t)time, 0, 0, 0);
    call(10, 1, 0x70000000, 3, 6);
    call(10, 1, 0x70000000, 1, 4);
    call(4, 2, 1, 0, 0);
    call(14, 0x53202020, 0x52414d46, 0, 0);
    call(0, 0x90000000, 4, 0, 0);
    call(999, 1, 2, 3, 4);
    call(3, 7, 0, 0, 0);
}
`;

const POSIX = `
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
int main(void)
{
    char buffer[16];
    struct stat status;
    int fd = open("/notes", O_RDWR | O_CREAT | O_TRUNC, 0640);
    write(fd, "ab\\0c", 4);
    int copy = dup(fd);
    lseek(copy, 1, SEEK_SET);
    read(copy, buffer, sizeof buffer);
    fstat(fd, &status);
    struct iovec parts[2] = {{"one", 3}, {"two", 3}};
    writev(copy, parts, 2);
    close(fd);
    close(copy);
    open("/missing", O_RDONLY);
    mkdir("/folder", 0700);
    chdir("/folder");
    open("inner", O_WRONLY | O_CREAT, 0600);
    return 0;
}
`;

const THREADS = `
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *work(void *argument)
{
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    return argument;
}
int main(void)
{
    pthread_t threads[3];
    pthread_mutex_lock(&lock);
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], 0, work, 0);
    usleep(1000);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
    return 0;
}
`;

/** A handler jumps out of the call that sent its signal; the same descriptor then names another file. */
const JUMP = `
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>
static sigjmp_buf back;
static void handler(int number) { siglongjmp(back, number); }
int main(void)
{
    int fd = open("/first", O_WRONLY | O_CREAT, 0600);
    signal(SIGUSR1, handler);
    if (sigsetjmp(back, 1) == 0) kill(getpid(), SIGUSR1);
    write(fd, "1", 1);
    close(fd);
    fd = open("/second", O_WRONLY | O_CREAT, 0600);
    write(fd, "2", 1);
    return 0;
}
`;

/** An instruction at which the first thread of THREADS still sleeps and the others wait for its mutex. */
async function endOfSleep(): Promise<number> {
  const records = await recordsOf({ program: await compileC('threads', THREADS) }, { levels: ['posix'] });
  const sleep = records.find((call) => call.name.includes('nanosleep'));
  return (sleep?.instructions ?? 0) + (sleep?.duration ?? 0) - 100;
}

/** A volume without a file. */
function emptyVolume(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-spec-'));
  try {
    return createRamfs(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All calls of a run. */
async function recordsOf(
  options: BootOptions,
  tracerOptions: TracerOptions = {},
): Promise<readonly CallRecord[]> {
  const guest = await boot(options);
  const tracer = new Tracer(guest, { symbols: guestSymbols(guest), ...tracerOptions });
  guest.run();
  tracer.detach();
  guest.dispose();
  return tracer.records;
}

const line = (call: CallRecord): string =>
  `${call.name}(${call.arguments.map((argument) => argument.text).join(', ')}) = ${call.result?.text ?? call.completion}`;

const digest = (guest: Guest): string =>
  createHash('sha256').update(guest.machine.memory.read(0, guest.machine.memory.size)).digest('hex');

describe('kernel calls', () => {
  let records: readonly CallRecord[];
  beforeAll(async () => {
    const program = await compileC('kernel-calls', KERNEL);
    const all = await recordsOf({ program });
    records = all.slice(all.findIndex((call) => call.name === 'debug'));
  });

  it('are recorded in their order, arguments and results decoded by type', () => {
    expect(records.map(line)).toEqual([
      'debug("to the \\"console\\"\\n", 17) = 0',
      expect.stringMatching(/^gettime\(\{seconds=1767225600, nanoseconds=\d+\}\) = 0$/),
      'mmap(1, 0x70000000, 3, READ|WRITE) = 0',
      'mmap(1, 0x70000000, 1, READ) = -1 EBUSY',
      'capctl(io, acquire) = 0',
      "mmio_alloc('S   ', 'RAMF') = -1 ENOENT",
      'debug(0x90000000, 4) = -1 ENOENT',
      'call999(0x1, 0x2, 0x3, 0x4) = -1 ENOSYS',
      'exit(7) = never-returns',
    ]);
  });

  it('say when they were made, how long they took, and from which function', () => {
    for (const call of records) {
      expect(call).toMatchObject({ thread: 1, level: 'kernel', depth: 0 });
      expect(call.caller).toMatch(/^(main|call)\+0x/);
      expect(call.nanoseconds).toBeGreaterThan(0);
      if (call.completion === 'returned') expect(call.duration).toBeGreaterThan(10);
    }
    const counts = records.map((call) => call.instructions);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  it('that somebody answers in the place of the kernel are marked', async () => {
    const guest = await bootGuest({ program: await compileC('kernel-calls', KERNEL) });
    guest.calls.intercept('mmap', (call) =>
      call.arguments[1] === 0x70000000 ? { kind: 'fail', errno: 'ENOMEM' } : undefined,
    );
    const tracer = new Tracer(guest);
    guest.run();
    const answered = tracer.records.filter((call) => call.completion === 'answered');
    expect(answered.map((call) => call.result?.errno)).toEqual(['ENOMEM', 'ENOMEM']);
  });

  it('of Era M are shown with its arguments: push by its descriptor, messages with process and thread', async () => {
    const source = '#include <unistd.h>\nint main(void) { return write(1, "hi\\n", 3) != 3; }\n';
    const guest = await bootGuest({ program: await compileC('pushes', source, [], 'M') });
    const tracer = new Tracer(guest);
    guest.run();
    const shown = (name: string): string | undefined =>
      tracer.records.find((call) => call.name === name)?.arguments.map(({ text }) => text)[0];
    expect(shown('push')).toMatch(/^\{pid=0, tid=0, buffer=0x[0-9a-f]+, length=3, timeout_kind=0,/u);
    expect(shown('send')).toMatch(
      /^\{host, source=\d\/\d, destination=0\/0, writeRequest\{fd=1, count=3\}\}$/u,
    );
  });

  it('of a kernel that answers in EAX alone fail where that is negative, in the numbers of Linux', async () => {
    const program = await compileC('kernel-calls', KERNEL);
    const resultsBy = async (resultRegisters: ResultRegisters): Promise<(string | undefined)[]> => {
      const guest = await bootGuest({ program });
      // EDX holds what the program had there: here 7, and -1 beside a success
      const answers = [0x7_ffff_ffdan, 0xffff_ffff_0000_0005n];
      guest.calls.intercept('mmap', () => {
        const value = answers.shift();
        return value === undefined ? undefined : { kind: 'answer', value };
      });
      const tracer = new Tracer(guest, { resultRegisters });
      guest.run();
      const failed = compileFilter({ results: ['failed'] });
      return tracer.records
        .filter(({ completion }) => completion === 'answered')
        .map((call) => (failed(call) ? call.result?.errno : call.result?.text));
    };
    expect(await resultsBy('eax')).toEqual(['ENOSYS', '5']);
    expect(await resultsBy('edx:eax')).not.toContain('ENOSYS');
  });

  it('are seen without any symbols', async () => {
    const guest = await bootGuest({ program: await compileC('kernel-calls', KERNEL) });
    const tracer = new Tracer(guest);
    guest.run();
    expect(tracer.records.at(-1)).toMatchObject({ name: 'exit', thread: 1 });
    expect(tracer.records.some((call) => 'caller' in call)).toBe(false);
  });
});

describe('POSIX calls', () => {
  let records: readonly CallRecord[];
  beforeAll(async () => {
    const program = await compileC('posix-calls', POSIX);
    records = await recordsOf({ program, ramfs: emptyVolume() }, { levels: ['posix', 'kernel'] });
  });

  const posix = (): string[] => records.filter((call) => call.level === 'posix').map(line);

  it('are recorded with flags, data, structures, and the path behind each descriptor', () => {
    const lines = posix();
    expect(lines).toContain('open("/notes", O_RDWR|O_CREAT|O_TRUNC|O_LARGEFILE, 0640) = 3</notes>');
    expect(lines).toContain('write(3</notes>, "ab\\0c", 4) = 4');
    expect(lines).toContain('dup(3</notes>) = 4</notes>');
    expect(lines).toContain('_llseek(4</notes>, 1, [1], SEEK_SET) = 0');
    expect(lines).toContain('read(4</notes>, "b\\0c", 16) = 3');
    expect(lines).toContain(
      'writev(4</notes>, [{iov_base="one", iov_len=3}, {iov_base="two", iov_len=3}], 2) = 6',
    );
    expect(lines).toContain('close(4</notes>) = 0');
    expect(lines.find((text) => /^(statx|fstat)/.test(text))).toMatch(/S_IFREG\|0\d+, stx?_size=4/);
  });

  it('that fail name the error', () => {
    expect(posix()).toContain('open("/missing", O_RDONLY|O_LARGEFILE) = -1 ENOENT');
  });

  it('follow the current directory', () => {
    expect(posix().some((text) => text.startsWith('open("inner"') && text.endsWith('</folder/inner>'))).toBe(
      true,
    );
  });

  it('hold the kernel calls made inside them', () => {
    const kernelCalls = records.filter((call) => call.level === 'kernel' && call.parent !== undefined);
    expect(kernelCalls.length).toBeGreaterThan(0);
    for (const call of kernelCalls) {
      const parent = records[call.parent ?? -1];
      expect(parent).toMatchObject({ level: 'posix', thread: call.thread, depth: call.depth - 1 });
      expect(call.instructions).toBeGreaterThan(parent?.instructions ?? Infinity);
    }
  });

  it('end with the call that never returns', () => {
    expect(records.at(-1)).toMatchObject({ name: 'exit', completion: 'never-returns' });
    expect(posix().at(-1)).toBe('exit_group(0) = never-returns');
  });
});

describe('threads', () => {
  it('are told apart, and calls that block last until they come back', async () => {
    const program = await compileC('threads', THREADS);
    const records = await recordsOf({ program }, { levels: ['kernel', 'posix'] });
    const threads = new Set(records.map((call) => call.thread));
    expect([...threads].sort()).toEqual([1, 2, 3, 4]);
    const blocked = records.filter((call) => call.thread !== 1 && (call.elapsed ?? 0) > 500_000);
    expect(blocked.length).toBeGreaterThanOrEqual(3);
    expect(records.filter((call) => call.name === 'thread_exit').map((call) => call.completion)).toEqual([
      'never-returns',
      'never-returns',
      'never-returns',
    ]);
    expect(records.filter((call) => call.completion === 'unfinished')).toEqual([]);
  });
});

describe('a traced run', () => {
  it('is the untraced one: count, output, memory, for hello with both levels and stacks', async () => {
    const plain = await bootHelloGuest();
    plain.run();
    const guest = await bootHelloGuest();
    const tracer = new Tracer(guest, {
      symbols: guestSymbols(guest),
      levels: ['kernel', 'posix'],
      stack: true,
    });
    guest.run();
    tracer.detach();
    expect(guest.machine.instructions).toBe(plain.machine.instructions);
    expect(guest.output).toBe(plain.output);
    expect(digest(guest)).toBe(digest(plain));
    expect(tracer.records.length).toBeGreaterThan(100);
    const frames = tracer.records.flatMap((call) => call.stack ?? []);
    expect(frames.filter((frame) => frame.guessed)).toEqual([]);
    for (const call of tracer.records) expect(call.stack?.at(-1)?.function).toBe('_start');
  });

  it('records the same each time', async () => {
    const program = await compileC('threads', THREADS);
    expect(await recordsOf({ program })).toEqual(await recordsOf({ program }));
  });

  it('forgets what a restore has undone, and records it again as it happens again', async () => {
    const guest = await bootGuest({ program: await compileC('kernel-calls', KERNEL) });
    const tracer = new Tracer(guest);
    guest.runToKernelCall('capctl');
    const snapshot = guest.capture();
    guest.run();
    const before = tracer.records.map(line);
    guest.restore(snapshot);
    guest.run();
    expect(tracer.records.map(line)).toEqual(before);
  });

  it('goes back with the guest: calls in flight, open files, and the numbers of calls', async () => {
    const guest = await bootGuest({ program: await compileC('jump', JUMP), ramfs: emptyVolume() });
    const tracer = new Tracer(guest, { levels: ['kernel', 'posix'], symbols: guestSymbols(guest) });
    const whole = await recordsOf(
      { program: await compileC('jump', JUMP), ramfs: emptyVolume() },
      { levels: ['kernel', 'posix'] },
    );
    const inFlight = whole.find((call) => call.name === 'write');
    guest.runToInstruction((inFlight?.instructions ?? 0) + 20);
    expect(tracer.unfinished.map((call) => call.name)).toEqual(['write']);
    const snapshot = guest.capture();
    for (let round = 0; round < 2; round++) {
      guest.run();
      expect(tracer.records).toEqual(whole);
      guest.restore(snapshot);
      expect(tracer.records).toHaveLength((inFlight?.index ?? 0) + 1);
    }
  });
});

describe('a call that does not come back', () => {
  it('is told when the program has jumped out of it, and calls after it stand where they belong', async () => {
    const records = await recordsOf(
      { program: await compileC('jump', JUMP), ramfs: emptyVolume() },
      { levels: ['posix'] },
    );
    const left = records.filter((call) => call.completion === 'abandoned');
    expect(left.map((call) => call.name)).toEqual([expect.stringMatching(/^t?g?kill$/)]);
    expect(records.filter((call) => call.name === 'write').map((call) => call.depth)).toEqual([0, 0]);
  });

  it('is in flight when the run ends, and a tracer that keeps nothing knows it too', async () => {
    const guest = await bootGuest({ program: await compileC('threads', THREADS) });
    const over: string[] = [];
    const tracer = new Tracer(guest, {
      levels: ['posix'],
      symbols: guestSymbols(guest),
      keep: false,
      onCall: (call) => over.push(call.name),
    });
    guest.runToInstruction(await endOfSleep());
    expect(tracer.records).toEqual([]);
    expect(tracer.count).toBe(over.length + tracer.unfinished.length);
    const open = tracer.unfinished.map((call) => `${call.thread} ${call.name.replace(/_.*/, '')}`);
    expect(open.sort()).toEqual(['1 nanosleep', '2 futex', '3 futex', '4 futex']);
  });
});

describe('a trace that begins in the middle', () => {
  it('tells threads apart all the same', async () => {
    const program = await compileC('threads', THREADS);
    const whole = await recordsOf({ program }, { levels: ['posix'] });
    const late = await bootGuest({ program });
    late.runToInstruction(await endOfSleep());
    const tracer = new Tracer(late, { levels: ['posix'], symbols: guestSymbols(late) });
    late.run();
    const told = (call: CallRecord): [number, string, number] => [call.thread, call.name, call.instructions];
    expect(tracer.records.map(told)).toEqual(
      whole.filter((call) => call.instructions >= (tracer.records[0]?.instructions ?? 0)).map(told),
    );
    expect(new Set(tracer.records.map((call) => call.thread)).size).toBe(4);
  });
});

describe('calls()', () => {
  it('stops the guest behind each call that is asked for, and ends with why the guest came back', async () => {
    const guest = await bootGuest({ program: await compileC('kernel-calls', KERNEL) });
    const seen: string[] = [];
    const iterator = calls(guest, { filter: { calls: ['mmap', 'exit'] } });
    for (;;) {
      const step = await iterator.next();
      if (step.done === true) {
        expect(step.value).toEqual({ kind: 'exit', status: 7 });
        break;
      }
      if (step.value.completion === 'returned') {
        expect(guest.machine.registers.get('eip')).toBe(step.value.returnAddress);
      }
      seen.push(line(step.value));
    }
    expect(seen.slice(-3)).toEqual([
      'mmap(1, 0x70000000, 3, READ|WRITE) = 0',
      'mmap(1, 0x70000000, 1, READ) = -1 EBUSY',
      'exit(7) = never-returns',
    ]);
  });

  it('leaves a guest that can run on when the loop is left', async () => {
    const program = await compileC('kernel-calls', KERNEL);
    const plain = await bootGuest({ program });
    plain.run();
    const guest = await bootGuest({ program });
    for await (const call of calls(guest)) if (call.name === 'gettime') break;
    expect(guest.run()).toEqual({ kind: 'exit', status: 7 });
    expect(guest.machine.instructions).toBe(plain.machine.instructions);
  });
});
