/*
 * Sleeping (sleep.h). With one thread the kernel's sleep serves; with more, a wait on a word that never changes, since
 * a signal from another thread can end that.
 */
#include "sleep.h"

#include <errno.h>
#include <stddef.h>

#include "futex.h"
#include "kernel.h"
#include "limits.h"
#include "lock.h"
#include "signals.h"
#include "threads.h"

static struct nvx_instant slept;

struct nvx_instant nvx_time_slept(void)
{
    return slept;
}

static long wait_for_signal(const struct nvx_instant *deadline)
{
    volatile int word = 0;
    long result;

    do
        result = nvx_futex_wait(&word, 0, deadline, nvx_thread_self());
    while (result == 0);
    return result == -ETIMEDOUT ? 0 : result;
}

/* The kernel's sleep takes 32 bits of seconds. */
static long sleep_alone(struct nvx_instant span)
{
    struct nvx_instant start = nvx_clock_now();
    int64_t longest = NANVIX_LIMIT_NO_TIMEOUT - 1;
    long result = 0;

    if (nvx_signal_due(nvx_thread_self()))
        return -EINTR;
    for (; span.seconds > longest && result == 0; span.seconds -= longest)
        result = nvx_kernel_result(nanvix_sleep((uint32_t)longest, 0));
    if (result == 0)
        result = nvx_kernel_result(nanvix_sleep((uint32_t)span.seconds, span.nanoseconds));
    slept = nvx_instant_add(slept, nvx_instant_since(nvx_clock_now(), start));
    return result;
}

long nvx_sleep(const struct nvx_instant *span)
{
    if (span == NULL)
        return wait_for_signal(NULL);
    if (span->seconds < 0 || span->nanoseconds >= NVX_NANOSECONDS)
        return -EINVAL;
    if (!nvx_threaded)
        return sleep_alone(*span);

    struct nvx_instant deadline = nvx_instant_add(nvx_clock_now(), *span);

    return wait_for_signal(&deadline);
}

long nvx_sleep_until(struct nvx_instant moment)
{
    struct nvx_instant now = nvx_clock_now();
    struct nvx_instant span = nvx_instant_since(moment, now);

    if (moment.seconds < 0 || moment.nanoseconds >= NVX_NANOSECONDS)
        return -EINVAL;
    return nvx_instant_before(now, moment) ? nvx_sleep(&span) : 0;
}
