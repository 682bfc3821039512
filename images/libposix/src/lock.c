/*
 * The layer's lock, on top of the layer's own futex: no kernel call unless two threads meet.
 */
#include "lock.h"

#include "futex.h"

bool nvx_threaded;

enum { FREE, HELD, HELD_AND_AWAITED };

static volatile int state;

void nvx_enter(void)
{
    int seen = FREE;

    if (!nvx_threaded || __atomic_compare_exchange_n(&state, &seen, HELD, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    while (__atomic_exchange_n(&state, HELD_AND_AWAITED, __ATOMIC_SEQ_CST) != FREE)
        nvx_futex_block(&state, HELD_AND_AWAITED);
}

void nvx_leave(void)
{
    if (nvx_threaded && __atomic_exchange_n(&state, FREE, __ATOMIC_SEQ_CST) == HELD_AND_AWAITED)
        nvx_futex_wake(&state, 1);
}
