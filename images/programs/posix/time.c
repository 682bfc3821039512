/* Time: the clocks, sleeping, and what they say to each other. */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static long long now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

int main(void)
{
    struct timespec span = {0, 20000000}, rest, resolution;
    struct timeval value;
    struct rusage usage;
    struct tms tms;
    struct tm broken;
    long long before, after;

    check("the year is after 2020", time(NULL) > 1577836800);
    before = now(CLOCK_REALTIME);
    gettimeofday(&value, NULL);
    after = now(CLOCK_REALTIME);
    check("gettimeofday agrees with clock_gettime",
          value.tv_sec * 1000000000ll + value.tv_usec * 1000 >= before - 1000 &&
              value.tv_sec * 1000000000ll + value.tv_usec * 1000 <= after);
    check_number("clock_getres", clock_getres(CLOCK_MONOTONIC, &resolution), 0);
    check("is not coarser than a tick",
          resolution.tv_sec == 0 && resolution.tv_nsec > 0 && resolution.tv_nsec <= 1000000);
    check_error("an unknown clock is refused", clock_gettime(999, &rest), EINVAL);

    bool forward = true;
    before = now(CLOCK_MONOTONIC);
    for (int i = 0; i < 1000; i++) {
        after = now(CLOCK_MONOTONIC);
        forward = forward && after >= before;
        before = after;
    }
    check("the monotonic clock never goes back", forward);

    before = now(CLOCK_MONOTONIC);
    check_number("nanosleep", nanosleep(&span, &rest), 0);
    after = now(CLOCK_MONOTONIC);
    check("sleeps as long as it is told", after - before >= 20000000);
    check("and not ten times as long", after - before < 200000000);
    before = now(CLOCK_MONOTONIC);
    check_number("usleep", usleep(3000), 0);
    check("too", now(CLOCK_MONOTONIC) - before >= 3000000);
    clock_gettime(CLOCK_MONOTONIC, &span);
    span.tv_nsec += 10000000;
    if (span.tv_nsec >= 1000000000) {
        span.tv_sec++;
        span.tv_nsec -= 1000000000;
    }
    check_number("clock_nanosleep until a moment", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &span, NULL), 0);
    check("wakes when it has come", now(CLOCK_MONOTONIC) >= span.tv_sec * 1000000000ll + span.tv_nsec);
    span = (struct timespec){1, 0};
    check_number("a moment that has passed is no wait", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &span, NULL), 0);
    span = (struct timespec){0, 1000000000};
    check_error("a billion nanoseconds are a second, and refused", nanosleep(&span, NULL), EINVAL);
    span = (struct timespec){-1, 0};
    check_error("so is a negative time", nanosleep(&span, NULL), EINVAL);

    before = now(CLOCK_PROCESS_CPUTIME_ID);
    /* Some of Linux's ticks, by which it tells user time from the kernel's. */
    for (int round = 0; round < 1000 && now(CLOCK_PROCESS_CPUTIME_ID) < before + 30000000; round++)
        for (volatile int i = 0; i < 100000; i++)
            ;
    check("computing takes processor time", now(CLOCK_PROCESS_CPUTIME_ID) > before);
    check("clock() counts it", clock() > 0);
    check_number("getrusage", getrusage(RUSAGE_SELF, &usage), 0);
    check("counts it too", usage.ru_utime.tv_sec > 0 || usage.ru_utime.tv_usec > 0);
    check("times tells ticks", times(&tms) != (clock_t)-1);

    time_t moment = 1234567890;
    check("there is no time zone but UTC",
          localtime_r(&moment, &broken) != NULL && broken.tm_hour == 23 && broken.tm_min == 31);
    check_number("mktime undoes localtime", mktime(&broken), moment);
    return finish();
}
