/*
 * Standard streams over the message bus.
 *
 * A buffer goes in pieces that stay within a page, since the host reaches it by its physical address. Output: a write
 * request, the data, and the host's response. Input: a read request, a pull that the host fills, and its response. The
 * kernel has one mailbox for all threads, so one thread at a time receives and hands responses to the threads they are
 * for.
 */
#include "streams.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "futex.h"
#include "kernel.h"
#include "lock.h"
#include "pointers.h"
#include "threads.h"

/* A thread that waits for the host's response. */
struct exchange {
    struct exchange *next;
    int tid;
    uint16_t response;
    bool done;
    int32_t count;
    int32_t status;
};

static struct exchange *exchanges;
static bool somebody_receives;
/* Changes whenever a response was handed over or the receiver left. */
static volatile int changes;

static long send_request(const struct exchange *exchange, uint16_t header, int stream, size_t bytes)
{
    struct nanvix_message message = {
        .type = NANVIX_MESSAGE_HOST,
        .source = -exchange->tid,
        .destination = NANVIX_PROCESS_HOST,
    };
    struct nanvix_stream_request request = {stream, (uint32_t)bytes};
    struct nanvix_host_payload payload = {.header = header};

    memcpy(payload.body, &request, sizeof(request));
    memcpy(message.payload, &payload, sizeof(payload));
    return nvx_kernel_result(nanvix_send(&message));
}

/* Takes the next message and gives it to whom it is for. Messages that nobody waits for are not about streams. */
static long receive_one(void)
{
    struct nanvix_message message;
    struct nanvix_host_payload payload;
    struct nanvix_stream_response response;
    long result;

    nvx_leave();
    result = nvx_kernel_result(nanvix_recv(&message));
    nvx_enter();
    if (result < 0 || message.type != NANVIX_MESSAGE_HOST)
        return result;
    memcpy(&payload, message.payload, sizeof(payload));
    memcpy(&response, payload.body, sizeof(response));
    for (struct exchange *exchange = exchanges; exchange != NULL; exchange = exchange->next) {
        if (!exchange->done && exchange->tid == -message.destination && exchange->response == payload.header) {
            exchange->done = true;
            exchange->count = response.count;
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
    *exchange = (struct exchange){exchanges, nvx_thread_self()->tid, response, false, 0, 0};
    exchanges = exchange;
}

static void finish(struct exchange *exchange)
{
    struct exchange **link = &exchanges;

    while (*link != exchange)
        link = &(*link)->next;
    *link = exchange->next;
}

static size_t piece_of(const void *buffer, size_t bytes)
{
    size_t room = NANVIX_PAGE_SIZE - (uintptr_t)buffer % NANVIX_PAGE_SIZE;

    return bytes < room ? bytes : room;
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
    result = send_request(&self, NANVIX_HOST_WRITE_REQUEST, stream, bytes);
    if (result == 0)
        result = nvx_kernel_result(nanvix_push(NANVIX_PROCESS_HOST, 0, buffer, bytes));
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
        size_t piece = piece_of(at + done, bytes - done);
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
    result = send_request(&self, NANVIX_HOST_READ_REQUEST, stream, bytes);
    if (result == 0) {
        /* The pull blocks until there is input: others go on meanwhile. */
        nvx_leave();
        result = nvx_kernel_result(nanvix_pull(NANVIX_PROCESS_HOST, 0, buffer, bytes));
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
    return bytes == 0 ? 0 : read_piece(stream, buffer, piece_of(buffer, bytes));
}
