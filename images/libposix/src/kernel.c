/*
 * The one translation of kernel error numbers to musl's, generated from the ABI's table by name.
 */
#include "kernel.h"

#include <errno.h>
#include <nanvix/errno-table.h>

#define TRANSLATE(name, number) [number] = name,

static const unsigned char musl_errno[] = {NANVIX_ERRNO_TABLE(TRANSLATE)};

long nvx_kernel_error(int64_t result)
{
    unsigned number = (unsigned)nanvix_errno(result);
    unsigned known = number < sizeof(musl_errno) ? musl_errno[number] : 0;

    /* A number that the ABI does not define can only come from a kernel newer than this table. */
    return -(long)(known != 0 ? known : EIO);
}
