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
#include <sys/uio.h>

#include "calls.h"
#include "limits.h"
#include "pages.h"
#include "pointers.h"
#include "threads.h"
#include "wait.h"

struct nvx_channel {
    enum nvx_channel_form form;
    bool has_reader;
    bool has_writer;
    /* Calls that are inside, perhaps blocked: the channel stays while there are any. */
    uint32_t calls;
    /* Place of the next byte to read, and how many there are. */
    uint32_t first;
    uint32_t used;
    /* Bytes it may hold. */
    uint32_t capacity;
    uint8_t ring[NVX_CHANNEL_BYTES];
};

enum { WHOLE_PAGES = (sizeof(struct nvx_channel) + NANVIX_PAGE_SIZE - 1) / NANVIX_PAGE_SIZE * NANVIX_PAGE_SIZE };

struct nvx_channel *nvx_channel_make(enum nvx_channel_form form)
{
    long result = 0;
    struct nvx_channel *channel = (struct nvx_channel *)nvx_pages_allocate(WHOLE_PAGES, NVX_READ_WRITE, &result);

    if (channel != NULL) {
        channel->form = form;
        channel->has_reader = channel->has_writer = true;
        channel->capacity = NVX_CHANNEL_BYTES;
    }
    return channel;
}

static void free_if_unused(struct nvx_channel *channel)
{
    uint32_t start = (uint32_t)(uintptr_t)channel;

    if (!channel->has_reader && !channel->has_writer && channel->calls == 0)
        (void)nvx_pages_discard(start, start + WHOLE_PAGES);
}

void nvx_channel_set_ends(struct nvx_channel *channel, bool reader, bool writer)
{
    channel->has_reader = reader;
    channel->has_writer = writer;
    nvx_wait_wake();
    free_if_unused(channel);
}

void nvx_channel_leave_reader(struct nvx_channel *channel)
{
    nvx_channel_set_ends(channel, false, channel->has_writer);
}

void nvx_channel_leave_writer(struct nvx_channel *channel)
{
    nvx_channel_set_ends(channel, channel->has_reader, false);
}

static uint32_t smaller(size_t a, size_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* Copies bytes that lie `skip` behind the first one. */
static void take(const struct nvx_channel *channel, uint32_t skip, uint8_t *to, uint32_t bytes)
{
    uint32_t at = (channel->first + skip) % NVX_CHANNEL_BYTES;
    uint32_t straight = smaller(bytes, NVX_CHANNEL_BYTES - at);

    memcpy(to, channel->ring + at, straight);
    memcpy(to + straight, channel->ring, bytes - straight);
}

static void drop(struct nvx_channel *channel, uint32_t bytes)
{
    channel->first = (channel->first + bytes) % NVX_CHANNEL_BYTES;
    channel->used -= bytes;
    nvx_wait_wake();
}

static void put(struct nvx_channel *channel, const uint8_t *from, uint32_t bytes)
{
    uint32_t end = (channel->first + channel->used) % NVX_CHANNEL_BYTES;
    uint32_t straight = smaller(bytes, NVX_CHANNEL_BYTES - end);

    memcpy(channel->ring + end, from, straight);
    memcpy(channel->ring, from + straight, bytes - straight);
    channel->used += bytes;
}

/* Waits until there is something: 1, or 0 at the end, or a negated error. */
static long await_bytes(const struct nvx_channel *channel, int how)
{
    while (channel->used == 0) {
        long result;

        if (!channel->has_writer && channel->form != NVX_CHANNEL_DATAGRAMS)
            return 0;
        result = (how & NVX_CHANNEL_AT_ONCE) ? -EAGAIN : nvx_wait_since(nvx_wait_mark(), NULL);
        if (result < 0)
            return result;
    }
    return 1;
}

static long read_from(struct nvx_channel *channel, void *buffer, size_t bytes, int how)
{
    long result = await_bytes(channel, how);
    uint32_t count = smaller(bytes, channel->used);

    if (result <= 0)
        return result;
    if (!nvx_writable(buffer, count))
        return -EFAULT;
    take(channel, 0, buffer, count);
    if (!(how & NVX_CHANNEL_PEEKS))
        drop(channel, count);
    return (long)count;
}

static long refuse_without_reader(const struct nvx_channel *channel, int how)
{
    if (channel->form == NVX_CHANNEL_DATAGRAMS)
        return -ECONNREFUSED;
    if (channel->form == NVX_CHANNEL_STREAM && !(how & NVX_CHANNEL_QUIET))
        (void)nvx_call_tkill(nvx_thread_self()->tid, SIGPIPE);
    return -EPIPE;
}

static long write_to(struct nvx_channel *channel, const uint8_t *bytes, size_t count, int how)
{
    size_t done = 0;

    while (done < count) {
        size_t left = count - done;
        uint32_t room = channel->capacity - channel->used;
        long result;

        if (!channel->has_reader) {
            result = refuse_without_reader(channel, how);
            return done > 0 ? (long)done : result;
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

/* A message stands in the ring behind its length and its label. */
struct head {
    uint32_t length;
    uint32_t label_length;
};

enum { LARGEST_MESSAGE = NVX_CHANNEL_BYTES - sizeof(struct head) - NVX_LABEL_BYTES };

static struct head next_head(const struct nvx_channel *channel)
{
    struct head head;

    take(channel, 0, (uint8_t *)&head, sizeof(head));
    return head;
}

static long send(struct nvx_channel *channel, const struct iovec *parts, size_t count, struct head head, int how,
                 const struct nvx_label *label)
{
    for (;;) {
        long result;

        if (!channel->has_reader)
            return refuse_without_reader(channel, how);
        if (NVX_CHANNEL_BYTES - channel->used >= sizeof(head) + head.label_length + head.length)
            break;
        result = (how & NVX_CHANNEL_AT_ONCE) ? -EAGAIN : nvx_wait_since(nvx_wait_mark(), NULL);
        if (result < 0)
            return result;
    }
    put(channel, (const uint8_t *)&head, sizeof(head));
    put(channel, label->bytes, head.label_length);
    for (size_t i = 0; i < count; i++)
        put(channel, parts[i].iov_base, (uint32_t)parts[i].iov_len);
    nvx_wait_wake();
    return (long)head.length;
}

long nvx_channel_send(struct nvx_channel *channel, const struct iovec *parts, size_t count, int how,
                      const struct nvx_label *label)
{
    size_t length = 0;
    long result;

    for (size_t i = 0; i < count; i++) {
        if (!nvx_readable(parts[i].iov_base, parts[i].iov_len))
            return -EFAULT;
        if (parts[i].iov_len > LARGEST_MESSAGE || (length += parts[i].iov_len) > LARGEST_MESSAGE)
            return -EMSGSIZE;
    }
    channel->calls++;
    result = send(channel, parts, count, (struct head){(uint32_t)length, label->length}, how, label);
    channel->calls--;
    free_if_unused(channel);
    return result;
}

static long receive(struct nvx_channel *channel, const struct iovec *parts, size_t count, int how, size_t *whole,
                    struct nvx_label *label)
{
    long result = await_bytes(channel, how);
    struct head head;
    uint32_t done = 0;

    *whole = 0;
    if (result <= 0)
        return result;
    head = next_head(channel);
    for (size_t i = 0; i < count && done < head.length; i++) {
        uint32_t piece = smaller(parts[i].iov_len, head.length - done);

        if (!nvx_writable(parts[i].iov_base, piece))
            return -EFAULT;
        take(channel, (uint32_t)sizeof(head) + head.label_length + done, parts[i].iov_base, piece);
        done += piece;
    }
    *whole = head.length;
    label->length = head.label_length;
    take(channel, sizeof(head), label->bytes, head.label_length);
    if (!(how & NVX_CHANNEL_PEEKS))
        drop(channel, (uint32_t)sizeof(head) + head.label_length + head.length);
    return (long)done;
}

long nvx_channel_receive(struct nvx_channel *channel, const struct iovec *parts, size_t count, int how, size_t *whole,
                         struct nvx_label *label)
{
    long result;

    channel->calls++;
    result = receive(channel, parts, count, how, whole, label);
    channel->calls--;
    free_if_unused(channel);
    return result;
}

short nvx_channel_readable(const struct nvx_channel *channel)
{
    return (short)((channel->used > 0 ? POLLIN : 0) | (channel->has_writer || channel->form == NVX_CHANNEL_DATAGRAMS ? 0 : POLLHUP));
}

short nvx_channel_writable(const struct nvx_channel *channel)
{
    if (!channel->has_reader)
        return channel->form == NVX_CHANNEL_DATAGRAMS ? POLLOUT : POLLOUT | POLLERR;
    return channel->capacity - channel->used >= PIPE_BUF ? POLLOUT : 0;
}

long nvx_channel_capacity(const struct nvx_channel *channel)
{
    return (long)channel->capacity;
}

long nvx_channel_resize(struct nvx_channel *channel, size_t bytes)
{
    uint32_t capacity = NANVIX_PAGE_SIZE;

    if (bytes > NVX_CHANNEL_BYTES)
        return -EPERM;
    while (capacity < bytes)
        capacity *= 2;
    if (capacity < channel->used)
        return -EBUSY;
    channel->capacity = capacity;
    nvx_wait_wake();
    return (long)capacity;
}

size_t nvx_channel_waiting(const struct nvx_channel *channel)
{
    return channel->form == NVX_CHANNEL_STREAM || channel->used == 0 ? channel->used : next_head(channel).length;
}
