/*
 * The program as a process: its end, its identity, the machine it is told about.
 */
#include "process.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "calls.h"
#include "fat/node.h"
#include "folders.h"
#include "kernel.h"
#include "limits.h"
#include "lock.h"
#include "pointers.h"
#include "shared.h"
#include "threads.h"

struct nvx_instant nvx_process_start;

const char *nvx_process_path(void)
{
    static char path[1 + NVX_NAME_UNITS + 1] = "/";

    strncpy(path + 1, program_invocation_short_name, NVX_NAME_UNITS);
    return path;
}

#if NANVIX_ERA_M
int nvx_process_id;

void nvx_process_begin(void)
{
    nvx_process_id = (int)nanvix_getpid();
    nvx_thread_begin_first((int)nanvix_gettid());
}
#endif

_Noreturn void nvx_call_exit_group(int status)
{
    nvx_enter();
    nvx_shared_finish();
    nvx_folders_finish();
    fat_node_finish_all();
    nanvix_exit(status & 0xff);
}

_Noreturn void nvx_end_by_signal(int number)
{
    /* Era S has no signals: as a shell would tell it. In Era M as the kernel ends a program. */
    nvx_call_exit_group(NANVIX_ERA_S ? 128 + number : NANVIX_EXIT_SIGNALLED);
}

long nvx_call_getpid(void)
{
    return nvx_process_id;
}

/* In Era S the host's number: nothing in the machine started the program. */
long nvx_call_getppid(void)
{
#if NANVIX_ERA_S
    return NANVIX_PROCESS_HOST;
#else
    return (long)nanvix_getppid();
#endif
}

long nvx_call_getpgid(int pid)
{
    return pid == 0 || pid == nvx_call_getpid() ? nvx_call_getpid() : -ESRCH;
}

/* There is one user, 0, and one group, 0; becoming oneself is allowed. */
long nvx_call_getuid32(void)
{
    return 0;
}

long nvx_call_setuid32(unsigned id)
{
    return id == 0 ? 0 : -EPERM;
}

static long all_zero_or_unchanged(unsigned a, unsigned b, unsigned c)
{
    const unsigned unchanged = (unsigned)-1;

    return (a == 0 || a == unchanged) && (b == 0 || b == unchanged) && (c == 0 || c == unchanged) ? 0 : -EPERM;
}

long nvx_call_setreuid32(unsigned real, unsigned effective)
{
    return all_zero_or_unchanged(real, effective, 0);
}

long nvx_call_setresuid32(unsigned real, unsigned effective, unsigned saved)
{
    return all_zero_or_unchanged(real, effective, saved);
}

long nvx_call_getresuid32(unsigned *real, unsigned *effective, unsigned *saved)
{
    *real = *effective = *saved = 0;
    return 0;
}

/* Further groups: none until they are set. */
static struct {
    int count;
    unsigned list[NVX_GROUPS];
} further;

long nvx_call_getgroups32(int size, unsigned *groups)
{
    if (size < 0 || (size > 0 && size < further.count))
        return -EINVAL;
    if (size > 0) {
        if (!nvx_writable(groups, (size_t)further.count * sizeof(*groups)))
            return -EFAULT;
        memcpy(groups, further.list, (size_t)further.count * sizeof(*groups));
    }
    return further.count;
}

long nvx_call_setgroups32(int size, const unsigned *groups)
{
    if (size < 0 || size > NVX_GROUPS)
        return -EINVAL;
    if (!nvx_readable(groups, (size_t)size * sizeof(*groups)))
        return -EFAULT;
    memcpy(further.list, groups, (size_t)size * sizeof(*groups));
    further.count = size;
    return 0;
}

long nvx_call_uname(struct utsname *name)
{
    *name = (struct utsname){
        .sysname = "Nanvix",
        .nodename = NVX_HOST_NAME,
        .release = "0.12",
        .version = "microvm standalone",
        .machine = "i686",
        .domainname = "(none)",
    };
    return 0;
}

/* The kernel tells nobody how much memory there is, so that is left at 0. */
long nvx_call_sysinfo(struct sysinfo *information)
{
    struct nvx_instant up = nvx_instant_since(nvx_clock_now(), nvx_process_start);

    memset(information, 0, sizeof(*information));
    information->uptime = (unsigned long)up.seconds;
    information->procs = 1;
    information->mem_unit = 1;
    return 0;
}

/* A thread of the program, by its number; 0 and the program's own number are the calling one and the first. */
static bool is_thread(int tid)
{
    return tid == 0 || tid == nvx_call_getpid() || nvx_thread_find(tid) != NULL;
}

/* One processor. */
long nvx_call_sched_getaffinity(int tid, size_t size, unsigned long *mask)
{
    if (size < sizeof(*mask))
        return -EINVAL;
    if (!is_thread(tid))
        return -ESRCH;
    if (!nvx_writable(mask, sizeof(*mask)))
        return -EFAULT;
    *mask = 1;
    return sizeof(*mask);
}

long nvx_call_sched_setaffinity(int tid, size_t size, const unsigned long *mask)
{
    if (!is_thread(tid))
        return -ESRCH;
    if (size > 0 && !nvx_readable(mask, size < sizeof(*mask) ? size : sizeof(*mask)))
        return -EFAULT;
    return size >= sizeof(*mask) && (*mask & 1) ? 0 : -EINVAL;
}

long nvx_call_getcpu(unsigned *processor, unsigned *node)
{
    if (processor != NULL)
        *processor = 0;
    if (node != NULL)
        *node = 0;
    return 0;
}

/* The niceness is kept and told: there is nobody to be nice to. */
static int niceness;

static long check_process(int which, int who)
{
    if (which != PRIO_PROCESS && which != PRIO_PGRP && which != PRIO_USER)
        return -EINVAL;
    return who == 0 || (which != PRIO_USER && is_thread(who)) ? 0 : -ESRCH;
}

long nvx_call_getpriority(int which, int who)
{
    long result = check_process(which, who);

    /* As the system-call interface answers it. */
    return result < 0 ? result : 20 - niceness;
}

long nvx_call_setpriority(int which, int who, int wanted)
{
    long result = check_process(which, who);

    if (result == 0)
        niceness = wanted < -20 ? -20 : wanted > 19 ? 19 : wanted;
    return result;
}

/* Priorities of a policy: those of real time are known by their numbers, no thread has one. */
static long priority_of(int policy, long of_real_time)
{
    switch (policy) {
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
        return 0;
    case SCHED_FIFO:
    case SCHED_RR:
        return of_real_time;
    default:
        return -EINVAL;
    }
}

long nvx_call_sched_get_priority_max(int policy)
{
    return priority_of(policy, 99);
}

long nvx_call_sched_get_priority_min(int policy)
{
    return priority_of(policy, 1);
}

/* The kernel's quantum: 50 ticks of a millisecond. */
enum { QUANTUM_NANOSECONDS = 50000000 };

long nvx_call_sched_rr_get_interval_time64(int tid, struct nvx_timespec64 *interval)
{
    if (!is_thread(tid))
        return -ESRCH;
    if (!nvx_writable(interval, sizeof(*interval)))
        return -EFAULT;
    *interval = (struct nvx_timespec64){0, QUANTUM_NANOSECONDS};
    return 0;
}

long nvx_call_sched_rr_get_interval_time32(int tid, struct nvx_timespec32 *interval)
{
    if (!is_thread(tid))
        return -ESRCH;
    if (!nvx_writable(interval, sizeof(*interval)))
        return -EFAULT;
    *interval = (struct nvx_timespec32){0, QUANTUM_NANOSECONDS};
    return 0;
}
