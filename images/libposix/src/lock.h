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

/* Starts the program's second thread within a call that holds the lock, which was none until now: `start` is what makes
 * the thread. Answers its result. */
long nvx_lock_begin_threads(long (*start)(void));

/* Take and give up the lock; both do nothing in a program with one thread. */
void nvx_enter(void);
void nvx_leave(void);

#endif
