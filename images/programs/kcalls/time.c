/* gettime and sleep. */
#include "check.h"

#define MILLISECOND 1000000u

static uint64_t now(void)
{
    struct nanvix_time time;

    nanvix_gettime(&time);
    return time.seconds * NANVIX_LIMIT_NANOSECONDS_PER_SECOND + time.nanoseconds;
}

static void check_gettime(void)
{
    struct nanvix_time time = {0, NANVIX_LIMIT_NANOSECONDS_PER_SECOND};
    uint64_t previous = now();
    int monotonic = 1;

    expect("gettime succeeds", nanvix_gettime(&time), 0);
    expect_true("nanoseconds are below a second", time.nanoseconds < NANVIX_LIMIT_NANOSECONDS_PER_SECOND);
    for (int i = 0; i < 1000; i++) {
        uint64_t next = now();

        monotonic &= next >= previous;
        previous = next;
    }
    expect_true("time never goes backwards", monotonic);
    expect_error("gettime refuses a pointer into the kernel", nanvix_gettime(KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("gettime refuses a pointer across the end", nanvix_gettime(LAST_BYTES), NANVIX_EFAULT);
    expect_error("gettime refuses an unmapped pointer", nanvix_gettime(UNMAPPED), NANVIX_ENOENT);
}

static void check_sleep(void)
{
    uint64_t before = now(), after;

    expect("sleep succeeds", nanvix_sleep(0, 20 * MILLISECOND), 0);
    after = now();
    expect_true("it takes no less than asked for", after - before >= 20 * MILLISECOND);
    expect_true("and at most two ticks more", after - before <= 22 * MILLISECOND);
    before = now();
    nanvix_sleep(1, 5 * MILLISECOND);
    after = now();
    expect_true("it knows seconds", after - before >= 1005ull * MILLISECOND && after - before <= 1007ull * MILLISECOND);
    expect("sleep of no time returns", nanvix_sleep(0, 0), 0);
    expect_error("sleep refuses a whole second of nanoseconds", nanvix_sleep(0, NANVIX_LIMIT_NANOSECONDS_PER_SECOND),
                 NANVIX_EINVAL);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_gettime();
    check_sleep();
}
