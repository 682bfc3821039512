/*
 * Signals a program sends to itself. Nanvix of Era S has none, so nothing ever arrives from outside.
 */
#ifndef NVX_SIGNALS_H
#define NVX_SIGNALS_H

#include <stdbool.h>

struct nvx_thread;

/* True if any thread may have something to deliver: the dispatcher's cheap question. */
extern bool nvx_signals_sent;

/* True if the thread has a pending signal that is not blocked and not ignored. */
bool nvx_signal_due(const struct nvx_thread *thread);

/* Delivers what is due to the calling thread: runs handlers, or ends the program. The layer's lock is not held. */
void nvx_signals_deliver(void);

#endif
