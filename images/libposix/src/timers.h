/*
 * Timers that send signals: alarm, setitimer, timer_create.
 */
#ifndef NVX_TIMERS_H
#define NVX_TIMERS_H

#include <stdint.h>

#include "linux-abi.h"

/* What timer_create is told: musl's own form, which names a thread too. */
struct nvx_sigevent {
    union {
        int number;
        void *pointer;
    } value;
    int signal;
    int notify;
    int tid;
};

struct nvx_itimerval {
    int32_t interval_seconds, interval_microseconds, seconds, microseconds;
};

struct nvx_itimerspec32 {
    struct nvx_timespec32 interval, value;
};

struct nvx_itimerspec64 {
    struct nvx_timespec64 interval, value;
};

#endif
