/*
 * Channels (channel.h): a ring of bytes each, in pages of its own that go back when both ends are gone.
 */
#include "channel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "calls.h"
#include "limits.h"
#include "pages.h"
#include "pointers.h"
#include "threads.h"
#include "wait.h"

struct nvx_channel {
    bool has_reader;
    bool has_writer;
    /* Calls that are inside, perhaps blocked: the channel stays while there are any. */
    uint32_t calls;
    /* Place of the next byte to read, and how many there are. */
    uint32_t first;
    uint32_t used;
    uint8_t ring[NVX_CHANNEL_BYTES];
};

enum { WHOLE_PAGES = (sizeof(struct nvx_channel) + NANVIX_PAGE_SIZE - 1) / NANVIX_PAGE_SIZE * NANVIX_PAGE_SIZE };

struct nvx_channel *nvx_channel_make(void)
{
    long result = 0;
    struct nvx_channel *channel = (struct nvx_channel *)nvx_pages_allocate(WHOLE_PAGES, NVX_READ_WRITE, &result);

    if (channel != NULL)
        channel->has_reader = channel->has_writer = true;
    return channel;
}

static void free_if_unused(struct nvx_channel *channel)
{
    uint32_t start = (uint32_t)(uintptr_t)channel;

    if (!channel->has_reader && !channel->has_writer && channel->calls == 0)
        (void)nvx_pages_discard(start, start + WHOLE_PAGES);
}

void nvx_channel_leave_reader(struct nvx_channel *channel)
{
    channel->has_reader = false;
    nvx_wait_wake();
    free_if_unused(channel);
}

void nvx_channel_leave_writer(struct nvx_channel *channel)
{
    channel->has_writer = false;
    nvx_wait_wake();
    free_if_unused(channel);
}

static uint32_t smaller(size_t a, size_t b)
{
    return (uint32_t)(a < b ? a : b);
}

static void take(const struct nvx_channel *channel, uint8_t *to, uint32_t bytes)
{
    uint32_t straight = smaller(bytes, NVX_CHANNEL_BYTES - channel->first);

    memcpy(to, channel->ring + channel->first, straight);
    memcpy(to + straight, channel->ring, bytes - straight);
}

static void put(struct nvx_channel *channel, const uint8_t *from, uint32_t bytes)
{
    uint32_t end = (channel->first + channel->used) % NVX_CHANNEL_BYTES;
    uint32_t straight = smaller(bytes, NVX_CHANNEL_BYTES - end);

    memcpy(channel->ring + end, from, straight);
    memcpy(channel->ring, from + straight, bytes - straight);
    channel->used += bytes;
}

static long read_from(struct nvx_channel *channel, void *buffer, size_t bytes, int how)
{
    while (channel->used == 0) {
        if (!channel->has_writer)
            return 0;
        if (how & NVX_CHANNEL_AT_ONCE)
            return -EAGAIN;

        long result = nvx_wait_since(nvx_wait_mark(), NULL);

        if (result < 0)
            return result;
    }

    uint32_t count = smaller(bytes, channel->used);

    if (!nvx_writable(buffer, count))
        return -EFAULT;
    take(channel, buffer, count);
    if (!(how & NVX_CHANNEL_PEEKS)) {
        channel->first = (channel->first + count) % NVX_CHANNEL_BYTES;
        channel->used -= count;
        nvx_wait_wake();
    }
    return (long)count;
}

static long write_to(struct nvx_channel *channel, const uint8_t *bytes, size_t count, int how)
{
    size_t done = 0;

    while (done < count) {
        size_t left = count - done;
        uint32_t room = NVX_CHANNEL_BYTES - channel->used;
        long result;

        if (!channel->has_reader) {
            if (!(how & NVX_CHANNEL_QUIET))
                (void)nvx_call_tkill(nvx_thread_self()->tid, SIGPIPE);
            return done > 0 ? (long)done : -EPIPE;
        }
        if (room >= (count <= PIPE_BUF ? left : 1)) {
            uint32_t piece = smaller(left, room);

            put(channel, bytes + done, piece);
            done += piece;
            nvx_wait_wake();
            continue;
        }
        result = (how & NVX_CHANNEL_AT_ONCE) ? -EAGAIN : nvx_wait_since(nvx_wait_mark(), NULL);
        if (result < 0)
            return done > 0 ? (long)done : result;
    }
    return (long)done;
}

long nvx_channel_read(struct nvx_channel *channel, void *buffer, size_t bytes, int how)
{
    long result;

    if (bytes == 0)
        return 0;
    channel->calls++;
    result = read_from(channel, buffer, bytes, how);
    channel->calls--;
    free_if_unused(channel);
    return result;
}

long nvx_channel_write(struct nvx_channel *channel, const void *buffer, size_t bytes, int how)
{
    long result;

    if (!nvx_readable(buffer, bytes))
        return -EFAULT;
    channel->calls++;
    result = write_to(channel, buffer, bytes, how);
    channel->calls--;
    free_if_unused(channel);
    return result;
}

short nvx_channel_readable(const struct nvx_channel *channel)
{
    return (short)((channel->used > 0 ? POLLIN : 0) | (channel->has_writer ? 0 : POLLHUP));
}

short nvx_channel_writable(const struct nvx_channel *channel)
{
    if (!channel->has_reader)
        return POLLOUT | POLLERR;
    return NVX_CHANNEL_BYTES - channel->used >= PIPE_BUF ? POLLOUT : 0;
}

size_t nvx_channel_waiting(const struct nvx_channel *channel)
{
    return channel->used;
}
