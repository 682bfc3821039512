/*
 * Where musl's system calls arrive, and the table that sends each to the function that serves it.
 *
 * musl's own sources are compiled with a syscall_arch.h that calls nanvix_posix_syscall instead of trapping
 * (images/musl/overlay). The numbers are musl's. A number without a row answers ENOSYS: what Nanvix lacks is refused,
 * not pretended.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/syscall.h>

#include "calls.h"
#include "lock.h"
#include "signals.h"

typedef long posix_call(long, long, long, long, long, long);

struct row {
    posix_call *call;
    /* The call takes the lock itself where it needs it, since it blocks or ends. */
    bool unlocked;
    /* A handler with SA_RESTART lets it go on. One that waits until a time would wait longer. */
    enum { NEVER, ALWAYS, WITHOUT_TIME } restarts;
};

/* Each call has the parameters it needs. In the i386 calling convention the caller removes the arguments, so giving a
 * function more of them than it looks at does no harm. */
#define CALL(function) ((posix_call *)(void (*)(void))(function))
#define SERVE(name) [SYS_##name] = {CALL(nvx_call_##name), false, NEVER}
#define SERVE_BY(name, function) [SYS_##name] = {CALL(nvx_call_##function), false, NEVER}
#define SERVE_UNLOCKED(name) [SYS_##name] = {CALL(nvx_call_##name), true, NEVER}
#define SERVE_RESTARTED(name) [SYS_##name] = {CALL(nvx_call_##name), false, ALWAYS}
#define SERVE_FUTEX(name) [SYS_##name] = {CALL(nvx_call_##name), true, WITHOUT_TIME}

static const struct row table[] = {
    /* Descriptors. */
    SERVE(open),
    SERVE(openat),
    SERVE(creat),
    SERVE(close),
    SERVE(dup),
    SERVE(dup2),
    SERVE(dup3),
    SERVE(fcntl64),
    SERVE_BY(fcntl, fcntl64),
    SERVE(ioctl),
    SERVE(flock),

    /* Reading, writing, seeking. */
    SERVE_RESTARTED(read),
    SERVE_RESTARTED(write),
    SERVE_RESTARTED(readv),
    SERVE_RESTARTED(writev),
    SERVE(pread64),
    SERVE(pwrite64),
    SERVE(preadv),
    SERVE(pwritev),
    SERVE(_llseek),
    SERVE(lseek),
    SERVE(fsync),
    SERVE_BY(fdatasync, fsync),
    SERVE_BY(syncfs, fsync),
    SERVE(sync),
    SERVE(fadvise64_64),
    SERVE(getdents64),
    SERVE_UNLOCKED(poll),
    SERVE_UNLOCKED(ppoll),
    SERVE_UNLOCKED(ppoll_time64),
    SERVE_UNLOCKED(_newselect),
    SERVE_UNLOCKED(pselect6),
    SERVE_UNLOCKED(pselect6_time64),

    /* What joins two open files, or counts. */
    SERVE(pipe),
    SERVE(pipe2),
    SERVE(socket),
    SERVE(socketpair),
    SERVE(bind),
    SERVE(listen),
    SERVE_RESTARTED(connect),
    SERVE_RESTARTED(accept4),
    SERVE_RESTARTED(sendto),
    SERVE_RESTARTED(recvfrom),
    SERVE_RESTARTED(sendmsg),
    SERVE_RESTARTED(recvmsg),
    SERVE(shutdown),
    SERVE(getsockname),
    SERVE(getpeername),
    SERVE(getsockopt),
    SERVE(setsockopt),
    SERVE(eventfd),
    SERVE(eventfd2),
    SERVE(memfd_create),
    SERVE(epoll_create),
    SERVE(epoll_create1),
    SERVE(epoll_ctl),
    SERVE_UNLOCKED(epoll_wait),
    SERVE_UNLOCKED(epoll_pwait),

    /* Names. */
    SERVE(chdir),
    SERVE(fchdir),
    SERVE(getcwd),
    SERVE(umask),
    SERVE(mkdir),
    SERVE(mkdirat),
    SERVE(rmdir),
    SERVE(unlink),
    SERVE(unlinkat),
    SERVE(rename),
    SERVE(renameat),
    SERVE(renameat2),
    SERVE(link),
    SERVE(linkat),
    SERVE(symlink),
    SERVE(symlinkat),
    SERVE(mknod),
    SERVE(mknodat),
    SERVE(readlink),
    SERVE(readlinkat),

    /* Attributes. */
    SERVE(statx),
    SERVE(stat64),
    SERVE(lstat64),
    SERVE(fstat64),
    SERVE(fstatat64),
    SERVE(access),
    SERVE(faccessat),
    SERVE(faccessat2),
    SERVE(chmod),
    SERVE(fchmod),
    SERVE(fchmodat),
    SERVE(chown32),
    SERVE(lchown32),
    SERVE(fchown32),
    SERVE(fchownat),
    SERVE(utimensat),
    SERVE(utimensat_time64),
    SERVE(truncate64),
    SERVE(ftruncate64),
    SERVE(fallocate),
    SERVE(statfs64),
    SERVE(fstatfs64),

    /* Memory. */
    SERVE(brk),
    SERVE(mmap2),
    SERVE(munmap),
    SERVE(mprotect),
    SERVE(mremap),
    SERVE(madvise),
    SERVE(msync),
    SERVE(mlock),
    SERVE_BY(munlock, mlock),

    /* Time. */
    SERVE(time),
    SERVE(times),
    SERVE(getrusage),
    SERVE(gettimeofday_time32),
    SERVE(clock_gettime32),
    SERVE(clock_gettime64),
    SERVE(clock_getres_time32),
    SERVE(clock_getres_time64),
    SERVE(clock_settime64),
    SERVE_BY(clock_settime32, clock_settime64),
    SERVE_BY(settimeofday_time32, clock_settime64),
    SERVE_UNLOCKED(nanosleep),
    SERVE_UNLOCKED(clock_nanosleep_time32),
    SERVE_UNLOCKED(clock_nanosleep_time64),

    /* Threads and signals. */
    SERVE_UNLOCKED(clone),
    SERVE_UNLOCKED(exit),
    SERVE_FUTEX(futex),
    SERVE_FUTEX(futex_time64),
    SERVE_UNLOCKED(gettid),
    SERVE_UNLOCKED(sched_yield),
    SERVE_UNLOCKED(set_thread_area),
    SERVE_UNLOCKED(set_tid_address),
    SERVE_UNLOCKED(set_robust_list),
    SERVE_UNLOCKED(get_robust_list),
    SERVE(kill),
    SERVE(tkill),
    SERVE(tgkill),
    SERVE(rt_sigqueueinfo),
    SERVE(sigaltstack),
    SERVE(setitimer),
    SERVE(getitimer),
    SERVE(timer_create),
    SERVE(timer_settime32),
    SERVE(timer_settime64),
    SERVE(timer_gettime64),
    SERVE(timer_getoverrun),
    SERVE(timer_delete),
    SERVE(rt_sigaction),
    SERVE(rt_sigprocmask),
    SERVE(rt_sigpending),
    SERVE_UNLOCKED(rt_sigsuspend),
    SERVE_UNLOCKED(rt_sigtimedwait),
    SERVE_UNLOCKED(rt_sigtimedwait_time64),
    SERVE_UNLOCKED(pause),

    /* The process and its machine. */
    SERVE_UNLOCKED(exit_group),
    SERVE(getpid),
    SERVE(getppid),
    SERVE(getpgid),
    SERVE_BY(getsid, getpgid),
    SERVE(getuid32),
    SERVE_BY(geteuid32, getuid32),
    SERVE_BY(getgid32, getuid32),
    SERVE_BY(getegid32, getuid32),
    SERVE(setuid32),
    SERVE_BY(setgid32, setuid32),
    SERVE(setreuid32),
    SERVE_BY(setregid32, setreuid32),
    SERVE(setresuid32),
    SERVE_BY(setresgid32, setresuid32),
    SERVE(getresuid32),
    SERVE_BY(getresgid32, getresuid32),
    SERVE(getgroups32),
    SERVE(setgroups32),
    SERVE(uname),
    SERVE(prlimit64),
    SERVE(ugetrlimit),
    SERVE(sysinfo),
    SERVE(sched_getaffinity),
    SERVE(sched_setaffinity),
    SERVE(getcpu),
    SERVE(getpriority),
    SERVE(setpriority),
    SERVE(sched_get_priority_max),
    SERVE(sched_get_priority_min),
    SERVE_BY(sched_rr_get_interval, sched_rr_get_interval_time32),
    SERVE(sched_rr_get_interval_time64),
    SERVE(getrandom),
};

/* The call was interrupted and goes on. The fourth argument of a futex's wait says until when. */
static bool goes_on(const struct row *row, long result, long d)
{
    return result == -EINTR && (row->restarts == ALWAYS || (row->restarts == WITHOUT_TIME && d == 0));
}

long nanvix_posix_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    const struct row *row = &table[number];
    long result;

    if ((unsigned long)number >= sizeof(table) / sizeof(table[0]) || row->call == NULL)
        return -ENOSYS;
    for (;;) {
        if (row->unlocked) {
            result = row->call(a, b, c, d, e, f);
        } else {
            nvx_enter();
            result = row->call(a, b, c, d, e, f);
            nvx_leave();
        }
        if (!nvx_signals_sent || !nvx_signals_deliver() || !goes_on(row, result, d))
            return result;
    }
}
