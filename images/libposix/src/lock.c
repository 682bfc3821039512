/*
 * The layer's lock, on top of the layer's own futex: no kernel call unless two threads meet.
 *
 * Who comes first takes it, since handing it over each time would cost two switches of threads for each call. But a
 * thread that leaves and enters again and again would be first for ever: so one that was woken in vain a few times is
 * a claimant, and whoever leaves next gives it the lock, which nobody else can take in between.
 */
#include "lock.h"

#include "futex.h"

bool nvx_threaded;

enum { FREE, HELD, HELD_AND_AWAITED };

/* Times a thread waits for its turn before it claims it. */
enum { PATIENCE = 2 };

static volatile int state;
static volatile int claimants;
/* The lock was left to a claimant, which has not taken it yet: `state` still says that it is held. */
static volatile int given;
/* Changes whenever a claimant should look again. */
static volatile int turn;

static bool take(void)
{
    return __atomic_exchange_n(&state, HELD_AND_AWAITED, __ATOMIC_SEQ_CST) == FREE;
}

static bool take_given(void)
{
    int seen = 1;

    return __atomic_compare_exchange_n(&given, &seen, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void claim(void)
{
    __atomic_add_fetch(&claimants, 1, __ATOMIC_SEQ_CST);
    for (int seen = turn; !take_given() && !take(); seen = turn)
        nvx_futex_block(&turn, seen);
    __atomic_sub_fetch(&claimants, 1, __ATOMIC_SEQ_CST);
}

static void call_claimant(void)
{
    __atomic_add_fetch(&turn, 1, __ATOMIC_SEQ_CST);
    nvx_futex_wake(&turn, 1);
}

void nvx_enter(void)
{
    int seen = FREE;

    if (!nvx_threaded || __atomic_compare_exchange_n(&state, &seen, HELD, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return;
    for (int tries = 0; !take(); tries++) {
        if (tries == PATIENCE) {
            claim();
            return;
        }
        nvx_futex_block(&state, HELD_AND_AWAITED);
    }
}

void nvx_leave(void)
{
    if (!nvx_threaded)
        return;
    if (__atomic_load_n(&claimants, __ATOMIC_SEQ_CST) > 0) {
        __atomic_store_n(&given, 1, __ATOMIC_SEQ_CST);
        call_claimant();
    } else if (__atomic_exchange_n(&state, FREE, __ATOMIC_SEQ_CST) == HELD_AND_AWAITED) {
        nvx_futex_wake(&state, 1);
        /* One may have come since it was looked for. */
        if (__atomic_load_n(&claimants, __ATOMIC_SEQ_CST) > 0)
            call_claimant();
    }
}

long nvx_lock_begin_threads(long (*start)(void))
{
    if (!nvx_threaded) {
        state = HELD;
        nvx_threaded = true;
    }
    return start();
}
