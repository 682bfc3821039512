/*
 * Threads as this layer knows them.
 */
#ifndef NVX_THREADS_H
#define NVX_THREADS_H

#include <signal.h>
#include <stdint.h>

#include "limits.h"

struct nvx_thread {
    enum { NVX_THREAD_FREE, NVX_THREAD_RUNNING, NVX_THREAD_LEAVING } state;
    int tid;
    /* Signals sent and not yet delivered (guarded by the layer's lock), and signals kept back, one bit each: signal n
     * is bit n - 1. */
    uint64_t pending;
    uint64_t blocked;
    /* Signals that a call of this thread waits for (sigwait), blocked or not. */
    uint64_t awaited;
    /* Where handlers with SA_ONSTACK run; of size 0 if nowhere else (sigaltstack). */
    stack_t signal_stack;
    /* Set to 0, and its waiters woken, when the thread has left (CLONE_CHILD_CLEARTID). */
    volatile int *clear_on_exit;
    /* Mutexes it holds that others must learn of when it ends (set_robust_list). */
    struct nvx_robust_list *robust_list;
    int (*function)(void *);
    void *argument;
    int *tid_result;
    /* Top of the stack to leave on; null for the first thread, whose stack is never unmapped. */
    unsigned char *exit_stack;
};

/* The calling thread. */
struct nvx_thread *nvx_thread_self(void);

/* Tells the identifier of the first thread, which is 1 in process 1 only (Era M). */
void nvx_thread_begin_first(int tid);

/* The first running thread (of null), the one after a thread, or null. */
struct nvx_thread *nvx_thread_next(const struct nvx_thread *thread);

/* The running thread of a number, or null. */
struct nvx_thread *nvx_thread_find(int tid);

#endif
