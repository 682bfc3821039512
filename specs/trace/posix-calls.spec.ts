/** How POSIX calls are shown: each kind of argument and result, good and bad ones, as strace would print them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { boot } from '../../harness/index.ts';
import { guestSymbols } from '../../harness/look/symbols/index.ts';
import { formatCallText, Tracer } from '../../harness/look/trace/index.ts';
import { posixSignatures } from '../../harness/look/trace/posix/signatures.ts';
import { createRamfs } from '../../images/ramfs/index.ts';
import { compileC } from '../support/programs.ts';

/** Each line of the program is one call; the line of the trace it makes stands behind it. */
const CALLS: readonly (readonly [code: string, shown: string | RegExp])[] = [
  [
    'open("/a", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)',
    'open("/a", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0644) = 3</a>',
  ],
  ['open("/missing", O_RDONLY, 0777)', 'open("/missing", O_RDONLY) = -1 ENOENT (No such file or directory)'],
  ['open(8, 0)', 'open(0x8, O_RDONLY) = -1 EFAULT (Bad address)'],
  ['open(0x100000, 0)', /^open\(0x100000( <.*>)?, O_RDONLY\) = -1 EFAULT/],
  ['openat(AT_FDCWD, "/", O_PATH | 3)', /^openat\(AT_FDCWD, "\/", O_ACCMODE\|O_PATH\) = /],
  [
    'write(3, "tab\\t \\1\\0012 \\377 \\"\\\\", 13)',
    'write(3</a>, "tab\\t \\1\\0012 \\377 \\"\\\\", 13) = 13',
  ],
  ['write(3, text, 300)', `write(3</a>, "${'x'.repeat(64)}"..., 300) = 300`],
  ['write(3, 0, 5)', 'write(3</a>, NULL, 5) = -1 EFAULT (Bad address)'],
  ['write(3, 0x70000000, 5)', 'write(3</a>, 0x70000000, 5) = -1 EFAULT (Bad address)'],
  ['write(99, "x", 1)', 'write(99, "x", 1) = -1 EBADF (Bad file descriptor)'],
  ['_llseek(3, 0, 2, buffer, SEEK_SET)', '_llseek(3</a>, 2, [2], SEEK_SET) = 0'],
  [
    '_llseek(3, -1, -5, buffer, SEEK_SET)',
    /^_llseek\(3<\/a>, -5, 0x[0-9a-f]+ <buffer>, SEEK_SET\) = -1 EINVAL/,
  ],
  ['read(3, buffer, 4)', 'read(3</a>, "b\\t \\1", 4) = 4'],
  ['pread64(3, buffer, 3, 0, 0)', 'pread64(3</a>, "tab", 3, 0) = 3'],
  [
    'readv(3, parts, 2)',
    /^readv\(3<\/a>, \[\{iov_base=".*", iov_len=3\}, \{iov_base=".*", iov_len=2\}\], 2\) = 5$/,
  ],
  ['writev(3, 12, 2)', 'writev(3</a>, 0xc, 2) = -1 EFAULT (Bad address)'],
  ['writev(3, parts, -1)', /^writev\(3<\/a>, 0x[0-9a-f]+ <parts>, -1\) = -1 EINVAL/],
  ['dup(3)', /^dup\(3<\/a>\) = \d+<\/a>$/],
  ['dup3(3, 20, O_CLOEXEC)', 'dup3(3</a>, 20, O_CLOEXEC) = 20</a>'],
  ['close(20)', 'close(20</a>) = 0'],
  ['close(20)', 'close(20) = -1 EBADF (Bad file descriptor)'],
  ['fcntl64(3, F_GETFL, 7)', 'fcntl64(3</a>, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)'],
  ['fcntl64(3, F_GETFD, 7)', 'fcntl64(3</a>, F_GETFD) = 0x1 (flags FD_CLOEXEC)'],
  ['fcntl64(3, F_SETFD, FD_CLOEXEC)', 'fcntl64(3</a>, F_SETFD, FD_CLOEXEC) = 0'],
  ['fcntl64(3, F_DUPFD, 30)', 'fcntl64(3</a>, F_DUPFD, 30) = 30</a>'],
  [
    'fcntl64(3, F_SETLK, &lock)',
    'fcntl64(3</a>, F_SETLK64, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=1, l_len=2}) = 0',
  ],
  ['ioctl(3, 0x12345, 7)', 'ioctl(3</a>, 0x12345, 0x7) = -1 ENOTTY (Inappropriate ioctl for device)'],
  ['access("/a", R_OK | W_OK)', 'access("/a", R_OK|W_OK) = 0'],
  ['access("/a", F_OK)', 'access("/a", F_OK) = 0'],
  ['faccessat2(AT_FDCWD, "/", X_OK, AT_EACCESS)', 'faccessat2(AT_FDCWD, "/", X_OK, AT_EACCESS) = 0'],
  [
    'statx(AT_FDCWD, "/a", 0, 0x7ff, buffer)',
    /^statx\(AT_FDCWD, "\/a", 0, STATX_BASIC_STATS, \{stx_mode=S_IFREG\|0\d+, stx_size=\d+, \.\.\.\}\) = 0$/,
  ],
  ['mkdir("/d", 0750)', 'mkdir("/d", 0750) = 0'],
  ['chdir("/d")', 'chdir("/d") = 0'],
  ['getcwd(buffer, 100)', 'getcwd("/d", 100) = 3'],
  ['openat(AT_FDCWD, "in", O_WRONLY | O_CREAT, 0600)', /= \d+<\/d\/in>$/],
  ['umask(022)', /^umask\(022\) = 0?\d+$/],
  [
    'utimensat(AT_FDCWD, "/a", times, 0)',
    'utimensat(AT_FDCWD, "/a", [{tv_sec=1, tv_nsec=2}, UTIME_OMIT], 0) = 0',
  ],
  [
    'statfs64("/", 84, buffer)',
    /^statfs64\("\/", 84, \{f_type=0x4d44, f_bsize=512, f_blocks=\d+, .*\}\) = 0$/,
  ],
  [
    'mmap2(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)',
    /^mmap2\(NULL, 8192, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS, -1, 0\) = 0x[0-9a-f]+$/,
  ],
  ['munmap(1, 1)', 'munmap(0x1, 1) = -1 EINVAL (Invalid argument)'],
  [
    'clock_gettime64(CLOCK_MONOTONIC, buffer)',
    /^clock_gettime64\(CLOCK_MONOTONIC, \{tv_sec=\d+, tv_nsec=\d+\}\) = 0$/,
  ],
  ['clock_gettime64(99, buffer)', /^clock_gettime64\(99, 0x[0-9a-f]+ <buffer>\) = -1 EINVAL/],
  [
    'poll(polls, 2, 0)',
    'poll([{fd=1, events=POLLOUT, revents=POLLOUT}, {fd=99, events=POLLIN, revents=POLLNVAL}], 2, 0) = 2',
  ],
  ['_newselect(2, 0, &chosen, 0, &shortly)', '_newselect(2, NULL, [1], NULL, {tv_sec=0, tv_usec=5}) = 1'],
  ['rt_sigprocmask(SIG_BLOCK, &set, 0, 8)', 'rt_sigprocmask(SIG_BLOCK, [INT USR1], NULL, 8) = 0'],
  ['rt_sigprocmask(SIG_SETMASK, &all, 0, 8)', 'rt_sigprocmask(SIG_SETMASK, ~[KILL STOP], NULL, 8) = 0'],
  ['kill(99, SIGTERM)', 'kill(99, SIGTERM) = -1 ESRCH (No such process)'],
  [
    'prlimit64(0, RLIMIT_NOFILE, 0, buffer)',
    /^prlimit64\(0, RLIMIT_NOFILE, NULL, \{rlim_cur=\d+, rlim_max=\d+\}\) = 0$/,
  ],
  ['getrandom(buffer, 4, GRND_NONBLOCK)', /^getrandom\(".*", 4, GRND_NONBLOCK\) = 4$/],
  ['sched_getaffinity(0, 4, buffer)', 'sched_getaffinity(0, 4, [0]) = 4'],
  ['futex(&one, FUTEX_WAKE | 128, 1, 5, 6, 7)', /^futex\(0x[0-9a-f]+ <one>, FUTEX_WAKE_PRIVATE, 1\) = 0$/],
  ['futex(&one, 128, 2, 0, 6, 7)', /^futex\(0x[0-9a-f]+ <one>, FUTEX_WAIT_PRIVATE, 2, NULL\) = -1 EAGAIN/],
  [
    'execve("/bin/sh", strings, 0)',
    'execve("/bin/sh", ["sh", "-c"], NULL) = -1 ENOSYS (Function not implemented)',
  ],
  ['socket(2, 1, 0)', 'socket(AF_INET, SOCK_STREAM, 0) = -1 ENOSYS (Function not implemented)'],
  ['socket(1, 5 | O_NONBLOCK, 0)', 'socket(AF_UNIX, SOCK_SEQPACKET|SOCK_NONBLOCK, 0) = 7'],
  ['socket(1, 1, 0)', 'socket(AF_UNIX, SOCK_STREAM, 0) = 8'],
  ['bind(7, abstract, 6)', 'bind(7, {sa_family=AF_UNIX, sun_path=@"abc"}, 6) = 0'],
  ['bind(8, named, 5)', 'bind(8, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0'],
  ['bind(8, 0, 5)', 'bind(8, NULL, 5) = -1 EFAULT (Bad address)'],
  ['listen(8, 4)', 'listen(8, 4) = 0'],
  ['socket(1, 1, 0)', 'socket(AF_UNIX, SOCK_STREAM, 0) = 9'],
  ['connect(9, named, 5)', 'connect(9, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0'],
  ['connect(9, "\\2", 16)', /^connect\(9, \{sa_family=AF_INET, ...\}, 16\) = -1 /],
  ['accept4(8, buffer, &room, O_CLOEXEC)', 'accept4(8, {sa_family=AF_UNIX}, [2], SOCK_CLOEXEC) = 10'],
  ['getpeername(9, buffer, &more)', 'getpeername(9, {sa_family=AF_UNIX, sun_path="/s"}, [5]) = 0'],
  ['sendto(9, "hi", 2, 0x4000, 0, 0)', 'sendto(9, "hi", 2, MSG_NOSIGNAL, NULL, 0) = 2'],
  ['recvfrom(10, buffer, 9, 0x40, 0, 0)', 'recvfrom(10, "hi", 9, MSG_DONTWAIT, NULL, NULL) = 2'],
  ['shutdown(9, 2)', 'shutdown(9, SHUT_RDWR) = 0'],
  ['socketpair(1, 2, 0, buffer)', 'socketpair(AF_UNIX, SOCK_DGRAM, 0, [11, 12]) = 0'],
];

/** Numbers that stand for calls without a name. */
const NAMELESS = 'syscall(999, 1, 2, 3, 4, 5, 6);';

const SOURCE = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#define FUTEX_WAKE 1
int one = 1;
char text[300], buffer[512];
struct iovec parts[2] = {{buffer, 3}, {buffer + 10, 2}};
struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 2};
int times[4] = {1, 2, 3, 0x3ffffffe}, shortly[2] = {0, 5}, chosen[1] = {2};
struct pollfd polls[2] = {{1, POLLOUT, 0}, {99, POLLIN, 0}};
unsigned set[2] = {(1 << (SIGINT - 1)) | (1 << (SIGUSR1 - 1)), 0};
unsigned all[2] = {~((1 << (SIGKILL - 1)) | (1 << (SIGSTOP - 1))), ~0};
char named[] = "\\1\\0/s", abstract[] = "\\1\\0\\0abc";
unsigned room = 100, more = 100;
char *strings[] = {"sh", "-c", 0};
int main(void)
{
    memset(text, 'x', sizeof text);
    write(-1, "start", 5);
    ${CALLS.map(([code]) => `syscall(SYS_${code.replace('(', ', ')};`).join('\n    ')}
    ${NAMELESS}
    return 0;
}
`;

let shown: string[];
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nanvix-v86-spec-'));
  const ramfs = createRamfs(folder);
  rmSync(folder, { recursive: true });
  const guest = await boot({ program: await compileC('posix', SOURCE, ['-w']), ramfs });
  const tracer = new Tracer(guest, { levels: ['posix'], symbols: guestSymbols(guest) });
  guest.run();
  guest.dispose();
  const lines = tracer.records.map((call) => formatCallText(call));
  shown = lines.slice(lines.findLastIndex((line) => line.startsWith('write(-1,')) + 1);
});

describe('a POSIX call is shown', () => {
  it.each(CALLS.map(([code, line], index) => [code, line, index] as const))('%s', (_code, line, index) => {
    if (typeof line === 'string') expect(shown[index]).toBe(line);
    else expect(shown[index]).toMatch(line);
  });

  it('with its six words when nothing is known of it', () => {
    expect(shown[CALLS.length]).toBe(
      'call999(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not implemented)',
    );
  });
});

it('everything the POSIX layer serves has a signature', () => {
  const table = readFileSync(new URL('../../images/libposix/src/dispatch.c', import.meta.url), 'utf8');
  const served = [...table.matchAll(/SERVE\w*\((\w+)[,)]/g)].map(([, name = '']) => name);
  expect(served.length).toBeGreaterThan(100);
  expect(served.filter((name) => name !== 'name' && posixSignatures[name] === undefined)).toEqual([]);
});
