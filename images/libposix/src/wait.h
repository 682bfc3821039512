/*
 * Waiting until something becomes ready: what blocking reads and writes, poll and select have in common.
 */
#ifndef NVX_WAIT_H
#define NVX_WAIT_H

#include "clock.h"

/* Where things stand now, to be taken under the layer's lock before looking whether anything is ready. */
int nvx_wait_mark(void);

/* Waits until something changed since the mark. The layer's lock is held, and given up meanwhile. 0, -EINTR, or
 * -ETIMEDOUT at the deadline (absolute, null for none). */
long nvx_wait_since(int mark, const struct nvx_instant *deadline);

/* Something became ready, or was closed. */
void nvx_wait_wake(void);

#endif
