/*
 * The kernel's clock as this layer reads it.
 */
#ifndef NVX_CLOCK_H
#define NVX_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* A moment or a span. */
struct nvx_instant {
    int64_t seconds;
    uint32_t nanoseconds;
};

/* Time since 1970. */
struct nvx_instant nvx_clock_now(void);

/* Processor time of the program (clocks.c). */
struct nvx_instant nvx_processor_time(void);

/* a + b, and a - b where b is not after a (else zero). Seconds that would overflow stay at the largest value. */
struct nvx_instant nvx_instant_add(struct nvx_instant a, struct nvx_instant b);
struct nvx_instant nvx_instant_since(struct nvx_instant a, struct nvx_instant b);
bool nvx_instant_before(struct nvx_instant a, struct nvx_instant b);

#endif
