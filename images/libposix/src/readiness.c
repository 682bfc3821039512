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
#include "files.h"
#include "limits.h"
#include "linux-abi.h"
#include "sleep.h"

/* Files never block, and whether a stream would can't be asked: reading it is the only way to know. All are ready. */
static short readiness(int descriptor, short wanted)
{
    const struct nvx_file *file = nvx_file_get(descriptor);
    int mode;

    if (file == NULL)
        return POLLNVAL;
    mode = file->flags & O_ACCMODE;
    if (mode == O_RDONLY)
        return wanted & (POLLIN | POLLRDNORM);
    if (mode == O_WRONLY)
        return wanted & (POLLOUT | POLLWRNORM);
    return wanted & (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
}

static long poll_once(struct pollfd *descriptors, unsigned long count)
{
    long ready = 0;

    if (count > NVX_DESCRIPTORS)
        return -EINVAL;
    for (unsigned long i = 0; i < count; i++) {
        descriptors[i].revents = descriptors[i].fd < 0 ? 0 : readiness(descriptors[i].fd, descriptors[i].events);
        ready += descriptors[i].revents != 0;
    }
    return ready;
}

/* Nothing becomes ready by waiting, so a wait lasts its whole time: until a signal if it has no end. */
long nvx_call_poll(struct pollfd *descriptors, unsigned long count, int milliseconds)
{
    struct nvx_instant span = {milliseconds / 1000, (uint32_t)(milliseconds % 1000) * 1000000u};
    long ready = poll_once(descriptors, count);

    return ready != 0 || milliseconds == 0 ? ready : nvx_sleep(milliseconds < 0 ? NULL : &span);
}

static long sleep_for(bool timed, int64_t seconds, int64_t nanoseconds)
{
    struct nvx_instant span = {seconds, (uint32_t)nanoseconds};

    return nvx_sleep(timed ? &span : NULL);
}

long nvx_call_ppoll(struct pollfd *descriptors, unsigned long count, const struct nvx_timespec32 *timeout)
{
    long ready = poll_once(descriptors, count);

    if (ready != 0)
        return ready;
    return timeout == NULL ? sleep_for(false, 0, 0) : sleep_for(true, timeout->seconds, timeout->nanoseconds);
}

long nvx_call_ppoll_time64(struct pollfd *descriptors, unsigned long count, const struct nvx_timespec64 *timeout)
{
    long ready = poll_once(descriptors, count);

    if (ready != 0)
        return ready;
    return timeout == NULL ? sleep_for(false, 0, 0) : sleep_for(true, timeout->seconds, timeout->nanoseconds);
}

/* Leaves in a set the descriptors that are ready; answers how many. */
static long select_set(int count, fd_set *set, short event)
{
    long ready = 0;

    for (int i = 0; set != NULL && i < count; i++) {
        if (!FD_ISSET(i, set))
            continue;
        if (readiness(i, event) == POLLNVAL)
            return -EBADF;
        if (event != 0 && readiness(i, event) != 0)
            ready++;
        else
            FD_CLR(i, set);
    }
    return ready;
}

static long select_once(int count, fd_set *read, fd_set *write, fd_set *exceptional)
{
    long total = 0;
    fd_set *sets[] = {read, write, exceptional};
    static const short events[] = {POLLIN, POLLOUT, 0};

    if (count < 0 || count > FD_SETSIZE)
        return -EINVAL;
    for (unsigned i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        long ready = select_set(count, sets[i], events[i]);

        if (ready < 0)
            return ready;
        total += ready;
    }
    return total;
}

/* The second word of this timeout is microseconds. */
long nvx_call__newselect(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                         const struct nvx_timespec32 *timeout)
{
    long ready = select_once(count, read, write, exceptional);

    if (ready != 0)
        return ready;
    return timeout == NULL ? sleep_for(false, 0, 0) : sleep_for(true, timeout->seconds, timeout->nanoseconds * 1000ll);
}

long nvx_call_pselect6(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                       const struct nvx_timespec32 *timeout)
{
    long ready = select_once(count, read, write, exceptional);

    if (ready != 0)
        return ready;
    return timeout == NULL ? sleep_for(false, 0, 0) : sleep_for(true, timeout->seconds, timeout->nanoseconds);
}

long nvx_call_pselect6_time64(int count, fd_set *read, fd_set *write, fd_set *exceptional,
                              const struct nvx_timespec64 *timeout)
{
    long ready = select_once(count, read, write, exceptional);

    if (ready != 0)
        return ready;
    return timeout == NULL ? sleep_for(false, 0, 0) : sleep_for(true, timeout->seconds, timeout->nanoseconds);
}
