/*
 * Waiting until files are ready: what poll, select and epoll have in common.
 */
#ifndef NVX_READINESS_H
#define NVX_READINESS_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

struct nvx_file;

/* What of `wanted` (POLLIN and the like) holds now, and what is told unasked. */
short nvx_ready(const struct nvx_file *file, short wanted);

/* How long a call may wait. */
struct nvx_patience {
    bool ends;
    struct nvx_instant span;
};

/* That of a call that takes milliseconds, negative ones for no end. */
struct nvx_patience nvx_patience_of(int milliseconds);

/* Looks until something is ready or the time is over. `look` answers how many are ready, or a negated error; it is called with
 * the layer's lock held, which the caller does not hold. */
long nvx_wait_until_ready(long (*look)(void *), void *what, struct nvx_patience patience);

#endif
