/*
 * Waiting until something becomes ready (wait.h): one word for all that can, since a wake costs no kernel call while nobody
 * waits and threads are few.
 */
#include "wait.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

#include "futex.h"
#include "lock.h"
#include "threads.h"

static volatile int changes;

int nvx_wait_mark(void)
{
    return changes;
}

long nvx_wait_since(int mark, const struct nvx_instant *deadline)
{
    long result;

    nvx_leave();
    result = nvx_futex_wait(&changes, mark, deadline, nvx_thread_self());
    nvx_enter();
    return result == -EAGAIN ? 0 : result;
}

void nvx_wait_wake(void)
{
    changes++;
    if (nvx_threaded)
        nvx_futex_wake(&changes, INT_MAX);
}
