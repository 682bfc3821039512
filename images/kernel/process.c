/* The one process: its identity, its capabilities, its end, and the events it cannot have. */
#include "kernel.h"

static uint32_t capabilities;

int process_may_use_io(void)
{
    return (capabilities >> NANVIX_CAPABILITY_IO & 1) != 0;
}

int64_t kcall_debug(uint32_t buffer, uint32_t length)
{
    char text[NANVIX_LIMIT_DEBUG_BYTES];
    int error;

    if (length > sizeof(text))
        return -NANVIX_EINVAL;
    error = user_read(text, buffer, length);
    if (error != 0)
        return error;
    if (!utf8_valid((const uint8_t *)text, length))
        return -NANVIX_EINVAL;
    console_write(text, length);
    return 0;
}

int64_t kcall_getpid(void)
{
    return NANVIX_PROCESS_PROGRAM;
}

int64_t kcall_exit(uint32_t status)
{
    host_shutdown(status);
}

int64_t kcall_capctl(uint32_t capability, uint32_t on)
{
    if (capability > NANVIX_CAPABILITY_PROCESSES || on > 1)
        return -NANVIX_EINVAL;
    capabilities = (capabilities & ~(1u << capability)) | on << capability;
    return 0;
}

int64_t kcall_resume(uint32_t event)
{
    (void)event;
    return -NANVIX_ENOTSUP;
}

int64_t kcall_terminate(uint32_t pid)
{
    (void)pid;
    return -NANVIX_ENOTSUP;
}

int64_t kcall_evctrl(uint32_t event, uint32_t request)
{
    (void)event, (void)request;
    return -NANVIX_ENOTSUP;
}
