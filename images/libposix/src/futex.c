/*
 * Futexes on kernel mutexes and condition variables.
 *
 * All waiting threads stand in one list in the order in which they came; the list is guarded by one kernel mutex, and
 * each waits on a kernel condition variable of its own (named by the address of its entry, which lies on its stack), so
 * that a wake reaches exactly the thread it is for. A wake when nobody waits costs no kernel call: a waiter counts
 * itself before it looks at the word, the waker looks at the count after it changed the word.
 */
#include "futex.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

#include "calls.h"
#include "futex-owned.h"
#include "linux-abi.h"
#include "kernel.h"
#include "signals.h"
#include "threads.h"

struct waiter {
    struct waiter *next;
    volatile int *word;
    struct nvx_thread *thread;
    enum { WAITING, WOKEN, INTERRUPTED } state;
};

static struct waiter *first;
static struct waiter **end = &first;
static volatile int waiting;
static char guard;

static void lock_list(void)
{
    (void)NVX_UNINTERRUPTED(nanvix_mutex_lock(&guard, NANVIX_LIMIT_NO_TIMEOUT, NANVIX_LIMIT_NO_TIMEOUT));
}

static void unlock_list(void)
{
    (void)nanvix_mutex_unlock(&guard);
}

/* Takes out the entry that `link` points at. */
static struct waiter *detach(struct waiter **link)
{
    struct waiter *waiter = *link;

    *link = waiter->next;
    if (end == &waiter->next)
        end = link;
    return waiter;
}

static void wake(struct waiter **link, int state)
{
    struct waiter *waiter = detach(link);

    waiter->state = state;
    (void)nanvix_cond_signal(waiter, 0);
}

/* Blocks until the entry's state changes or the deadline passes; the list is locked before and after. */
static long sleep_until_woken(struct waiter *self, const struct nvx_instant *deadline)
{
    uint32_t seconds = NANVIX_LIMIT_NO_TIMEOUT;
    uint32_t nanoseconds = NANVIX_LIMIT_NO_TIMEOUT;

    /* A deadline beyond what the kernel's 32 bits hold (the year 2106) is no deadline. */
    if (deadline != NULL && deadline->seconds < (int64_t)NANVIX_LIMIT_NO_TIMEOUT) {
        seconds = deadline->seconds < 0 ? 0 : (uint32_t)deadline->seconds;
        nanoseconds = deadline->seconds < 0 ? 0 : deadline->nanoseconds;
    }
    while (self->state == WAITING) {
        long result = nvx_kernel_result(nanvix_cond_wait(self, &guard, seconds, nanoseconds));

        if (result < 0 && self->state == WAITING) {
            struct waiter **link = &first;

            while (*link != self)
                link = &(*link)->next;
            detach(link);
            return result;
        }
    }
    return self->state == INTERRUPTED ? -EINTR : 0;
}

long nvx_futex_wait(volatile int *word, int expected, const struct nvx_instant *deadline, struct nvx_thread *thread)
{
    struct waiter self = {NULL, word, thread, WAITING};
    long result;

    lock_list();
    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != expected) {
        result = -EAGAIN;
    } else if (thread != NULL && nvx_signal_due(thread)) {
        result = -EINTR;
    } else {
        *end = &self;
        end = &self.next;
        result = sleep_until_woken(&self, deadline);
    }
    __atomic_sub_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    unlock_list();
    return result;
}

void nvx_futex_block(volatile int *word, int expected)
{
    (void)nvx_futex_wait(word, expected, NULL, NULL);
}

/* Wakes up to `wake_count` threads and moves up to `move_count` others to wait on `target`; answers how many woke, or
 * woke and moved. */
static long requeue(volatile int *word, int wake_count, int move_count, volatile int *target, bool count_moved)
{
    long woken = 0;
    long moved = 0;

    if (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) == 0)
        return 0;
    lock_list();
    for (struct waiter **link = &first; *link != NULL && (woken < wake_count || moved < move_count);) {
        if ((*link)->word != word) {
            link = &(*link)->next;
        } else if (woken < wake_count) {
            wake(link, WOKEN);
            woken++;
        } else {
            (*link)->word = target;
            link = &(*link)->next;
            moved++;
        }
    }
    unlock_list();
    return count_moved ? woken + moved : woken;
}

long nvx_futex_wake(volatile int *word, int count)
{
    return requeue(word, count, 0, NULL, false);
}

void nvx_futex_interrupt(struct nvx_thread *thread)
{
    lock_list();
    for (struct waiter **link = &first; *link != NULL; link = &(*link)->next) {
        if ((*link)->thread == thread) {
            wake(link, INTERRUPTED);
            break;
        }
    }
    unlock_list();
}

/* A relative timeout as a deadline. */
static long wait_for(volatile int *word, int expected, bool timed, int64_t seconds, int64_t nanoseconds)
{
    struct nvx_instant span = {seconds, (uint32_t)nanoseconds};

    if (!timed)
        return nvx_futex_wait(word, expected, NULL, nvx_thread_self());
    if (seconds < 0 || nanoseconds < 0 || nanoseconds >= NVX_NANOSECONDS)
        return -EINVAL;

    struct nvx_instant deadline = nvx_instant_add(nvx_clock_now(), span);

    return nvx_futex_wait(word, expected, &deadline, nvx_thread_self());
}

static long operate(volatile int *word, int operation, int value, uintptr_t fourth, volatile int *target, int compare)
{
    switch (operation & ~NVX_FUTEX_PRIVATE) {
    case NVX_FUTEX_WAKE:
        return nvx_futex_wake(word, value);
    case NVX_FUTEX_CMP_REQUEUE:
        if (*word != compare)
            return -EAGAIN;
        return requeue(word, value, (int)fourth, target, true);
    case NVX_FUTEX_REQUEUE:
        return requeue(word, value, (int)fourth, target, false);
    case NVX_FUTEX_TRYLOCK_PI:
        return nvx_futex_try_lock_owned(word);
    case NVX_FUTEX_UNLOCK_PI:
        return nvx_futex_unlock_owned(word);
    default:
        return -ENOSYS;
    }
}

/* The two operations that take a time: relative for a wait, absolute for becoming the owner. */
static bool takes_time(int operation)
{
    operation &= ~NVX_FUTEX_PRIVATE;
    return operation == NVX_FUTEX_WAIT || operation == NVX_FUTEX_LOCK_PI;
}

static long operate_timed(volatile int *word, int operation, int value, bool timed, int64_t seconds,
                          int64_t nanoseconds)
{
    struct nvx_instant deadline = {seconds, (uint32_t)nanoseconds};

    if ((operation & ~NVX_FUTEX_PRIVATE) == NVX_FUTEX_WAIT)
        return wait_for(word, value, timed, seconds, nanoseconds);
    return nvx_futex_lock_owned(word, timed ? &deadline : NULL);
}

long nvx_call_futex(volatile int *word, int operation, int value, const struct nvx_timespec32 *timeout,
                    volatile int *target, int compare)
{
    if ((uintptr_t)word % sizeof(int) != 0)
        return -EINVAL;
    if (!takes_time(operation))
        return operate(word, operation, value, (uintptr_t)timeout, target, compare);
    return timeout == NULL ? operate_timed(word, operation, value, false, 0, 0)
                           : operate_timed(word, operation, value, true, timeout->seconds, timeout->nanoseconds);
}

long nvx_call_futex_time64(volatile int *word, int operation, int value, const struct nvx_timespec64 *timeout,
                           volatile int *target, int compare)
{
    if ((uintptr_t)word % sizeof(int) != 0)
        return -EINVAL;
    if (!takes_time(operation))
        return operate(word, operation, value, (uintptr_t)timeout, target, compare);
    return timeout == NULL
               ? operate_timed(word, operation, value, false, 0, 0)
               : operate_timed(word, operation, value, true, timeout->seconds, (int32_t)timeout->nanoseconds);
}
