/*
 * The layer's lock, on top of the layer's own futex: no kernel call unless two threads meet.
 */
#include "lock.h"

#include <stddef.h>

#include "futex.h"

bool nvx_threaded;

static struct nvx_lock layer;

void nvx_lock_acquire(struct nvx_lock *lock)
{
    int seen = 0;

    if (__atomic_compare_exchange_n(&lock->state, &seen, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_SEQ_CST) != 0)
        nvx_futex_block(&lock->state, 2);
}

void nvx_lock_release(struct nvx_lock *lock)
{
    if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_SEQ_CST) == 2)
        nvx_futex_wake(&lock->state, 1);
}

void nvx_enter(void)
{
    if (nvx_threaded)
        nvx_lock_acquire(&layer);
}

void nvx_leave(void)
{
    if (nvx_threaded)
        nvx_lock_release(&layer);
}
