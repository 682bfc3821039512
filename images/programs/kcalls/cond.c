/* cond_wait and cond_signal. */
#include "threads.h"

static char stacks[4][STACK_BYTES];
static uint32_t mutex, condition, other_condition;
static volatile uint32_t waiting, woken[4], woken_count, go;

static int64_t wait_for(uint32_t milliseconds)
{
    struct nanvix_time time;

    nanvix_gettime(&time);
    time.nanoseconds += milliseconds * 1000000;
    if (time.nanoseconds >= NANVIX_LIMIT_NANOSECONDS_PER_SECOND) {
        time.nanoseconds -= NANVIX_LIMIT_NANOSECONDS_PER_SECOND;
        time.seconds++;
    }
    return nanvix_cond_wait(&condition, &mutex, (uint32_t)time.seconds, time.nanoseconds);
}

static void check_alone(void)
{
    expect("a signal that nobody waits for wakes nobody", nanvix_cond_signal(&condition, 0), 0);
    expect("nor does a broadcast", nanvix_cond_signal(&condition, 1), 0);
    expect_error("wait needs the mutex", nanvix_cond_wait(&condition, &mutex, NO_TIMEOUT), NANVIX_EPERM);
    nanvix_mutex_lock(&mutex, NO_TIMEOUT);
    expect_error("wait ends at the timeout", wait_for(5), NANVIX_ETIMEDOUT);
    expect_error("and has the mutex again", nanvix_mutex_lock(&mutex, NO_TIMEOUT), NANVIX_EDEADLK);
    expect_error("a timeout that has passed ends it at once", wait_for(0), NANVIX_ETIMEDOUT);
    expect_error("wait refuses a condition in the kernel", nanvix_cond_wait(KERNEL_ADDRESS, &mutex, NO_TIMEOUT),
                 NANVIX_EFAULT);
    expect_error("wait refuses an unmapped condition", nanvix_cond_wait(UNMAPPED, &mutex, NO_TIMEOUT), NANVIX_ENOENT);
    expect_error("wait refuses a mutex in the kernel", nanvix_cond_wait(&condition, KERNEL_ADDRESS, NO_TIMEOUT),
                 NANVIX_EFAULT);
    expect_error("wait refuses an unmapped mutex", nanvix_cond_wait(&condition, UNMAPPED, NO_TIMEOUT), NANVIX_ENOENT);
    expect_error("wait refuses a whole second of nanoseconds",
                 nanvix_cond_wait(&condition, &mutex, 0, NANVIX_LIMIT_NANOSECONDS_PER_SECOND), NANVIX_EINVAL);
    expect("and keeps the mutex then", nanvix_mutex_unlock(&mutex), 0);
    expect_error("signal refuses a pointer into the kernel", nanvix_cond_signal(KERNEL_ADDRESS, 0), NANVIX_EFAULT);
    expect_error("signal refuses an unmapped pointer", nanvix_cond_signal(UNMAPPED, 0), NANVIX_ENOENT);
}

static uint32_t wait_and_note(uint32_t argument)
{
    int64_t result;

    nanvix_mutex_lock(&mutex, NO_TIMEOUT);
    waiting++;
    result = nanvix_cond_wait(&condition, &mutex, NO_TIMEOUT);
    woken[woken_count++] = argument;
    nanvix_mutex_unlock(&mutex);
    return (uint32_t)result;
}

static void join_all(const int64_t *tids)
{
    uint32_t status, failed = 0;

    for (uint32_t i = 0; i < 4; i++) {
        nanvix_thread_join((int32_t)tids[i], &status);
        failed |= status;
    }
    expect("each waiting thread is told of success", failed, 0);
}

static void start_waiting(int64_t *tids)
{
    waiting = woken_count = 0;
    for (uint32_t i = 0; i < 4; i++) {
        tids[i] = start_thread(wait_and_note, i, stacks[i]);
        wait_until(&waiting, i + 1);
        nanvix_sleep(0, 1000000);
    }
}

static void check_signal(void)
{
    int64_t tids[4];

    start_waiting(tids);
    expect("waiting gives the mutex up", nanvix_mutex_lock(&mutex, NO_TIMEOUT), 0);
    expect("a signal to another condition wakes nobody", nanvix_cond_signal(&other_condition, 1), 0);
    expect("a signal wakes one", nanvix_cond_signal(&condition, 0), 1);
    nanvix_sleep(0, 3000000);
    expect("which needs the mutex to go on", woken_count, 0);
    nanvix_mutex_unlock(&mutex);
    nanvix_sleep(0, 3000000);
    expect("and then goes on", woken_count, 1);
    expect("the first that came", woken[0], 0);
    expect("a broadcast wakes the others", nanvix_cond_signal(&condition, 1), 3);
    join_all(tids);
    expect_true("in the order of arrival", woken[1] == 1 && woken[2] == 2 && woken[3] == 3);
}

static uint32_t ping(uint32_t rounds)
{
    nanvix_mutex_lock(&mutex, NO_TIMEOUT);
    while (rounds-- > 0) {
        while (go != 1)
            nanvix_cond_wait(&condition, &mutex, NO_TIMEOUT);
        go = 0;
        nanvix_cond_signal(&other_condition, 0);
    }
    nanvix_mutex_unlock(&mutex);
    return 9;
}

static void check_ping_pong(void)
{
    int64_t tid = start_thread(ping, 500, stacks[0]);
    uint32_t status;

    nanvix_mutex_lock(&mutex, NO_TIMEOUT);
    for (int i = 0; i < 500; i++) {
        go = 1;
        nanvix_cond_signal(&condition, 0);
        while (go != 0)
            nanvix_cond_wait(&other_condition, &mutex, NO_TIMEOUT);
    }
    nanvix_mutex_unlock(&mutex);
    nanvix_thread_join((int32_t)tid, &status);
    expect("two threads take turns", status, 9);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_alone();
    check_signal();
    check_ping_pong();
}
