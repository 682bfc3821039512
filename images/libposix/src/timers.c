/*
 * Timers (timers.h). The kernel has none, so a thread of this layer sleeps until the next one is due and sends its
 * signal. It is started with the first timer that is set, and from then on the program has two threads; it makes no
 * other call of the layer and takes no signal itself.
 *
 * A signal reaches a thread when that makes a call or waits (signals.c). A thread that only computes is not
 * interrupted, since a kernel that delivers at the end of calls cannot do it.
 *
 * Timers of processor time go by CLOCK_PROCESS_CPUTIME_ID. That stands still while the program sleeps, so the thread looks again
 * after what is left, as if the program ran.
 */
#include "timers.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "calls.h"
#include "clock.h"
#include "futex.h"
#include "kernel.h"
#include "limits.h"
#include "lock.h"
#include "pages.h"
#include "signals.h"
#include "sleep.h"
#include "threads.h"

/* SIGEV_THREAD_ID, which musl's headers lack: to one thread. */
enum { NOTIFY_THREAD = 4 };

/* The first are those of setitimer, by its numbers; alarm has that of ITIMER_REAL. */
enum { FIRST_CREATED = 3, TIMERS = FIRST_CREATED + 32 };

/* A program that sleeps is looked after no more often. */
enum { SHORTEST_LOOK = 1000000 };

static struct timer {
    bool made;
    bool set;
    /* Counts processor time. */
    bool of_processor;
    struct nvx_instant due;
    struct nvx_instant interval;
    int overruns;
    struct nvx_sigevent event;
} timers[TIMERS] = {
    [ITIMER_REAL] = {.made = true, .event = {.signal = SIGALRM, .notify = SIGEV_SIGNAL}},
    [ITIMER_VIRTUAL] = {.made = true, .of_processor = true, .event = {.signal = SIGVTALRM, .notify = SIGEV_SIGNAL}},
    [ITIMER_PROF] = {.made = true, .of_processor = true, .event = {.signal = SIGPROF, .notify = SIGEV_SIGNAL}},
};

/* Changes whenever the thread should look again. */
static volatile int changes;
static bool started;

static bool is_zero(struct nvx_instant span)
{
    return span.seconds == 0 && span.nanoseconds == 0;
}

/* Now, by a timer's clock. */
static struct nvx_instant now_of(const struct timer *timer)
{
    return timer->of_processor ? nvx_processor_time() : nvx_clock_now();
}

/* When to look at a timer that is set and not yet due, by the clock. */
static struct nvx_instant look_at(const struct timer *timer)
{
    struct nvx_instant left;

    if (!timer->of_processor)
        return timer->due;
    left = nvx_instant_since(timer->due, nvx_processor_time());
    if (nvx_is_asleep() && left.seconds == 0 && left.nanoseconds < SHORTEST_LOOK)
        left.nanoseconds = SHORTEST_LOOK;
    return nvx_instant_add(nvx_clock_now(), left);
}

static void fire(struct timer *timer, int id, struct nvx_instant now)
{
    const struct nvx_sigevent *event = &timer->event;

    timer->overruns = 0;
    if (is_zero(timer->interval)) {
        timer->set = false;
    } else {
        timer->due = nvx_instant_add(timer->due, timer->interval);
        for (; !nvx_instant_before(now, timer->due); timer->overruns++)
            timer->due = nvx_instant_add(timer->due, timer->interval);
    }
    if (event->notify == SIGEV_NONE)
        return;

    struct nvx_origin origin = {.code = id < FIRST_CREATED ? SI_KERNEL : SI_TIMER};

    memcpy(&origin.value, &event->value, sizeof(origin.value));
    if (event->notify == NOTIFY_THREAD)
        (void)nvx_signal_thread(nvx_thread_find(event->tid), event->signal, origin);
    else
        nvx_signal_process(event->signal, origin);
}

/* Fires what is due. Answers when the next one is, or false if none is set. */
static bool fire_due(struct nvx_instant *next)
{
    bool any = false;

    for (int id = 0; id < TIMERS; id++) {
        struct timer *timer = &timers[id];

        if (!timer->set)
            continue;

        struct nvx_instant now = now_of(timer);

        if (!nvx_instant_before(now, timer->due))
            fire(timer, id, now);
        if (!timer->set)
            continue;

        struct nvx_instant look = look_at(timer);

        if (!any || nvx_instant_before(look, *next))
            *next = look;
        any = true;
    }
    return any;
}

/* The kernel starts this with the stack pointer where a caller would have left it. */
static _Noreturn void run(void)
{
    nvx_signals_keep_off();
    for (;;) {
        struct nvx_instant next;
        int seen = changes;

        nvx_enter();
        bool any = fire_due(&next);
        nvx_leave();
        (void)nvx_futex_wait(&changes, seen, any ? &next : NULL, NULL);
    }
}

static long start_thread(void)
{
    enum { PAGES = NANVIX_LIMIT_THREAD_STACK_BYTES / NANVIX_PAGE_SIZE + 1 };
    unsigned char *stack = nvx_pages_take(PAGES);

    if (stack == NULL)
        return -ENOMEM;

    const struct nanvix_thread_arguments arguments = {
        .function = (uint32_t)(uintptr_t)run,
        .stack_base = (uint32_t)(uintptr_t)stack,
        /* A function finds its stack so: a multiple of 16 before the return address. */
        .stack_size = PAGES * NANVIX_PAGE_SIZE - sizeof(uint32_t),
    };

    return nvx_kernel_result(nanvix_thread_create(&arguments));
}

/* Sets or stops a timer. */
static long set(struct timer *timer, struct nvx_instant value, struct nvx_instant interval, bool absolute)
{
    if (value.nanoseconds >= NVX_NANOSECONDS || interval.nanoseconds >= NVX_NANOSECONDS || value.seconds < 0 ||
        interval.seconds < 0)
        return -EINVAL;
    if (!is_zero(value) && !started) {
        /* From here on the lock is a real one, and the dispatcher gives back what it took without it. */
        long result = nvx_lock_begin_threads(start_thread);

        if (result < 0)
            return result;
        started = true;
    }
    timer->set = !is_zero(value);
    timer->interval = interval;
    timer->due = absolute ? value : nvx_instant_add(now_of(timer), value);
    timer->overruns = 0;
    changes++;
    if (started)
        nvx_futex_wake(&changes, 1);
    return 0;
}

static struct nvx_instant left(const struct timer *timer)
{
    struct nvx_instant now = now_of(timer);

    if (!timer->set)
        return (struct nvx_instant){0, 0};
    /* One that is just due has not come yet: as little as can be told. */
    return nvx_instant_before(now, timer->due) ? nvx_instant_since(timer->due, now) : (struct nvx_instant){0, 1};
}

long nvx_call_getitimer(int which, struct nvx_itimerval *out)
{
    if (which < 0 || which >= FIRST_CREATED)
        return -EINVAL;

    const struct timer *timer = &timers[which];
    struct nvx_instant rest = left(timer);

    *out = (struct nvx_itimerval){
        (int32_t)timer->interval.seconds,
        (int32_t)(timer->interval.nanoseconds / 1000),
        (int32_t)rest.seconds,
        (int32_t)((rest.nanoseconds + 999) / 1000),
    };
    if (out->microseconds == 1000000) {
        out->seconds++;
        out->microseconds = 0;
    }
    return 0;
}

long nvx_call_setitimer(int which, const struct nvx_itimerval *wanted, struct nvx_itimerval *old)
{
    struct nvx_itimerval before;
    long result = nvx_call_getitimer(which, &before);

    if (result < 0)
        return result;
    if ((uint32_t)wanted->microseconds >= 1000000 || (uint32_t)wanted->interval_microseconds >= 1000000)
        return -EINVAL;
    result = set(&timers[which], (struct nvx_instant){wanted->seconds, (uint32_t)wanted->microseconds * 1000},
                 (struct nvx_instant){wanted->interval_seconds, (uint32_t)wanted->interval_microseconds * 1000}, false);
    if (result == 0 && old != NULL)
        *old = before;
    return result;
}

static bool clock_has_timers(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
           clock == CLOCK_PROCESS_CPUTIME_ID;
}

long nvx_call_timer_create(clockid_t clock, const struct nvx_sigevent *event, int *id)
{
    const struct nvx_sigevent usual = {.signal = SIGALRM, .notify = SIGEV_SIGNAL};

    if (!clock_has_timers(clock))
        return -EINVAL;
    if (event != NULL && event->notify != SIGEV_SIGNAL && event->notify != SIGEV_NONE &&
        event->notify != NOTIFY_THREAD)
        return -EINVAL;
    if (event != NULL && event->notify != SIGEV_NONE && (event->signal < 1 || event->signal > NVX_SIGNALS))
        return -EINVAL;
    for (int i = FIRST_CREATED; i < TIMERS; i++) {
        if (timers[i].made)
            continue;
        timers[i] = (struct timer){
            .made = true,
            .of_processor = clock == CLOCK_PROCESS_CPUTIME_ID,
            .event = event != NULL ? *event : usual,
        };
        if (event == NULL)
            timers[i].event.value.number = i;
        *id = i;
        return 0;
    }
    return -EAGAIN;
}

/* A timer of timer_create, or null. */
static struct timer *created(int id)
{
    return id >= FIRST_CREATED && id < TIMERS && timers[id].made ? &timers[id] : NULL;
}

static struct nvx_instant instant_of(struct nvx_timespec64 time)
{
    /* Of the nanoseconds only the low word is filled in; a negative one is too large as well. */
    return (struct nvx_instant){time.seconds, (uint32_t)time.nanoseconds};
}

static struct nvx_timespec64 timespec_of(struct nvx_instant instant)
{
    return (struct nvx_timespec64){instant.seconds, instant.nanoseconds};
}

long nvx_call_timer_gettime64(int id, struct nvx_itimerspec64 *out)
{
    const struct timer *timer = created(id);

    if (timer == NULL)
        return -EINVAL;
    out->interval = timespec_of(timer->interval);
    out->value = timespec_of(left(timer));
    return 0;
}

long nvx_call_timer_settime64(int id, int flags, const struct nvx_itimerspec64 *wanted, struct nvx_itimerspec64 *old)
{
    struct nvx_itimerspec64 before;
    long result = nvx_call_timer_gettime64(id, &before);

    if (result == 0)
        result = set(created(id), instant_of(wanted->value), instant_of(wanted->interval), (flags & TIMER_ABSTIME) != 0);
    if (result == 0 && old != NULL)
        *old = before;
    return result;
}

/* musl's way for times that fit; it does not ask for the old setting then. */
long nvx_call_timer_settime32(int id, int flags, const struct nvx_itimerspec32 *wanted)
{
    const struct nvx_itimerspec64 wide = {
        {wanted->interval.seconds, wanted->interval.nanoseconds},
        {wanted->value.seconds, wanted->value.nanoseconds},
    };

    return nvx_call_timer_settime64(id, flags, &wide, NULL);
}

long nvx_call_timer_getoverrun(int id)
{
    const struct timer *timer = created(id);

    return timer == NULL ? -EINVAL : timer->overruns;
}

long nvx_call_timer_delete(int id)
{
    struct timer *timer = created(id);

    if (timer == NULL)
        return -EINVAL;
    timer->made = timer->set = false;
    return 0;
}
