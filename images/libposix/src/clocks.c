/*
 * Clocks and times for programs.
 *
 * The kernel has one clock, which nobody can set: it serves as real time and as the monotonic clock. It has no account
 * of processor time: a program's is the time since its start without what it slept while it had one thread, which is exact for a
 * program that has no other.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>

#include "calls.h"
#include "clock.h"
#include "limits.h"
#include "pointers.h"
#include "process.h"
#include "sleep.h"
#include "threads.h"

struct nvx_instant nvx_processor_time(void)
{
    return nvx_instant_since(nvx_instant_since(nvx_clock_now(), nvx_process_start), nvx_time_slept());
}

/* Processor time of a process or a thread by its number, as its clock's number says: the complement of that number, and three
 * bits that tell which of both. */
static long read_cpu_clock(clockid_t clock, struct nvx_instant *instant)
{
    enum { OF_PROCESS = 2, OF_THREAD = 6, KIND = 7 };
    const int who = ~(clock >> 3);
    const int kind = clock & KIND;

    if (clock >= 0 || (kind != OF_PROCESS && kind != OF_THREAD))
        return -EINVAL;
    if (who != 0 && (kind == OF_PROCESS ? who != nvx_call_getpid() : nvx_thread_find(who) == NULL))
        return -EINVAL;
    *instant = nvx_processor_time();
    return 0;
}

static long read_clock(clockid_t clock, struct nvx_instant *instant)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_TAI:
        *instant = nvx_clock_now();
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
        *instant = nvx_processor_time();
        return 0;
    default:
        return read_cpu_clock(clock, instant);
    }
}

long nvx_call_clock_gettime64(clockid_t clock, struct nvx_timespec64 *time)
{
    struct nvx_instant now;
    long result = read_clock(clock, &now);

    if (result == 0 && !nvx_writable(time, sizeof(*time)))
        result = -EFAULT;
    if (result == 0)
        *time = (struct nvx_timespec64){now.seconds, now.nanoseconds};
    return result;
}

long nvx_call_clock_gettime32(clockid_t clock, struct nvx_timespec32 *time)
{
    struct nvx_instant now;
    long result = read_clock(clock, &now);

    if (result == 0)
        *time = (struct nvx_timespec32){(int32_t)now.seconds, (int32_t)now.nanoseconds};
    return result;
}

/* The host's clock page counts single nanoseconds. */
long nvx_call_clock_getres_time64(clockid_t clock, struct nvx_timespec64 *resolution)
{
    struct nvx_instant now;
    long result = read_clock(clock, &now);

    if (result == 0 && resolution != NULL)
        *resolution = (struct nvx_timespec64){0, 1};
    return result;
}

long nvx_call_clock_getres_time32(clockid_t clock, struct nvx_timespec32 *resolution)
{
    struct nvx_instant now;
    long result = read_clock(clock, &now);

    if (result == 0 && resolution != NULL)
        *resolution = (struct nvx_timespec32){0, 1};
    return result;
}

long nvx_call_clock_settime64(void)
{
    return -EPERM;
}

long nvx_call_gettimeofday_time32(struct nvx_timespec32 *time)
{
    struct nvx_instant now = nvx_clock_now();

    /* The second word is microseconds here. */
    if (time != NULL)
        *time = (struct nvx_timespec32){(int32_t)now.seconds, (int32_t)(now.nanoseconds / 1000)};
    return 0;
}

long nvx_call_time(int32_t *time)
{
    int32_t seconds = (int32_t)nvx_clock_now().seconds;

    if (time != NULL)
        *time = seconds;
    return seconds;
}

/* `remaining` gets what is left when a signal ended a relative sleep. */
static long sleep_on(clockid_t clock, int flags, struct nvx_instant request, struct nvx_instant *remaining)
{
    struct nvx_instant now;
    long result =
        clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_PROCESS_CPUTIME_ID ? -ENOTSUP : read_clock(clock, &now);

    if (result < 0)
        return result;
    if (flags & TIMER_ABSTIME)
        return nvx_sleep_until(request);
    result = nvx_sleep(&request);
    if (result == -EINTR)
        *remaining = nvx_instant_since(nvx_instant_add(now, request), nvx_clock_now());
    return result;
}

long nvx_call_clock_nanosleep_time64(clockid_t clock, int flags, const struct nvx_timespec64 *request,
                                     struct nvx_timespec64 *remaining)
{
    struct nvx_instant left;
    struct nvx_instant span = {request->seconds, (uint32_t)request->nanoseconds};
    long result = sleep_on(clock, flags, span, &left);

    if (result == -EINTR && remaining != NULL && !(flags & TIMER_ABSTIME))
        *remaining = (struct nvx_timespec64){left.seconds, left.nanoseconds};
    return result;
}

long nvx_call_clock_nanosleep_time32(clockid_t clock, int flags, const struct nvx_timespec32 *request,
                                     struct nvx_timespec32 *remaining)
{
    struct nvx_instant left;
    struct nvx_instant span = {request->seconds, (uint32_t)request->nanoseconds};
    long result = sleep_on(clock, flags, span, &left);

    if (result == -EINTR && remaining != NULL && !(flags & TIMER_ABSTIME))
        *remaining = (struct nvx_timespec32){(int32_t)left.seconds, (int32_t)left.nanoseconds};
    return result;
}

long nvx_call_nanosleep(const struct nvx_timespec32 *request, struct nvx_timespec32 *remaining)
{
    return nvx_call_clock_nanosleep_time32(CLOCK_REALTIME, 0, request, remaining);
}

/* All processor time counts as the program's: the kernel's part of it is not known. */
long nvx_call_times(struct tms *times)
{
    struct nvx_instant used = nvx_processor_time();
    struct nvx_instant now = nvx_clock_now();
    const uint32_t tick = NVX_NANOSECONDS / NVX_CLOCK_TICKS;

    if (times != NULL)
        *times = (struct tms){.tms_utime = (clock_t)(used.seconds * NVX_CLOCK_TICKS + used.nanoseconds / tick)};
    /* An answer among the last 4095 numbers would be taken for an error. */
    return (long)((uint32_t)(now.seconds * NVX_CLOCK_TICKS + now.nanoseconds / tick) & 0x7fffffff);
}

/* What musl passes: struct rusage of the system-call interface, with 32-bit times. */
struct rusage32 {
    struct nvx_timespec32 user;
    struct nvx_timespec32 system;
    int32_t counts[14];
};

long nvx_call_getrusage(int who, struct rusage32 *usage)
{
    struct nvx_instant used = nvx_processor_time();

    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
        return -EINVAL;
    memset(usage, 0, sizeof(*usage));
    if (who != RUSAGE_CHILDREN)
        usage->user = (struct nvx_timespec32){(int32_t)used.seconds, (int32_t)(used.nanoseconds / 1000)};
    return 0;
}
