/* I/O ports for the program, each taken before it is used. The kernel does the access: ring 3 may not. Ports by which
 * the kernel itself lives are not given away. */
#include "cpu.h"
#include "kernel.h"
#include "limits.h"

static struct {
    uint16_t port;
    uint8_t access; /* 0: the slot is free */
} taken[PORTS_MAX];

static int of_kernel(uint32_t port)
{
    static const uint16_t ports[] = {
        NANVIX_PORT_PIC1_COMMAND, NANVIX_PORT_PIC1_DATA, NANVIX_PORT_PIC2_COMMAND, NANVIX_PORT_PIC2_DATA,
        NANVIX_PORT_PIT_CHANNEL0, NANVIX_PORT_PIT_MODE,  NANVIX_PORT_BUS_SEND,     NANVIX_PORT_BUS_RECEIVE,
        NANVIX_PORT_MACHINE,
    };

    for (uint32_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        if (ports[i] == port)
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
    int slot;

    if (error != 0)
        return error;
    if (width != 1 && width != 2 && width != 4)
        return -NANVIX_EINVAL;
    slot = find(port);
    if (slot < 0)
        return -NANVIX_ENOENT;
    return (taken[slot].access & access) != 0 ? 0 : -NANVIX_EACCES;
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
    slot = find(port);
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
