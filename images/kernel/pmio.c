/* I/O ports for the program, each taken before it is used. The kernel does the access: ring 3 may not. Ports by which
 * the kernel itself lives are not given away. An access of two or four bytes is one to as many ports, all of which must
 * have been taken: so does the processor look at its own I/O permission bitmap. */
#include "cpu.h"
#include "kernel.h"
#include "limits.h"
#include "process.h"

static struct {
    uint16_t port;
    uint8_t access; /* 0: the slot is free */
    uint8_t pid;    /* who has taken it */
} taken[PORTS_MAX];

static int of_kernel(uint32_t port)
{
    enum { DWORD = 4 };
    static const struct {
        uint16_t first;
        uint16_t count;
    } ports[] = {
        {NANVIX_PORT_PIC1_COMMAND, 2}, {NANVIX_PORT_PIC2_COMMAND, 2},    {NANVIX_PORT_PIT_CHANNEL0, 1},
        {NANVIX_PORT_PIT_MODE, 1},     {NANVIX_PORT_BUS_SEND, DWORD},    {NANVIX_PORT_BUS_RECEIVE, DWORD},
        {NANVIX_PORT_MACHINE, DWORD},  {NANVIX_PORT_KERNEL_LOG, DWORD},  {NANVIX_PORT_QEMU_DEBUG_EXIT, DWORD},
    };

    for (uint32_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        if (port - ports[i].first < ports[i].count)
            return 1;
    }
    return 0;
}

static int find(uint32_t port)
{
    for (int i = 0; i < PORTS_MAX; i++) {
        if (taken[i].access != 0 && taken[i].port == port)
            return i;
    }
    return -1;
}

/* The slot of a port that the running process has taken, or -1. */
static int find_own(uint32_t port)
{
    const int slot = find(port);

    return slot >= 0 && process_is_own(taken[slot].pid) ? slot : -1;
}

/* Checks what every call on a port checks. */
static int check(uint32_t port)
{
    if (!process_may_use_io())
        return -NANVIX_EPERM;
    return port > UINT16_MAX ? -NANVIX_EINVAL : 0;
}

static int check_access(uint32_t port, uint32_t width, uint32_t access)
{
    int error = check(port);

    if (error != 0)
        return error;
    if ((width != 1 && width != 2 && width != 4) || port + width - 1 > UINT16_MAX)
        return -NANVIX_EINVAL;
    for (uint32_t i = 0; i < width; i++) {
        int slot = find_own(port + i);

        if (slot < 0)
            return -NANVIX_ENOENT;
        if ((taken[slot].access & access) == 0)
            return -NANVIX_EACCES;
    }
    return 0;
}

int64_t kcall_pmio_alloc(uint32_t port, uint32_t access)
{
    int error = check(port);

    if (error != 0)
        return error;
    if (access == 0 || access > NANVIX_PORT_ACCESS_READ_WRITE)
        return -NANVIX_EINVAL;
    if (of_kernel(port))
        return -NANVIX_EBUSY;
    if (find(port) >= 0)
        return -NANVIX_EEXIST;
    for (int i = 0; i < PORTS_MAX; i++) {
        if (taken[i].access == 0) {
            taken[i].port = (uint16_t)port;
            taken[i].access = (uint8_t)access;
            taken[i].pid = (uint8_t)process_pid();
            return 0;
        }
    }
    return -NANVIX_ENOMEM;
}

int64_t kcall_pmio_free(uint32_t port)
{
    int error = check(port);
    int slot;

    if (error != 0)
        return error;
    slot = find_own(port);
    if (slot < 0)
        return -NANVIX_ENOENT;
    taken[slot].access = 0;
    return 0;
}

int64_t kcall_pmio_read(uint32_t port, uint32_t width)
{
    int error = check_access(port, width, NANVIX_PORT_ACCESS_READ);

    if (error != 0)
        return error;
    if (width == 1)
        return in8((uint16_t)port);
    if (width == 2)
        return in16((uint16_t)port);
    return in32((uint16_t)port);
}

int64_t kcall_pmio_write(uint32_t port, uint32_t width, uint32_t value)
{
    int error = check_access(port, width, NANVIX_PORT_ACCESS_WRITE);

    if (error != 0)
        return error;
    if (width == 1)
        out8((uint16_t)port, (uint8_t)value);
    else if (width == 2)
        out16((uint16_t)port, (uint16_t)value);
    else
        out32((uint16_t)port, value);
    return 0;
}

#if NANVIX_ERA_M
void pmio_release(int32_t pid)
{
    for (int i = 0; i < PORTS_MAX; i++) {
        if (taken[i].pid == pid)
            taken[i].access = 0;
    }
}
#endif
