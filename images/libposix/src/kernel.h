/*
 * Kernel calls as this layer uses them: the generated stubs, and results in musl's error numbers.
 *
 * Kernel errors are newlib's numbers (ENOSYS is 88), musl's are Linux's (38). No other file knows the difference.
 */
#ifndef NVX_KERNEL_H
#define NVX_KERNEL_H

#include <nanvix/kcalls.h>

/* A kernel call that a signal may interrupt (Era M), made again until none does. */
#define NVX_UNINTERRUPTED(call) \
    __extension__({ \
        int64_t nvx_result; \
        do \
            nvx_result = (call); \
        while (NANVIX_ERA_M && nanvix_errno(nvx_result) == NANVIX_EINTR); \
        nvx_result; \
    })

/* The negated musl error number of a failed kernel call. */
long nvx_kernel_error(int64_t result);

/* What a POSIX call answers for a kernel call: the value, or the negated musl error number. */
static inline long nvx_kernel_result(int64_t result)
{
    return nanvix_failed(result) ? nvx_kernel_error(result) : (long)result;
}

#endif
