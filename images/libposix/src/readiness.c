/*
 * poll and select.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/select.h>

#include "calls.h"
#include "clock.h"
#include "files.h"
#include "kinds.h"
#include "limits.h"
#include "linux-abi.h"
#include "lock.h"
#include "readiness.h"
#include "signals.h"
#include "sleep.h"
#include "wait.h"

enum { READING = POLLIN | POLLRDNORM, WRITING = POLLOUT | POLLWRNORM, ALWAYS_TOLD = POLLERR | POLLHUP };

/* What of `wanted` holds now, and what is told unasked. Files on the volume never block. */
short nvx_ready(const struct nvx_file *file, short wanted)
{
    short now = 0;

    if (file->node != NULL) {
        int mode = file->flags & O_ACCMODE;

        now = (short)((mode != O_WRONLY ? READING : 0) | (mode != O_RDONLY ? WRITING : 0));
    } else {
        now = file->kind->ready(file);
        now = (short)(now | ((now & POLLIN) ? POLLRDNORM : 0) | ((now & POLLOUT) ? POLLWRNORM : 0));
    }
    return (short)(now & (wanted | ALWAYS_TOLD));
}

static short readiness(int descriptor, short wanted)
{
    const struct nvx_file *file = nvx_file_get(descriptor);

    return file == NULL ? POLLNVAL : nvx_ready(file, wanted);
}

static long poll_once(struct pollfd *descriptors, unsigned long count)
{
    long ready = 0;

    for (unsigned long i = 0; i < count; i++) {
        descriptors[i].revents = descriptors[i].fd < 0 ? 0 : readiness(descriptors[i].fd, descriptors[i].events);
        ready += descriptors[i].revents != 0;
    }
    return ready;
}

static struct nvx_patience patience(bool ends, int64_t seconds, int64_t nanoseconds)
{
    return (struct nvx_patience){ends, {seconds, (uint32_t)nanoseconds}};
}

struct nvx_patience nvx_patience_of(int milliseconds)
{
    return milliseconds < 0 ? patience(false, 0, 0)
                            : patience(true, milliseconds / 1000, milliseconds % 1000 * 1000000ll);
}

/* With one thread nothing becomes ready by waiting: then the wait is a sleep. */
long nvx_wait_until_ready(long (*look)(void *), void *what, struct nvx_patience patience)
{
    const bool at_once = patience.ends && patience.span.seconds == 0 && patience.span.nanoseconds == 0;
    struct nvx_instant deadline;
    long result = 0;
    long ready;

    if (patience.ends && (patience.span.seconds < 0 || patience.span.nanoseconds >= NVX_NANOSECONDS))
        return -EINVAL;
    nvx_enter();
    ready = look(what);
    if (ready != 0 || at_once || !nvx_threaded) {
        nvx_leave();
        return ready != 0 || at_once ? ready : nvx_sleep(patience.ends ? &patience.span : NULL);
    }
    deadline = nvx_instant_add(nvx_clock_now(), patience.span);
    while (ready == 0 && result == 0) {
        result = nvx_wait_since(nvx_wait_mark(), patience.ends ? &deadline : NULL);
        ready = look(what);
    }
    nvx_leave();
    return ready != 0 || result == -ETIMEDOUT ? ready : result;
}

struct poll_set {
    struct pollfd *descriptors;
    unsigned long count;
};

static long look_at_poll(void *what)
{
    struct poll_set *set = what;

    return poll_once(set->descriptors, set->count);
}

static long poll_for(struct pollfd *descriptors, unsigned long count, struct nvx_patience patience)
{
    struct poll_set set = {descriptors, count};

    return count > NVX_DESCRIPTORS ? -EINVAL : nvx_wait_until_ready(look_at_poll, &set, patience);
}

long nvx_call_poll(struct pollfd *descriptors, unsigned long count, int milliseconds)
{
    return poll_for(descriptors, count, nvx_patience_of(milliseconds));
}

static long poll_with_mask(struct pollfd *descriptors, unsigned long count, struct nvx_patience patience,
                           const uint64_t *mask)
{
    uint64_t before = nvx_signals_begin_mask(mask);
    long result = poll_for(descriptors, count, patience);

    nvx_signals_end_mask(mask, before);
    return result;
}

long nvx_call_ppoll(struct pollfd *descriptors, unsigned long count, const struct nvx_timespec32 *timeout,
                    const uint64_t *mask)
{
    return poll_with_mask(
        descriptors, count,
        timeout == NULL ? patience(false, 0, 0) : patience(true, timeout->seconds, timeout->nanoseconds), mask);
}

long nvx_call_ppoll_time64(struct pollfd *descriptors, unsigned long count, const struct nvx_timespec64 *timeout,
                           const uint64_t *mask)
{
    return poll_with_mask(
        descriptors, count,
        timeout == NULL ? patience(false, 0, 0) : patience(true, timeout->seconds, timeout->nanoseconds), mask);
}

/* The sets that a select is called with: what to read, to write, and what has something exceptional, which nothing has.
 */
struct select_set {
    int count;
    fd_set *set[3];
};

/* The event that each set asks for, and what answers it besides: an end or an error is not waited for. */
static const short asked[] = {POLLIN, POLLOUT, 0};
static const short answers[] = {POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, 0};

static long look_at_select(void *what)
{
    const struct select_set *sets = what;
    long ready = 0;

    for (unsigned i = 0; i < 3; i++)
        for (int j = 0; sets->set[i] != NULL && j < sets->count; j++) {
            short now = FD_ISSET(j, sets->set[i]) ? readiness(j, asked[i]) : 0;

            if (now == POLLNVAL)
                return -EBADF;
            ready += (now & answers[i]) != 0;
        }
    return ready;
}

/* Leaves in each set the descriptors that are ready. */
static void keep_ready(const struct select_set *sets)
{
    for (unsigned i = 0; i < 3; i++)
        for (int j = 0; sets->set[i] != NULL && j < sets->count; j++)
            if (FD_ISSET(j, sets->set[i]) && !(readiness(j, asked[i]) & answers[i]))
                FD_CLR(j, sets->set[i]);
}

static long select_for(struct select_set sets, struct nvx_patience patience)
{
    long result;

    if (sets.count < 0 || sets.count > FD_SETSIZE)
        return -EINVAL;
    result = nvx_wait_until_ready(look_at_select, &sets, patience);
    if (result < 0)
        return result;
    nvx_enter();
    keep_ready(&sets);
    nvx_leave();
    return result;
}

/* The second word of this timeout is microseconds. */
long nvx_call__newselect(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                         const struct nvx_timespec32 *timeout)
{
    return select_for((struct select_set){count, {read, write, exceptional}},
                      timeout == NULL ? patience(false, 0, 0)
                                      : patience(true, timeout->seconds, timeout->nanoseconds * 1000ll));
}

static long select_with_mask(struct select_set sets, struct nvx_patience patience, const struct nvx_mask *mask)
{
    const uint64_t *wanted = mask == NULL ? NULL : mask->mask;
    uint64_t before = nvx_signals_begin_mask(wanted);
    long result = select_for(sets, patience);

    nvx_signals_end_mask(wanted, before);
    return result;
}

long nvx_call_pselect6(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                       const struct nvx_timespec32 *timeout, const struct nvx_mask *mask)
{
    return select_with_mask(
        (struct select_set){count, {read, write, exceptional}},
        timeout == NULL ? patience(false, 0, 0) : patience(true, timeout->seconds, timeout->nanoseconds), mask);
}

long nvx_call_pselect6_time64(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                              const struct nvx_timespec64 *timeout, const struct nvx_mask *mask)
{
    return select_with_mask(
        (struct select_set){count, {read, write, exceptional}},
        timeout == NULL ? patience(false, 0, 0) : patience(true, timeout->seconds, timeout->nanoseconds), mask);
}
