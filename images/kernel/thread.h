/* A thread of a program, with what the kernel keeps for it. */
#ifndef THREAD_H
#define THREAD_H

#include <stdint.h>
#include "limits.h"
#include "list.h"

struct process;

enum thread_state {
    THREAD_FREE,    /* the slot is unused */
    THREAD_READY,   /* in the ready queue, or running */
    THREAD_BLOCKED, /* in a wait queue, the timer queue or both */
    THREAD_ENDED,   /* waits to be joined */
};

struct thread {
    /* Image of FXSAVE while the thread does not run; needs the alignment. */
    uint8_t fpu[512] __attribute__((aligned(16)));
    enum thread_state state;
    int32_t tid;
    int32_t status;          /* of thread_exit */
    uint32_t tda;            /* base behind selector 0x2b */
    uint32_t stack;          /* kernel stack: address of its frame; kept with the slot */
    uint32_t context;        /* ESP while the thread does not run, see context.S */
    struct link queue;       /* place in the ready queue or in a wait queue */
    struct link timer;       /* place in the timer queue */
    uint64_t deadline;       /* when the timer queue wakes it */
    enum { WOKEN, TIMED_OUT, INTERRUPTED } wake_cause;
    int interruptible;       /* a signal may end its wait */
    uint32_t wait_condition; /* condition it waits for */
    uint32_t wait_mutex;     /* mutex it wants back after that */
    struct thread *joiner;   /* who waits for its end */
    struct link held;        /* mutexes it holds */
    uint32_t held_count;
    int64_t pulled;          /* answer of the host to its pull: bytes, or -errno */
    int detached;            /* nobody will join it */
    uint64_t blocked;        /* signals it keeps back: signal n is bit n - 1 */
    int suspended;           /* in sigsuspend, before which `blocked` was this: */
    uint64_t blocked_before;
    uint32_t interrupted_edx; /* EDX of its kernel call, for one that begins again */
#if NANVIX_ERA_M
    struct process *process; /* whose it is */
#endif
};

/* A deadline that never comes. */
#define NEVER UINT64_MAX

/* The thread that runs. */
extern struct thread *current;

#endif
