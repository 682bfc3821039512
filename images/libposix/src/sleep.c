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
/* The program's one thread sleeps, since then: the thread of timers may ask. */
static bool asleep;
static struct nvx_instant asleep_since;

struct nvx_instant nvx_time_slept(void)
{
    return asleep ? nvx_instant_add(slept, nvx_instant_since(nvx_clock_now(), asleep_since)) : slept;
}

bool nvx_is_asleep(void)
{
    return asleep;
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

/* The same where the only other thread is this layer's own. */
static long wait_as_one_thread(const struct nvx_instant *deadline)
{
    long result;

    nvx_enter();
    asleep_since = nvx_clock_now();
    asleep = true;
    nvx_leave();
    result = wait_for_signal(deadline);
    nvx_enter();
    slept = nvx_time_slept();
    asleep = false;
    nvx_leave();
    return result;
}

static bool has_one_thread(void)
{
    return nvx_thread_next(nvx_thread_next(NULL)) == NULL;
}

long nvx_sleep(const struct nvx_instant *span)
{
    if (span == NULL)
        return nvx_threaded && has_one_thread() ? wait_as_one_thread(NULL) : wait_for_signal(NULL);
    if (span->seconds < 0 || span->nanoseconds >= NVX_NANOSECONDS)
        return -EINVAL;
    if (!nvx_threaded)
        return sleep_alone(*span);

    struct nvx_instant deadline = nvx_instant_add(nvx_clock_now(), *span);

    return has_one_thread() ? wait_as_one_thread(&deadline) : wait_for_signal(&deadline);
}

long nvx_sleep_until(struct nvx_instant moment)
{
    struct nvx_instant now = nvx_clock_now();
    struct nvx_instant span = nvx_instant_since(moment, now);

    if (moment.seconds < 0 || moment.nanoseconds >= NVX_NANOSECONDS)
        return -EINVAL;
    return nvx_instant_before(now, moment) ? nvx_sleep(&span) : 0;
}
