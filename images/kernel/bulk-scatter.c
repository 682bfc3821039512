/* Bulk data of Era M: bytes of any number of pages up to a limit, as a chain of pieces that each lie within one page.
 * The host reads the chain while the OUT is executed, so one chain serves all threads. */
#include "kernel.h"
#include "process.h"
#include "thread.h"

static struct nanvix_scatter_segment segments[NANVIX_LIMIT_BULK_SEGMENTS - 1];

static int read_arguments(uint32_t user_bulk, struct nanvix_bulk *bulk)
{
    int error = user_read(bulk, user_bulk, sizeof(*bulk));

    if (error != 0)
        return error;
    if (process_is_own((uint32_t)bulk->pid) || bulk->length > NANVIX_LIMIT_BULK_SEGMENTS * NANVIX_PAGE_SIZE)
        return -NANVIX_EINVAL;
    return bulk->pid == NANVIX_PROCESS_HOST ? 0 : -NANVIX_ESRCH;
}

/* Bytes of a buffer that lie in the page of its first. */
static uint32_t piece_of(uint32_t address, uint32_t left)
{
    const uint32_t room = NANVIX_PAGE_SIZE - address % NANVIX_PAGE_SIZE;

    return left < room ? left : room;
}

/* Chains the pieces of a buffer. Returns 0, or -EINVAL when there are too many. */
static int send_bulk(const struct nanvix_bulk *bulk, uint16_t operation)
{
    struct nanvix_scatter header = {
        .source_pid = process_pid(),
        .source_tid = current->tid,
        .destination_pid = bulk->pid,
        .destination_tid = bulk->tid,
        .operation = operation,
        .segment_count = 1,
        .total = bulk->length,
        .address = page_physical(bulk->buffer),
        .length = piece_of(bulk->buffer, bulk->length),
    };
    const struct nanvix_envelope envelope = {sizeof(header), NANVIX_ENVELOPE_SCATTER, (uint32_t)&header};
    uint32_t done = header.length;

    while (done < bulk->length) {
        const uint32_t i = header.segment_count - 1u;

        if (header.segment_count == NANVIX_LIMIT_BULK_SEGMENTS)
            return -NANVIX_EINVAL;
        if (i == 0)
            header.next = (uint32_t)&segments[0];
        else
            segments[i - 1].next = (uint32_t)&segments[i];
        segments[i].next = 0;
        segments[i].address = page_physical(bulk->buffer + done);
        segments[i].length = piece_of(bulk->buffer + done, bulk->length - done);
        done += segments[i].length;
        header.segment_count++;
    }
    host_send(&envelope);
    return 0;
}

int64_t kcall_push(uint32_t user_bulk)
{
    struct nanvix_bulk bulk;
    int error = read_arguments(user_bulk, &bulk);

    if (error == 0)
        error = user_readable(bulk.buffer, bulk.length);
    return error != 0 ? error : send_bulk(&bulk, NANVIX_BULK_PUSH);
}

int64_t kcall_pull(uint32_t user_bulk)
{
    struct nanvix_bulk bulk;
    int error = read_arguments(user_bulk, &bulk);

    if (error == 0)
        error = user_writable(bulk.buffer, bulk.length);
    if (error == 0)
        error = send_bulk(&bulk, NANVIX_BULK_PULL);
    if (error != 0)
        return error;
    page_pin(bulk.buffer, bulk.length, 1);
    bus_await_pull();
    page_pin(bulk.buffer, bulk.length, 0);
    return current->pulled;
}
