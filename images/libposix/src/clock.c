/*
 * Reading the kernel's clock, and arithmetic on moments.
 */
#include "clock.h"

#include "kernel.h"
#include "limits.h"

struct nvx_instant nvx_clock_now(void)
{
    struct nanvix_time time = {0};

    /* The only errors are about the pointer. */
    (void)nanvix_gettime(&time);
    return (struct nvx_instant){(int64_t)time.seconds, time.nanoseconds};
}

struct nvx_instant nvx_instant_add(struct nvx_instant a, struct nvx_instant b)
{
    struct nvx_instant sum = {0, a.nanoseconds + b.nanoseconds};
    int carry = sum.nanoseconds >= NVX_NANOSECONDS;

    if (carry)
        sum.nanoseconds -= NVX_NANOSECONDS;
    if (__builtin_add_overflow(a.seconds, b.seconds, &sum.seconds) ||
        __builtin_add_overflow(sum.seconds, carry, &sum.seconds))
        sum.seconds = INT64_MAX;
    return sum;
}

bool nvx_instant_before(struct nvx_instant a, struct nvx_instant b)
{
    return a.seconds < b.seconds || (a.seconds == b.seconds && a.nanoseconds < b.nanoseconds);
}

struct nvx_instant nvx_instant_since(struct nvx_instant a, struct nvx_instant b)
{
    if (nvx_instant_before(a, b))
        return (struct nvx_instant){0, 0};

    bool borrow = a.nanoseconds < b.nanoseconds;

    return (struct nvx_instant){
        a.seconds - b.seconds - borrow,
        a.nanoseconds - b.nanoseconds + (borrow ? NVX_NANOSECONDS : 0),
    };
}
