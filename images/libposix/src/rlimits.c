/*
 * Resource limits. Each can be lowered, and raised up to its hard limit again. Those of descriptors and heap are enforced; of
 * the others the layer keeps what it was told, since what they limit is the kernel's, or endless here.
 */
#include "rlimits.h"

#include <errno.h>
#include <stddef.h>

#include "calls.h"
#include "limits.h"

#define BOTH(value) {(value), (value)}
#define ENDLESS BOTH(RLIM_INFINITY)

static struct rlimit limits[RLIM_NLIMITS] = {
    [RLIMIT_CPU] = ENDLESS,
    [RLIMIT_FSIZE] = ENDLESS,
    [RLIMIT_DATA] = BOTH(NANVIX_HEAP_MAXIMUM),
    [RLIMIT_STACK] = BOTH(NANVIX_STACK_MAXIMUM_SIZE),
    /* No core file is ever written, so any limit holds. */
    [RLIMIT_CORE] = {0, RLIM_INFINITY},
    [RLIMIT_RSS] = ENDLESS,
    [RLIMIT_NPROC] = BOTH(1),
    [RLIMIT_NOFILE] = BOTH(NVX_DESCRIPTORS),
    [RLIMIT_MEMLOCK] = ENDLESS,
    [RLIMIT_AS] = ENDLESS,
    [RLIMIT_LOCKS] = ENDLESS,
    [RLIMIT_SIGPENDING] = ENDLESS,
    [RLIMIT_MSGQUEUE] = ENDLESS,
    [RLIMIT_NICE] = ENDLESS,
    [RLIMIT_RTPRIO] = ENDLESS,
    [RLIMIT_RTTIME] = ENDLESS,
};

uint64_t nvx_rlimit(int resource)
{
    return limits[resource].rlim_cur;
}

static long read_limit(int resource, struct rlimit *limit)
{
    if ((unsigned)resource >= RLIM_NLIMITS)
        return -EINVAL;
    *limit = limits[resource];
    return 0;
}

static long change_limit(int resource, const struct rlimit *wanted)
{
    if (wanted->rlim_cur > wanted->rlim_max)
        return -EINVAL;
    if (wanted->rlim_max > limits[resource].rlim_max)
        return -EPERM;
    limits[resource] = *wanted;
    return 0;
}

long nvx_call_prlimit64(int pid, int resource, const struct rlimit *wanted, struct rlimit *old)
{
    struct rlimit now;
    long result = read_limit(resource, &now);

    if (result == 0 && pid != 0 && pid != nvx_call_getpid())
        result = -ESRCH;
    if (result == 0 && wanted != NULL)
        result = change_limit(resource, wanted);
    if (result == 0 && old != NULL)
        *old = now;
    return result;
}

/* The older call: 32 bits, with all of them set for infinity. */
long nvx_call_ugetrlimit(int resource, uint32_t limits[2])
{
    struct rlimit now;
    long result = read_limit(resource, &now);

    if (result == 0) {
        limits[0] = now.rlim_cur > UINT32_MAX ? UINT32_MAX : (uint32_t)now.rlim_cur;
        limits[1] = now.rlim_max > UINT32_MAX ? UINT32_MAX : (uint32_t)now.rlim_max;
    }
    return result;
}
