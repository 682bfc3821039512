/*
 * The message bus as this layer uses it, whatever the era of the kernel: a request to the host, its bulk data, and the
 * response that belongs to it. Era S tells responses apart by thread and header, Era M by the number of the request.
 */
#ifndef NVX_BUS_H
#define NVX_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel.h"

/* Who waits for what. */
struct nvx_request {
    int tid;
    uint16_t response;
    /* Era M only. */
    uint32_t number;
};

/* Asks the host; `header` and the two words of its body. */
static inline long nvx_bus_ask(const struct nvx_request *request, uint16_t header, int stream, size_t bytes)
{
    struct nanvix_message message = {.type = NANVIX_MESSAGE_HOST};
    struct nanvix_stream_request body = {stream, (uint32_t)bytes};
    struct nanvix_host_payload payload = {.header = header};

#if NANVIX_ERA_S
    message.source = -request->tid;
    message.destination = NANVIX_PROCESS_HOST;
#else
    message.destination_pid = NANVIX_PROCESS_HOST;
    payload.request = request->number;
#endif
    memcpy(payload.body, &body, sizeof(body));
    memcpy(message.payload, &payload, sizeof(payload));
    return nvx_kernel_result(nanvix_send(&message));
}

/* True if a message is the response to a request. */
static inline bool nvx_bus_answers(const struct nanvix_message *message, const struct nvx_request *request)
{
    struct nanvix_host_payload payload;

    if (message->type != NANVIX_MESSAGE_HOST)
        return false;
    memcpy(&payload, message->payload, sizeof(payload));
#if NANVIX_ERA_S
    return request->tid == -message->destination && request->response == payload.header;
#else
    return request->number == payload.request && request->response == payload.header;
#endif
}

/* The count in a response. */
static inline int32_t nvx_bus_count(const struct nanvix_message *message)
{
    struct nanvix_host_payload payload;
    struct nanvix_stream_response response;

    memcpy(&payload, message->payload, sizeof(payload));
    memcpy(&response, payload.body, sizeof(response));
    return response.count;
}

/* Bytes of a buffer that one push or pull can carry. */
static inline size_t nvx_bus_piece(const void *buffer, size_t bytes)
{
#if NANVIX_ERA_S
    const size_t room = NANVIX_PAGE_SIZE - (uintptr_t)buffer % NANVIX_PAGE_SIZE;
#else
    const size_t room = NANVIX_LIMIT_BULK_SEGMENTS * NANVIX_PAGE_SIZE - (uintptr_t)buffer % NANVIX_PAGE_SIZE;
#endif

    return bytes < room ? bytes : room;
}

static inline long nvx_bus_push(const void *buffer, size_t bytes)
{
#if NANVIX_ERA_S
    return nvx_kernel_result(nanvix_push(NANVIX_PROCESS_HOST, 0, buffer, bytes));
#else
    const struct nanvix_bulk bulk = {.buffer = (uint32_t)(uintptr_t)buffer, .length = bytes};

    return nvx_kernel_result(nanvix_push(&bulk));
#endif
}

static inline long nvx_bus_pull(void *buffer, size_t bytes)
{
#if NANVIX_ERA_S
    return nvx_kernel_result(nanvix_pull(NANVIX_PROCESS_HOST, 0, buffer, bytes));
#else
    const struct nanvix_bulk bulk = {.buffer = (uint32_t)(uintptr_t)buffer, .length = bytes};

    return nvx_kernel_result(nanvix_pull(&bulk));
#endif
}

#endif
