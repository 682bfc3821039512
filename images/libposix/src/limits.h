/*
 * Every limit of this layer, in one place.
 */
#ifndef NVX_LIMITS_H
#define NVX_LIMITS_H

#include <nanvix/abi.h>

enum {
    /* Open file descriptors (RLIMIT_NOFILE). */
    NVX_DESCRIPTORS = 256,
    /* Longest path and longest name, as POSIX's PATH_MAX (with its NUL) and NAME_MAX. A name is counted in the UTF-16
     * units that a FAT volume stores. */
    NVX_PATH_BYTES = 4096,
    NVX_NAME_UNITS = 255,
    /* A unit of UTF-16 takes at most three bytes of UTF-8. */
    NVX_NAME_BYTES = 3 * NVX_NAME_UNITS,
    /* Freed pages that stay mapped for the next use, at most (bytes). */
    NVX_CACHED_BYTES = 32 << 20,
    /* Address space kept for the table of mapped ranges, at the end of the mmap region. */
    NVX_REGION_TABLE_BYTES = 1 << 20,
    /* Stack on which a thread leaves, when its own may already be gone. */
    NVX_EXIT_STACK_BYTES = 1536,
    /* Bytes that a pipe, or each way of a pair of sockets, holds. */
    NVX_CHANNEL_BYTES = 64 << 10,
    /* Further groups that the program may say it belongs to. */
    NVX_GROUPS = 32,
    /* Clock ticks a second (times, AT_CLKTCK). */
    NVX_CLOCK_TICKS = 100,
};

#define NVX_NANOSECONDS 1000000000

#endif
