/*
 * Event counters (eventfd): a number that writes add to and a read takes, whole or one at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>

#include "calls.h"
#include "files.h"
#include "kinds.h"
#include "pointers.h"
#include "wait.h"

/* The counter is the file's offset, so a description holds all of it. */
static const uint64_t largest = UINT64_MAX - 1;

static long take(struct nvx_file *file, void *buffer, size_t bytes)
{
    uint64_t value;

    if (bytes < sizeof(value))
        return -EINVAL;
    if (!nvx_writable(buffer, sizeof(value)))
        return -EFAULT;
    while (file->offset == 0) {
        long result = (file->flags & O_NONBLOCK) ? -EAGAIN : nvx_wait_since(nvx_wait_mark(), NULL);

        if (result < 0)
            return result;
    }
    value = file->object != NULL ? 1 : file->offset;
    file->offset -= value;
    memcpy(buffer, &value, sizeof(value));
    nvx_wait_wake();
    return sizeof(value);
}

static long add(struct nvx_file *file, const void *buffer, size_t bytes)
{
    uint64_t value;

    if (bytes < sizeof(value))
        return -EINVAL;
    if (!nvx_readable(buffer, sizeof(value)))
        return -EFAULT;
    memcpy(&value, buffer, sizeof(value));
    if (value > largest)
        return -EINVAL;
    while (value > largest - file->offset) {
        long result = (file->flags & O_NONBLOCK) ? -EAGAIN : nvx_wait_since(nvx_wait_mark(), NULL);

        if (result < 0)
            return result;
    }
    file->offset += value;
    nvx_wait_wake();
    return sizeof(value);
}

static short ready(const struct nvx_file *file)
{
    return (short)((file->offset > 0 ? POLLIN : 0) | (file->offset < largest ? POLLOUT : 0));
}

static const struct nvx_kind counter = {.name = "eventfd", .mode = 0600, .read = take, .write = add, .ready = ready};

long nvx_call_eventfd2(unsigned start, int flags)
{
    static char one_at_a_time;
    long descriptor;

    if ((flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) != 0)
        return -EINVAL;
    descriptor = nvx_file_open(&counter, O_RDWR | (flags & (O_CLOEXEC | O_NONBLOCK)),
                               (flags & EFD_SEMAPHORE) ? &one_at_a_time : NULL);
    if (descriptor >= 0)
        nvx_file_get((int)descriptor)->offset = start;
    return descriptor;
}

long nvx_call_eventfd(unsigned start)
{
    return nvx_call_eventfd2(start, 0);
}
