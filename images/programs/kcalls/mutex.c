/* mutex_lock and mutex_unlock. */
#include "threads.h"

static char stacks[4][STACK_BYTES];
static uint32_t mutex, other, many[NANVIX_LIMIT_HELD_MUTEXES + 1];
static volatile uint32_t order[4], arrived;

static uint64_t now(void)
{
    struct nanvix_time time;

    nanvix_gettime(&time);
    return time.seconds * NANVIX_LIMIT_NANOSECONDS_PER_SECOND + time.nanoseconds;
}

static int64_t lock_for(const void *address, uint32_t milliseconds)
{
    struct nanvix_time time;

    nanvix_gettime(&time);
    time.nanoseconds += milliseconds * 1000000;
    if (time.nanoseconds >= NANVIX_LIMIT_NANOSECONDS_PER_SECOND) {
        time.nanoseconds -= NANVIX_LIMIT_NANOSECONDS_PER_SECOND;
        time.seconds++;
    }
    return nanvix_mutex_lock(address, (uint32_t)time.seconds, time.nanoseconds);
}

static void check_alone(void)
{
    expect("an unlocked mutex can be locked", nanvix_mutex_lock(&mutex, NO_TIMEOUT), 0);
    expect("its word is not touched", mutex, 0);
    expect_error("it cannot be locked twice", nanvix_mutex_lock(&mutex, NO_TIMEOUT), NANVIX_EDEADLK);
    expect_error("nor at a time that has passed", nanvix_mutex_lock(&mutex, 0, 0), NANVIX_ETIMEDOUT);
    expect_error("nor by a wait that ends", lock_for(&mutex, 5), NANVIX_ETIMEDOUT);
    expect("another can be locked as well", nanvix_mutex_lock(&other, 0, 0), 0);
    expect("it can be unlocked", nanvix_mutex_unlock(&mutex), 0);
    expect_error("but not twice", nanvix_mutex_unlock(&mutex), NANVIX_EPERM);
    expect("the other too", nanvix_mutex_unlock(&other), 0);
    expect_error("lock refuses a pointer into the kernel", nanvix_mutex_lock(KERNEL_ADDRESS, NO_TIMEOUT),
                 NANVIX_EFAULT);
    expect_error("lock refuses an unmapped pointer", nanvix_mutex_lock(UNMAPPED, NO_TIMEOUT), NANVIX_ENOENT);
    expect_error("unlock refuses a pointer into the kernel", nanvix_mutex_unlock(KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("unlock refuses an unmapped pointer", nanvix_mutex_unlock(UNMAPPED), NANVIX_ENOENT);
    expect_error("lock refuses a whole second of nanoseconds",
                 nanvix_mutex_lock(&mutex, 0, NANVIX_LIMIT_NANOSECONDS_PER_SECOND), NANVIX_EINVAL);
}

static void check_limit(void)
{
    int64_t result = 0;

    for (uint32_t i = 0; i < NANVIX_LIMIT_HELD_MUTEXES; i++)
        result |= nanvix_mutex_lock(&many[i], NO_TIMEOUT);
    expect("32 mutexes can be held", result, 0);
    expect_error("33 cannot", nanvix_mutex_lock(&many[NANVIX_LIMIT_HELD_MUTEXES], NO_TIMEOUT), NANVIX_EAGAIN);
    for (uint32_t i = 0; i < NANVIX_LIMIT_HELD_MUTEXES; i++)
        result |= nanvix_mutex_unlock(&many[i]);
    expect("all can be unlocked", result, 0);
}

static uint32_t lock_and_note(uint32_t argument)
{
    if (nanvix_mutex_lock(&mutex, NO_TIMEOUT) != 0)
        return 1;
    order[arrived++] = argument;
    return (uint32_t)nanvix_mutex_unlock(&mutex);
}

static uint32_t unlock_foreign(uint32_t argument)
{
    (void)argument;
    return (uint32_t)-nanvix_mutex_unlock(&mutex);
}

static uint32_t lock_with_timeout(uint32_t milliseconds)
{
    return (uint32_t)-lock_for(&mutex, milliseconds);
}

static uint32_t lock_and_end(uint32_t argument)
{
    (void)argument;
    return (uint32_t)nanvix_mutex_lock(&other, NO_TIMEOUT);
}

static void check_order(void)
{
    int64_t tids[4];
    uint32_t status, failed = 0;

    nanvix_mutex_lock(&mutex, NO_TIMEOUT);
    for (uint32_t i = 0; i < 4; i++) {
        tids[i] = start_thread(lock_and_note, i, stacks[i]);
        nanvix_sleep(0, 1000000);
    }
    expect("threads wait for a locked mutex", arrived, 0);
    nanvix_mutex_unlock(&mutex);
    for (uint32_t i = 0; i < 4; i++) {
        nanvix_thread_join((int32_t)tids[i], &status);
        failed |= status;
    }
    expect("each gets it", failed, 0);
    expect_true("in the order of arrival", order[0] == 0 && order[1] == 1 && order[2] == 2 && order[3] == 3);
}

static void check_others(void)
{
    uint32_t status;
    uint64_t before;

    nanvix_mutex_lock(&mutex, NO_TIMEOUT);
    nanvix_thread_join((int32_t)start_thread(unlock_foreign, 0, stacks[0]), &status);
    expect("only its owner unlocks a mutex", status, NANVIX_EPERM);
    before = now();
    nanvix_thread_join((int32_t)start_thread(lock_with_timeout, 10, stacks[0]), &status);
    expect("waiting ends at the timeout", status, NANVIX_ETIMEDOUT);
    expect_true("not before it", now() - before >= 10000000);
    nanvix_thread_join((int32_t)start_thread(lock_with_timeout, 0, stacks[0]), &status);
    expect("a timeout that has passed does not wait", status, NANVIX_ETIMEDOUT);
    nanvix_mutex_unlock(&mutex);
    nanvix_thread_join((int32_t)start_thread(lock_with_timeout, 0, stacks[0]), &status);
    expect("and does lock what is free", status, 0);
    expect("what a thread held at its end is unlocked", nanvix_mutex_lock(&mutex, NO_TIMEOUT), 0);
    nanvix_mutex_unlock(&mutex);
    nanvix_thread_join((int32_t)start_thread(lock_and_end, 0, stacks[0]), &status);
    expect("whichever it is", nanvix_mutex_lock(&other, NO_TIMEOUT), 0);
    nanvix_mutex_unlock(&other);
}

static volatile uint32_t counter;

static uint32_t count(uint32_t rounds)
{
    while (rounds-- > 0) {
        nanvix_mutex_lock(&mutex, NO_TIMEOUT);
        uint32_t seen = counter;
        for (volatile int i = 0; i < 10; i++)
            ;
        if ((rounds & 63) == 0)
            nanvix_sched_yield();
        counter = seen + 1;
        nanvix_mutex_unlock(&mutex);
    }
    return 0;
}

static void check_exclusion(void)
{
    int64_t tids[4];
    uint32_t status;

    for (uint32_t i = 0; i < 4; i++)
        tids[i] = start_thread(count, 5000, stacks[i]);
    for (uint32_t i = 0; i < 4; i++)
        nanvix_thread_join((int32_t)tids[i], &status);
    expect("a mutex excludes", counter, 20000);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_alone();
    check_limit();
    check_order();
    check_others();
    check_exclusion();
}
