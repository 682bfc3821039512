/*
 * Resource limits as the layer enforces them.
 */
#ifndef NVX_RLIMITS_H
#define NVX_RLIMITS_H

#include <stdint.h>
#include <sys/resource.h>

/* The soft limit: RLIMIT_NOFILE in descriptors, RLIMIT_DATA in bytes of heap. */
uint64_t nvx_rlimit(int resource);

#endif
