/* Who a message is from and for. Era S has one number for each side, a thread as its negative; Era M has process and
 * thread, and the kernel writes who sends. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <nanvix/abi.h>
#include "process.h"

#if NANVIX_ERA_S

/* The thread a message is for; 0: any. */
static inline int32_t message_thread(const struct nanvix_message *message)
{
    return message->destination < 0 && message->destination != INT32_MIN ? -message->destination : 0;
}

static inline void message_sign(struct nanvix_message *message, int32_t tid)
{
    (void)message, (void)tid;
}

/* True if a message is for the process of a thread. */
static inline int message_is_for_process(const struct nanvix_message *message, const struct thread *thread)
{
    (void)message, (void)thread;
    return 1;
}

/* Makes an empty message the response to a request. */
static inline void message_respond(struct nanvix_message *message, const struct nanvix_message *request)
{
    message->destination = request->source;
}

#else

static inline int32_t message_thread(const struct nanvix_message *message)
{
    return message->destination_tid;
}

static inline int message_is_for_process(const struct nanvix_message *message, const struct thread *thread)
{
    return message->destination_pid == process_of(thread)->pid;
}

static inline void message_sign(struct nanvix_message *message, int32_t tid)
{
    message->source_pid = process_pid();
    message->source_tid = tid;
}

static inline void message_respond(struct nanvix_message *message, const struct nanvix_message *request)
{
    const struct nanvix_host_payload *asked = (const struct nanvix_host_payload *)request->payload;

    message->destination_pid = request->source_pid;
    message->destination_tid = request->source_tid;
    ((struct nanvix_host_payload *)message->payload)->request = asked->request;
}

#endif

#endif
