/* A process: its identity, its capabilities, its end, and the events it cannot have. */
#include "kernel.h"
#include "process.h"

#if NANVIX_ERA_S
struct process processes[1];
#endif

int process_may_use_io(void)
{
    return (process_current()->capabilities >> NANVIX_CAPABILITY_IO & 1) != 0;
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
    return process_pid();
}

int64_t kcall_exit(uint32_t status)
{
    process_exit(status);
}

int64_t kcall_capctl(uint32_t capability, uint32_t on)
{
    uint32_t *capabilities = &process_current()->capabilities;

    if (capability > NANVIX_CAPABILITY_PROCESSES || on > 1)
        return -NANVIX_EINVAL;
    *capabilities = (*capabilities & ~(1u << capability)) | on << capability;
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
