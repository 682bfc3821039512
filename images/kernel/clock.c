/* Time. The host's clock page gives it to the nanosecond where there is one; else the timer's ticks are counted from
 * the boot. Time never goes backwards, whatever a host does to its page when it restores a snapshot. */
#include "cpu.h"
#include "kernel.h"
#include "thread.h"

#define NANOSECONDS_PER_TICK (NANVIX_LIMIT_NANOSECONDS_PER_SECOND / NANVIX_TIMER_RATE)

static uint64_t ticks;
static uint64_t latest;

void clock_tick(void)
{
    ticks++;
}

static uint64_t scale(uint64_t cycles, int8_t shift, uint32_t multiplier)
{
    if (shift >= 0)
        cycles <<= shift;
    else
        cycles >>= -shift;
    /* The product of 64 and 32 bits, without its lowest 32. */
    return (cycles >> 32) * multiplier + ((cycles & 0xffffffff) * multiplier >> 32);
}

static uint64_t read_pvclock(void)
{
    uint64_t now;
    uint32_t version;

    do {
        version = pvclock_page.version;
        now = pvclock_page.boot_time + pvclock_page.system_time +
              scale(read_tsc() - pvclock_page.tsc_timestamp, pvclock_page.shift, pvclock_page.multiplier);
    } while ((version & 1) != 0 || version != pvclock_page.version);
    return version == 0 ? ticks * NANOSECONDS_PER_TICK : now;
}

uint64_t clock_now(void)
{
    uint64_t now = read_pvclock();

    if (now > latest)
        latest = now;
    return latest;
}

/* The deadline of a call's two words: NEVER, or nanoseconds of clock_now. Returns 0 or -errno. */
int clock_deadline(uint32_t seconds, uint32_t nanoseconds, uint64_t *deadline)
{
    if (seconds == NANVIX_LIMIT_NO_TIMEOUT && nanoseconds == NANVIX_LIMIT_NO_TIMEOUT) {
        *deadline = NEVER;
        return 0;
    }
    if (nanoseconds >= NANVIX_LIMIT_NANOSECONDS_PER_SECOND)
        return -NANVIX_EINVAL;
    *deadline = (uint64_t)seconds * NANVIX_LIMIT_NANOSECONDS_PER_SECOND + nanoseconds;
    return 0;
}

/* Divides by a number of 32 bits, in two steps, since freestanding C has no 64-bit division. */
static uint64_t divide(uint64_t value, uint32_t divisor, uint32_t *remainder)
{
    uint32_t high = (uint32_t)(value >> 32) / divisor;
    uint32_t rest = (uint32_t)(value >> 32) % divisor;
    uint32_t low;

    __asm__("divl %4" : "=a"(low), "=d"(rest) : "a"((uint32_t)value), "d"(rest), "rm"(divisor) : "cc");
    *remainder = rest;
    return (uint64_t)high << 32 | low;
}

int64_t kcall_gettime(uint32_t result)
{
    struct nanvix_time time;
    uint32_t nanoseconds;

    time.seconds = divide(clock_now(), NANVIX_LIMIT_NANOSECONDS_PER_SECOND, &nanoseconds);
    time.nanoseconds = nanoseconds;
    return user_write(result, &time, sizeof(time));
}

int64_t kcall_sleep(uint32_t seconds, uint32_t nanoseconds)
{
    struct link nobody;
    int error;

    if (nanoseconds >= NANVIX_LIMIT_NANOSECONDS_PER_SECOND)
        return -NANVIX_EINVAL;
    if (seconds == 0 && nanoseconds == 0)
        return kcall_sched_yield();
    list_init(&nobody);
    error = scheduler_wait(&nobody, clock_now() + (uint64_t)seconds * NANVIX_LIMIT_NANOSECONDS_PER_SECOND + nanoseconds);
    return error == -NANVIX_EINTR ? error : 0;
}
