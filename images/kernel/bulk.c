/* Bulk data of Era S: bytes that lie within one page, by a header with their physical address. */
#include "kernel.h"
#include "thread.h"

/* Checks the arguments of push and pull; `accessible` is what the check of the buffer said. */
static int check_bulk(int accessible, uint32_t pid, uint32_t buffer, uint32_t length)
{
    if (accessible != 0)
        return accessible;
    if (pid != NANVIX_PROCESS_HOST)
        return -NANVIX_ESRCH;
    if (length > NANVIX_PAGE_SIZE - buffer % NANVIX_PAGE_SIZE)
        return -NANVIX_EINVAL;
    return 0;
}

/* The header is the same for both directions: the thread that calls, then its peer. The host tells them apart by the
 * request that came before. */
static void send_bulk(uint32_t pid, uint32_t tid, uint32_t buffer, uint32_t length)
{
    const struct nanvix_data_chunk chunk = {
        .source_pid = NANVIX_PROCESS_PROGRAM,
        .source_tid = current->tid,
        .destination_pid = (int32_t)pid,
        .destination_tid = (int32_t)tid,
        .address = page_physical(buffer),
        .length = length,
    };
    const struct nanvix_envelope envelope = {length, NANVIX_ENVELOPE_DATA_CHUNK, (uint32_t)&chunk};

    host_send(&envelope);
}

int64_t kcall_push(uint32_t pid, uint32_t tid, uint32_t buffer, uint32_t length)
{
    int error = check_bulk(user_readable(buffer, length), pid, buffer, length);

    if (error == 0)
        send_bulk(pid, tid, buffer, length);
    return error;
}

int64_t kcall_pull(uint32_t pid, uint32_t tid, uint32_t buffer, uint32_t length)
{
    int error = check_bulk(user_writable(buffer, length), pid, buffer, length);

    if (error != 0)
        return error;
    page_pin(buffer, length, 1);
    send_bulk(pid, tid, buffer, length);
    bus_await_pull();
    page_pin(buffer, length, 0);
    return current->pulled;
}
