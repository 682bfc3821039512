/*
 * Futexes with an owner: what musl's mutexes with PTHREAD_PRIO_INHERIT ask for. The word holds the owner's number.
 * Nanvix has no priorities, so there is none to inherit; what is left is a mutex that knows whose it is.
 */
#include "futex-owned.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "futex.h"
#include "linux-abi.h"
#include "threads.h"

static bool replace(volatile int *word, int seen, int value)
{
    return __atomic_compare_exchange_n(word, &seen, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static long lock(volatile int *word, bool may_wait, const struct nvx_instant *deadline)
{
    const int tid = nvx_thread_self()->tid;
    /* Who has slept does not know whether others still do, and says so to be safe. */
    int waiters = 0;

    for (;;) {
        int seen = __atomic_load_n(word, __ATOMIC_SEQ_CST);
        int owner = seen & NVX_FUTEX_TID;

        if (owner == tid)
            return -EDEADLK;
        if (owner == 0) {
            if (replace(word, seen, tid | waiters | (seen & ~NVX_FUTEX_TID)))
                return 0;
        } else if (!may_wait) {
            return -EAGAIN;
        } else if ((seen & NVX_FUTEX_WAITERS) || replace(word, seen, seen | NVX_FUTEX_WAITERS)) {
            if (nvx_futex_wait(word, seen | NVX_FUTEX_WAITERS, deadline, NULL) == -ETIMEDOUT)
                return -ETIMEDOUT;
            waiters = NVX_FUTEX_WAITERS;
        }
    }
}

long nvx_futex_lock_owned(volatile int *word, const struct nvx_instant *deadline)
{
    return lock(word, true, deadline);
}

long nvx_futex_try_lock_owned(volatile int *word)
{
    return lock(word, false, NULL);
}

long nvx_futex_unlock_owned(volatile int *word)
{
    if ((__atomic_load_n(word, __ATOMIC_SEQ_CST) & NVX_FUTEX_TID) != nvx_thread_self()->tid)
        return -EPERM;
    __atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
    nvx_futex_wake(word, 1);
    return 0;
}
