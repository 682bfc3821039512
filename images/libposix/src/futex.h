/*
 * Waiting on a word of memory: what musl's mutexes, conditions, semaphores, joins and this layer's own lock stand on.
 */
#ifndef NVX_FUTEX_H
#define NVX_FUTEX_H

#include "clock.h"

struct nvx_thread;

/* Waits until a wake, if *word is still `expected`. `deadline` (absolute) may be null. With a `thread`, a signal for it
 * ends the wait. 0, -EAGAIN (other value), -ETIMEDOUT or -EINTR. */
long nvx_futex_wait(volatile int *word, int expected, const struct nvx_instant *deadline, struct nvx_thread *thread);

/* The same without a deadline and deaf to signals; may return early. */
void nvx_futex_block(volatile int *word, int expected);

/* Wakes up to `count` threads in the order in which they came; answers how many. */
long nvx_futex_wake(volatile int *word, int count);

/* Ends the interruptible wait of a thread, if it is in one. */
void nvx_futex_interrupt(struct nvx_thread *thread);

#endif
