/*
 * The lock around the layer's state: one for files, memory and signals together.
 *
 * Calls are short and the machine has one processor, so finer locks would buy nothing. It is taken by the dispatcher,
 * and given up by a call before it blocks. A program that never made a second thread never touches it.
 */
#ifndef NVX_LOCK_H
#define NVX_LOCK_H

#include <stdbool.h>

/* True from the first thread_create on. */
extern bool nvx_threaded;

struct nvx_lock {
    /* 0 free, 1 held, 2 held and somebody waits. */
    volatile int state;
};

void nvx_lock_acquire(struct nvx_lock *lock);
void nvx_lock_release(struct nvx_lock *lock);

/* The layer's lock; both do nothing in a program with one thread. */
void nvx_enter(void);
void nvx_leave(void);

#endif
