/*
 * Sleeping.
 */
#ifndef NVX_SLEEP_H
#define NVX_SLEEP_H

#include <stdbool.h>

#include "clock.h"

/* Sleeps for a span (null: until a signal). The layer's lock is not held. 0, -EINTR, or -EINVAL for a span that is
 * none. */
long nvx_sleep(const struct nvx_instant *span);

/* Sleeps until a moment. */
long nvx_sleep_until(struct nvx_instant moment);

/* Time the program has slept while it had one thread, one of this layer left aside: what the processor did not spend on it. And
 * whether it does so now. */
struct nvx_instant nvx_time_slept(void);
bool nvx_is_asleep(void);

#endif
