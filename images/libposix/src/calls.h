/*
 * Every call this layer serves, by the name that musl gives its number. The dispatcher's table (dispatch.c) is made of
 * them.
 *
 * A call answers what the system-call interface says: a value, or a negated error number of musl's <errno.h>. It runs
 * with the layer's lock held unless dispatch.c says otherwise.
 */
#ifndef NVX_CALLS_H
#define NVX_CALLS_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>
#include <time.h>

#include "linux-abi.h"

struct epoll_event;
struct iovec;
struct msghdr;
struct nvx_itimerspec32;
struct nvx_itimerspec64;
struct nvx_itimerval;
struct nvx_sigevent;
struct pollfd;
struct rlimit;
struct rusage32;
struct sockaddr;
struct statfs;
struct sysinfo;
struct tms;
struct utsname;

/* What a new thread runs: musl's clone leaves it where the sixth argument points. */
struct nvx_clone_start {
    int (*function)(void *);
    void *argument;
};

/* files.c: descriptors */
long nvx_call_openat(int directory, const char *text, int flags, unsigned mode);
long nvx_call_open(const char *text, int flags, unsigned mode);
long nvx_call_creat(const char *text, unsigned mode);
long nvx_call_close(int descriptor);
long nvx_call_dup(int descriptor);
long nvx_call_dup2(int descriptor, int target);
long nvx_call_dup3(int descriptor, int target, int flags);
long nvx_call_flock(int descriptor, int operation);
long nvx_call_fcntl64(int descriptor, int command, uintptr_t argument);
long nvx_call_ioctl(int descriptor, unsigned request, uintptr_t argument);

/* io.c: reading, writing, seeking */
long nvx_call_read(int descriptor, void *buffer, size_t bytes);
long nvx_call_write(int descriptor, const void *buffer, size_t bytes);
long nvx_call_pread64(int descriptor, void *buffer, size_t bytes, uint32_t low, uint32_t high);
long nvx_call_pwrite64(int descriptor, const void *buffer, size_t bytes, uint32_t low, uint32_t high);
long nvx_call_readv(int descriptor, const struct iovec *vector, int count);
long nvx_call_writev(int descriptor, const struct iovec *vector, int count);
long nvx_call_preadv(int descriptor, const struct iovec *vector, int count, uint32_t low, uint32_t high);
long nvx_call_pwritev(int descriptor, const struct iovec *vector, int count, uint32_t low, uint32_t high);
long nvx_call__llseek(int descriptor, uint32_t high, uint32_t low, int64_t *position, int whence);
long nvx_call_lseek(int descriptor, long offset, int whence);
long nvx_call_fsync(int descriptor);
long nvx_call_sync(void);
long nvx_call_fadvise64_64(int descriptor);

/* listing.c: directories */
long nvx_call_getdents64(int descriptor, char *buffer, size_t size);

/* readiness.c: poll and select */
long nvx_call_poll(struct pollfd *descriptors, unsigned long count, int milliseconds);
long nvx_call_ppoll(struct pollfd *descriptors, unsigned long count, const struct nvx_timespec32 *timeout,
                    const uint64_t *mask);
long nvx_call_ppoll_time64(struct pollfd *descriptors, unsigned long count, const struct nvx_timespec64 *timeout,
                           const uint64_t *mask);
long nvx_call__newselect(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                         const struct nvx_timespec32 *timeout);
long nvx_call_pselect6(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                       const struct nvx_timespec32 *timeout, const struct nvx_mask *mask);
long nvx_call_pselect6_time64(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                              const struct nvx_timespec64 *timeout, const struct nvx_mask *mask);

/* pipe.c, eventfd.c, sockets.c, socket-….c: what joins two open files, or counts */
long nvx_call_pipe(int ends[2]);
long nvx_call_pipe2(int ends[2], int flags);
long nvx_call_socket(int domain, int type, int protocol);
long nvx_call_socketpair(int domain, int type, int protocol, int ends[2]);
long nvx_call_bind(int descriptor, const struct sockaddr *address, unsigned length);
long nvx_call_listen(int descriptor, int backlog);
long nvx_call_connect(int descriptor, const struct sockaddr *address, unsigned length);
long nvx_call_accept4(int descriptor, struct sockaddr *address, unsigned *length, int flags);
long nvx_call_sendto(int descriptor, const void *buffer, size_t bytes, int flags, const void *address, unsigned length);
long nvx_call_recvfrom(int descriptor, void *buffer, size_t bytes, int flags, void *address, unsigned *length);
long nvx_call_sendmsg(int descriptor, const struct msghdr *message, int flags);
long nvx_call_recvmsg(int descriptor, struct msghdr *message, int flags);
long nvx_call_shutdown(int descriptor, int what);
long nvx_call_getsockname(int descriptor, struct sockaddr *address, unsigned *length);
long nvx_call_getpeername(int descriptor, struct sockaddr *address, unsigned *length);
long nvx_call_getsockopt(int descriptor, int level, int name, void *value, unsigned *length);
long nvx_call_setsockopt(int descriptor, int level, int name, const void *value, unsigned length);
long nvx_call_eventfd(unsigned start);
long nvx_call_eventfd2(unsigned start, int flags);
long nvx_call_memfd_create(const char *name, unsigned flags);

/* epoll.c */
long nvx_call_epoll_create(int size);
long nvx_call_epoll_create1(int flags);
long nvx_call_epoll_ctl(int descriptor, int operation, int target, const struct epoll_event *event);
long nvx_call_epoll_wait(int descriptor, struct epoll_event *events, int most, int milliseconds);
long nvx_call_epoll_pwait(int descriptor, struct epoll_event *events, int most, int milliseconds,
                          const uint64_t *mask);

/* path.c: the current directory */
long nvx_call_chdir(const char *text);
long nvx_call_fchdir(int descriptor);
long nvx_call_getcwd(char *buffer, size_t size);

/* tree.c: names */
long nvx_call_umask(unsigned mask);
long nvx_call_mkdirat(int directory, const char *text, unsigned mode);
long nvx_call_mkdir(const char *text, unsigned mode);
long nvx_call_unlinkat(int directory, const char *text, int flags);
long nvx_call_unlink(const char *text);
long nvx_call_rmdir(const char *text);
long nvx_call_renameat2(int from_directory, const char *from_text, int to_directory, const char *to_text,
                        unsigned flags);
long nvx_call_renameat(int from_directory, const char *from_text, int to_directory, const char *to_text);
long nvx_call_rename(const char *from_text, const char *to_text);
long nvx_call_linkat(int from_directory, const char *from_text, int to_directory, const char *to_text, int flags);
long nvx_call_link(const char *from_text, const char *to_text);
long nvx_call_symlinkat(const char *target, int directory, const char *text);
long nvx_call_symlink(const char *target, const char *text);
long nvx_call_mknodat(int directory, const char *text, unsigned mode);
long nvx_call_mknod(const char *text, unsigned mode);
long nvx_call_readlinkat(int directory, const char *text, char *buffer, size_t size);
long nvx_call_readlink(const char *text, char *buffer, size_t size);

/* stat.c: what is known about files */
long nvx_call_statx(int directory, const char *text, int flags, unsigned mask, struct nvx_statx *out);
long nvx_call_fstatat64(int directory, const char *text, struct nvx_kstat *out, int flags);
long nvx_call_stat64(const char *text, struct nvx_kstat *out);
long nvx_call_lstat64(const char *text, struct nvx_kstat *out);
long nvx_call_fstat64(int descriptor, struct nvx_kstat *out);
long nvx_call_faccessat2(int directory, const char *text, int mode, int flags);
long nvx_call_faccessat(int directory, const char *text, int mode);
long nvx_call_access(const char *text, int mode);

/* attributes.c: changing that */
long nvx_call_fchmodat(int directory, const char *text, unsigned mode);
long nvx_call_chmod(const char *text, unsigned mode);
long nvx_call_fchmod(int descriptor, unsigned mode);
long nvx_call_fchownat(int directory, const char *text, unsigned user, unsigned group, int flags);
long nvx_call_chown32(const char *text, unsigned user, unsigned group);
long nvx_call_lchown32(const char *text, unsigned user, unsigned group);
long nvx_call_fchown32(int descriptor, unsigned user, unsigned group);
long nvx_call_utimensat_time64(int directory, const char *text, const struct nvx_timespec64 times[2], int flags);
long nvx_call_utimensat(int directory, const char *text, const struct nvx_timespec32 times[2], int flags);
long nvx_call_truncate64(const char *text, uint32_t low, uint32_t high);
long nvx_call_ftruncate64(int descriptor, uint32_t low, uint32_t high);
long nvx_call_fallocate(int descriptor, int mode, uint32_t offset_low, uint32_t offset_high, uint32_t length_low,
                        uint32_t length_high);
long nvx_call_statfs64(const char *text, size_t size, struct statfs *out);
long nvx_call_fstatfs64(int descriptor, size_t size, struct statfs *out);

/* memory.c: the address space */
long nvx_call_mmap2(uintptr_t wanted, size_t length, int protection, int flags, int descriptor, uint32_t page_offset);
long nvx_call_munmap(uintptr_t start, size_t length);
long nvx_call_mprotect(uintptr_t start, size_t length, int protection);
long nvx_call_mremap(uintptr_t start, size_t old_length, size_t new_length, int flags, uintptr_t wanted);
long nvx_call_madvise(uintptr_t start, size_t length, int advice);
long nvx_call_mlock(uintptr_t start, size_t length);
long nvx_call_msync(uintptr_t start, size_t length, int flags);
long nvx_call_brk(uintptr_t wanted);

/* clocks.c: time */
long nvx_call_clock_gettime64(clockid_t clock, struct nvx_timespec64 *time);
long nvx_call_clock_gettime32(clockid_t clock, struct nvx_timespec32 *time);
long nvx_call_clock_getres_time64(clockid_t clock, struct nvx_timespec64 *resolution);
long nvx_call_clock_getres_time32(clockid_t clock, struct nvx_timespec32 *resolution);
long nvx_call_clock_settime64(void);
long nvx_call_gettimeofday_time32(struct nvx_timespec32 *time);
long nvx_call_time(int32_t *time);
long nvx_call_clock_nanosleep_time64(clockid_t clock, int flags, const struct nvx_timespec64 *request,
                                     struct nvx_timespec64 *remaining);
long nvx_call_clock_nanosleep_time32(clockid_t clock, int flags, const struct nvx_timespec32 *request,
                                     struct nvx_timespec32 *remaining);
long nvx_call_nanosleep(const struct nvx_timespec32 *request, struct nvx_timespec32 *remaining);
long nvx_call_times(struct tms *times);
long nvx_call_getrusage(int who, struct rusage32 *usage);

/* futex.c */
long nvx_call_futex(volatile int *word, int operation, int value, const struct nvx_timespec32 *timeout,
                    volatile int *target, int compare);
long nvx_call_futex_time64(volatile int *word, int operation, int value, const struct nvx_timespec64 *timeout,
                           volatile int *target, int compare);

/* threads.c */
_Noreturn void nvx_call_exit(int status, uintptr_t stack, size_t stack_size);
long nvx_call_clone(unsigned long flags, uintptr_t stack, int *tid_result, uintptr_t data_area,
                    volatile int *clear_on_exit, const struct nvx_clone_start *how);
long nvx_call_set_thread_area(uintptr_t data_area);
long nvx_call_set_tid_address(volatile int *word);
long nvx_call_set_robust_list(struct nvx_robust_list *list, size_t size);
long nvx_call_get_robust_list(int tid, struct nvx_robust_list **list, size_t *size);
long nvx_call_gettid(void);
long nvx_call_sched_yield(void);

/* signals.c */
long nvx_call_tkill(int tid, int number);
long nvx_call_tgkill(int pid, int tid, int number);
long nvx_call_kill(int pid, int number);
long nvx_call_rt_sigqueueinfo(int pid, int number, const siginfo_t *information);
long nvx_call_sigaltstack(const stack_t *wanted, stack_t *old);
long nvx_call_rt_sigaction(int number, const struct nvx_sigaction *action, struct nvx_sigaction *old,
                           size_t mask_bytes);
long nvx_call_rt_sigprocmask(int how, const uint64_t *set, uint64_t *old, size_t mask_bytes);
long nvx_call_rt_sigpending(uint64_t *set, size_t mask_bytes);
long nvx_call_pause(void);
long nvx_call_rt_sigsuspend(const uint64_t *mask, size_t mask_bytes);
long nvx_call_rt_sigtimedwait(const uint64_t *set, siginfo_t *information, const struct nvx_timespec32 *timeout,
                              size_t mask_bytes);
long nvx_call_rt_sigtimedwait_time64(const uint64_t *set, siginfo_t *information, const struct nvx_timespec64 *timeout,
                                     size_t mask_bytes);

/* timers.c */
long nvx_call_getitimer(int which, struct nvx_itimerval *out);
long nvx_call_setitimer(int which, const struct nvx_itimerval *wanted, struct nvx_itimerval *old);
long nvx_call_timer_create(clockid_t clock, const struct nvx_sigevent *event, int *id);
long nvx_call_timer_settime32(int id, int flags, const struct nvx_itimerspec32 *wanted);
long nvx_call_timer_settime64(int id, int flags, const struct nvx_itimerspec64 *wanted, struct nvx_itimerspec64 *old);
long nvx_call_timer_gettime64(int id, struct nvx_itimerspec64 *out);
long nvx_call_timer_getoverrun(int id);
long nvx_call_timer_delete(int id);

/* process.c: identity, the end */
_Noreturn void nvx_call_exit_group(int status);
long nvx_call_getpid(void);
long nvx_call_getppid(void);
long nvx_call_getpgid(int pid);
long nvx_call_getuid32(void);
long nvx_call_setuid32(unsigned id);
long nvx_call_setreuid32(unsigned real, unsigned effective);
long nvx_call_setresuid32(unsigned real, unsigned effective, unsigned saved);
long nvx_call_getresuid32(unsigned *real, unsigned *effective, unsigned *saved);
long nvx_call_getgroups32(int size, unsigned *groups);
long nvx_call_setgroups32(int size, const unsigned *groups);
long nvx_call_uname(struct utsname *name);
long nvx_call_sysinfo(struct sysinfo *information);
long nvx_call_sched_getaffinity(int tid, size_t size, unsigned long *mask);
long nvx_call_sched_setaffinity(int tid, size_t size, const unsigned long *mask);
long nvx_call_getcpu(unsigned *processor, unsigned *node);
long nvx_call_getpriority(int which, int who);
long nvx_call_setpriority(int which, int who, int niceness);
long nvx_call_sched_get_priority_max(int policy);
long nvx_call_sched_get_priority_min(int policy);
long nvx_call_sched_rr_get_interval_time64(int tid, struct nvx_timespec64 *interval);
long nvx_call_sched_rr_get_interval_time32(int tid, struct nvx_timespec32 *interval);

/* rlimits.c: resource limits */
long nvx_call_prlimit64(int pid, int resource, const struct rlimit *wanted, struct rlimit *old);
long nvx_call_ugetrlimit(int resource, uint32_t limits[2]);

/* random.c */
long nvx_call_getrandom(void *buffer, size_t bytes, unsigned flags);

#endif
