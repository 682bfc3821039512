/*
 * Signals a program sends to itself or has sent by a timer, and in Era M exceptions of the processor. Nothing ever
 * arrives from outside.
 */
#ifndef NVX_SIGNALS_H
#define NVX_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct nvx_thread;

enum { NVX_SIGNALS = 64 };

/* Who sent a signal, as siginfo_t tells it. */
struct nvx_origin {
    int code;
    union sigval value;
};

/* True if any thread may have something to deliver: the dispatcher's cheap question. */
extern bool nvx_signals_sent;

/* True if the thread has a pending signal that is not blocked and not ignored. */
bool nvx_signal_due(const struct nvx_thread *thread);

/* Sends to a thread, or to whichever thread of the process takes it first. The layer's lock is held. */
long nvx_signal_thread(struct nvx_thread *thread, int number, struct nvx_origin origin);
void nvx_signal_process(int number, struct nvx_origin origin);

/* Delivers what is due to the calling thread: runs handlers, or ends the program. The layer's lock is not held. False if the call
 * that a handler interrupted must not go on, since the handler was set without SA_RESTART. */
bool nvx_signals_deliver(void);

/* A call that waits with another mask of signals (null: with the same): what comes is delivered under it before the old one is
 * set again. `begin` answers the old one, for `end`. */
uint64_t nvx_signals_begin_mask(const uint64_t *mask);
void nvx_signals_end_mask(const uint64_t *mask, uint64_t before);

/* Runs the handler of a signal with its signals blocked, on the alternate stack if it wants that. */
void nvx_signal_run_handler(struct nvx_thread *thread, int number, siginfo_t *information, void *context);

/* The calling kernel thread is one of this layer's own and takes no signals. */
void nvx_signals_keep_off(void);

#endif
