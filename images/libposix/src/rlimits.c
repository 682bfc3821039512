/*
 * Resource limits. Those that this layer enforces can be lowered, and raised up to the hard limit again; the others say
 * what there is and can't be changed.
 */
#include "rlimits.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "calls.h"
#include "limits.h"

/* Those that can be changed, with their first values. */
static struct rlimit descriptors = {NVX_DESCRIPTORS, NVX_DESCRIPTORS};
static struct rlimit heap = {NANVIX_HEAP_MAXIMUM, NANVIX_HEAP_MAXIMUM};
/* No core file is ever written, so any limit holds. */
static struct rlimit core = {0, RLIM_INFINITY};

static struct rlimit *changeable(int resource)
{
    switch (resource) {
    case RLIMIT_NOFILE:
        return &descriptors;
    case RLIMIT_DATA:
        return &heap;
    case RLIMIT_CORE:
        return &core;
    default:
        return NULL;
    }
}

uint64_t nvx_rlimit(int resource)
{
    return changeable(resource)->rlim_cur;
}

static long read_limit(int resource, struct rlimit *limit)
{
    const struct rlimit *own = changeable(resource);

    if (own != NULL) {
        *limit = *own;
        return 0;
    }
    switch (resource) {
    case RLIMIT_STACK:
        *limit = (struct rlimit){NANVIX_STACK_MAXIMUM_SIZE, NANVIX_STACK_MAXIMUM_SIZE};
        return 0;
    case RLIMIT_FSIZE:
        *limit = (struct rlimit){UINT32_MAX, UINT32_MAX};
        return 0;
    case RLIMIT_NPROC:
        *limit = (struct rlimit){1, 1};
        return 0;
    default:
        *limit = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
        return (unsigned)resource < RLIM_NLIMITS ? 0 : -EINVAL;
    }
}

static long change_limit(int resource, const struct rlimit *wanted, const struct rlimit *now)
{
    struct rlimit *own = changeable(resource);
    bool same = wanted->rlim_cur == now->rlim_cur && wanted->rlim_max == now->rlim_max;

    if (wanted->rlim_cur > wanted->rlim_max)
        return -EINVAL;
    if (same)
        return 0;
    if (own == NULL || wanted->rlim_max > now->rlim_max)
        return -EPERM;
    *own = *wanted;
    return 0;
}

long nvx_call_prlimit64(int pid, int resource, const struct rlimit *wanted, struct rlimit *old)
{
    struct rlimit now;
    long result = read_limit(resource, &now);

    if (result == 0 && pid != 0 && pid != NANVIX_PROCESS_PROGRAM)
        result = -ESRCH;
    if (result == 0 && wanted != NULL)
        result = change_limit(resource, wanted, &now);
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
