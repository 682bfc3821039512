/* Calls of Era M about processes. There is one, started by nobody; it can't be copied and its program can't be
 * replaced. */
#include "kernel.h"

int64_t kcall_getppid(void)
{
    return NANVIX_PROCESS_HOST;
}

int64_t kcall_duplicate(uint32_t arguments)
{
    (void)arguments;
    return -NANVIX_ENOSYS;
}

int64_t kcall_execv(uint32_t arguments)
{
    (void)arguments;
    return -NANVIX_ENOSYS;
}

int64_t kcall_sync_instruction_cache(void)
{
    return -NANVIX_ENOSYS;
}
