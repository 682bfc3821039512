/*
 * The snapshot call, for programs that want errno rather than a kernel result (include/nanvix/snapshot.h).
 */
#include <errno.h>

#include "kernel.h"

__attribute__((visibility("default"))) int nanvix_take_snapshot(void);

int nanvix_take_snapshot(void)
{
    long result = nvx_kernel_result(nanvix_snapshot());

    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return 0;
}
