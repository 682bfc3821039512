/*
 * Standard streams over the message bus.
 *
 * A buffer goes in pieces, since the host reaches it by physical addresses (bus.h). Output: a write
 * request, the data, and the host's response. Input: a read request, a pull that the host fills, and its response. The
 * kernel has one mailbox for all threads, so one thread at a time receives and hands responses to the threads they are
 * for.
 */
#include "streams.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "bus.h"
#include "files.h"
#include "futex.h"
#include "kernel.h"
#include "kinds.h"
#include "lock.h"
#include "pointers.h"
#include "threads.h"

/* A thread that waits for the host's response. */
struct exchange {
    struct exchange *next;
    struct nvx_request request;
    bool done;
    int32_t count;
    int32_t status;
};

static struct exchange *exchanges;
static bool somebody_receives;
/* Changes whenever a response was handed over or the receiver left. */
static volatile int changes;

/* Takes the next message and gives it to whom it is for. Messages that nobody waits for are not about streams. */
static long receive_one(void)
{
    struct nanvix_message message;
    long result;

    nvx_leave();
    result = nvx_kernel_result(NVX_UNINTERRUPTED(nanvix_recv(&message)));
    nvx_enter();
    if (result < 0)
        return result;
    for (struct exchange *exchange = exchanges; exchange != NULL; exchange = exchange->next) {
        if (!exchange->done && nvx_bus_answers(&message, &exchange->request)) {
            exchange->done = true;
            exchange->count = nvx_bus_count(&message);
            exchange->status = message.status;
            break;
        }
    }
    return 0;
}

static void note_change(void)
{
    changes++;
    if (nvx_threaded)
        nvx_futex_wake(&changes, INT32_MAX);
}

/* Waits for the host's response: the count, or a negated error. */
static long await(struct exchange *self)
{
    long result = 0;

    while (!self->done && result == 0) {
        if (somebody_receives) {
            int seen = changes;

            nvx_leave();
            nvx_futex_block(&changes, seen);
            nvx_enter();
        } else {
            somebody_receives = true;
            result = receive_one();
            somebody_receives = false;
            note_change();
        }
    }
    if (!self->done)
        return result;
    /* A status is one of the kernel's error numbers; a count of -1 says only that it failed. */
    if (self->status != 0)
        return nvx_kernel_error(-self->status);
    return self->count < 0 ? -EIO : self->count;
}

static void begin(struct exchange *exchange, uint16_t response)
{
    static uint32_t requests;

    *exchange = (struct exchange){.next = exchanges, .request = {nvx_thread_self()->tid, response, ++requests}};
    exchanges = exchange;
}

static void finish(struct exchange *exchange)
{
    struct exchange **link = &exchanges;

    while (*link != exchange)
        link = &(*link)->next;
    *link = exchange->next;
}

/* Writes text by the call that the earliest standalone kernels had instead of messages. */
static long write_to_console(const char *text, size_t bytes)
{
    size_t done = 0;

    while (done < bytes) {
        size_t piece = bytes - done < NANVIX_LIMIT_DEBUG_BYTES ? bytes - done : NANVIX_LIMIT_DEBUG_BYTES;
        long result;

        /* The call takes whole characters of UTF-8 only. */
        while (piece < bytes - done && piece > 1 && (text[done + piece] & 0xc0) == 0x80)
            piece--;
        result = nvx_kernel_result(nanvix_debug(text + done, piece));
        if (result < 0)
            return done > 0 ? (long)done : result;
        done += piece;
    }
    return (long)done;
}

static long write_piece(int stream, const void *buffer, size_t bytes)
{
    struct exchange self;
    long result;

    /* Before anything is sent: a request without its data would leave the host waiting. */
    if (!nvx_readable(buffer, bytes))
        return -EFAULT;
    begin(&self, NANVIX_HOST_WRITE_RESPONSE);
    result = nvx_bus_ask(&self.request, NANVIX_HOST_WRITE_REQUEST, stream, bytes);
    if (result == 0)
        result = nvx_bus_push(buffer, bytes);
    if (result == 0)
        result = await(&self);
    finish(&self);
    return result;
}

long nvx_stream_write(int stream, const void *buffer, size_t bytes)
{
    const char *at = buffer;
    size_t done = 0;

    while (done < bytes) {
        size_t piece = nvx_bus_piece(at + done, bytes - done);
        long result = write_piece(stream, at + done, piece);

        if ((result == -ENOTSUP || result == -ENOSYS) && done == 0)
            return write_to_console(at, bytes);
        if (result < 0)
            return done > 0 ? (long)done : result;
        done += (size_t)result;
        if ((size_t)result < piece)
            break;
    }
    return (long)done;
}

static long read_piece(int stream, void *buffer, size_t bytes)
{
    struct exchange self;
    long result;

    if (!nvx_writable(buffer, bytes))
        return -EFAULT;
    begin(&self, NANVIX_HOST_READ_RESPONSE);
    result = nvx_bus_ask(&self.request, NANVIX_HOST_READ_REQUEST, stream, bytes);
    if (result == 0) {
        /* The pull blocks until there is input: others go on meanwhile. */
        nvx_leave();
        result = nvx_bus_pull(buffer, bytes);
        nvx_enter();
    }
    if (result >= 0)
        result = await(&self);
    finish(&self);
    return result;
}

long nvx_stream_read(int stream, void *buffer, size_t bytes)
{
    /* One piece: a read may answer with what there is, and asking again could block. */
    return bytes == 0 ? 0 : read_piece(stream, buffer, nvx_bus_piece(buffer, bytes));
}

static long read_stream(struct nvx_file *file, void *buffer, size_t bytes)
{
    return nvx_stream_read(file->stream, buffer, bytes);
}

static long write_stream(struct nvx_file *file, const void *buffer, size_t bytes)
{
    return nvx_stream_write(file->stream, buffer, bytes);
}

/* Whether a stream would block can't be asked: reading it is the only way to know. */
static short stream_ready(const struct nvx_file *file)
{
    return file->stream == 0 ? POLLIN : POLLOUT;
}

/* It has the form of a pipe: no position and no size. */
const struct nvx_kind nvx_stream_kind = {
    .name = "stream",
    .mode = S_IFIFO | 0600,
    .read = read_stream,
    .write = write_stream,
    .ready = stream_ready,
};
