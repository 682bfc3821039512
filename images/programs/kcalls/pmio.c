/* I/O ports: pmio_alloc, pmio_free, pmio_read, pmio_write. The speaker's gate at 0x61 has bits that keep what is written;
 * 0x80 takes anything. */
#include "check.h"

#define SPEAKER 0x61
#define DELAY 0x80

static void check_capability(void)
{
    expect_error("alloc needs the I/O capability", nanvix_pmio_alloc(DELAY, NANVIX_PORT_ACCESS_READ_WRITE),
                 NANVIX_EPERM);
    expect_error("free needs it", nanvix_pmio_free(DELAY), NANVIX_EPERM);
    expect_error("read needs it", nanvix_pmio_read(DELAY, 1), NANVIX_EPERM);
    expect_error("write needs it", nanvix_pmio_write(DELAY, 1, 0), NANVIX_EPERM);
    nanvix_capctl(NANVIX_CAPABILITY_IO, 1);
}

static void check_alloc(void)
{
    int64_t result = 0;
    uint32_t port = 0x8000;

    expect_error("alloc refuses a port above 0xffff", nanvix_pmio_alloc(0x10000, 1), NANVIX_EINVAL);
    expect_error("alloc refuses no access", nanvix_pmio_alloc(DELAY, 0), NANVIX_EINVAL);
    expect_error("alloc refuses an unknown access", nanvix_pmio_alloc(DELAY, 4), NANVIX_EINVAL);
    expect_error("alloc refuses the kernel's ports", nanvix_pmio_alloc(NANVIX_PORT_MACHINE, 3), NANVIX_EBUSY);
    expect("alloc takes a port", nanvix_pmio_alloc(SPEAKER, NANVIX_PORT_ACCESS_READ_WRITE), 0);
    expect_error("once", nanvix_pmio_alloc(SPEAKER, NANVIX_PORT_ACCESS_READ), NANVIX_EEXIST);
    expect_error("free refuses what is not taken", nanvix_pmio_free(DELAY), NANVIX_ENOENT);
    expect_error("free refuses a port above 0xffff", nanvix_pmio_free(0x10000), NANVIX_EINVAL);
    expect("free gives it back", nanvix_pmio_free(SPEAKER), 0);
    while (result == 0)
        result = nanvix_pmio_alloc(port++, NANVIX_PORT_ACCESS_READ);
    expect_error("alloc fails when too many are taken", result, NANVIX_ENOMEM);
    while (port-- > 0x8000)
        nanvix_pmio_free(port);
}

static void check_access(void)
{
    uint32_t value;

    nanvix_pmio_alloc(SPEAKER, NANVIX_PORT_ACCESS_READ_WRITE);
    value = (uint32_t)nanvix_pmio_read(SPEAKER, 1) & 3;
    expect("write writes", nanvix_pmio_write(SPEAKER, 1, value ^ 2), 0);
    expect("read reads it back", nanvix_pmio_read(SPEAKER, 1) & 3, value ^ 2);
    nanvix_pmio_write(SPEAKER, 1, value);
    expect_error("read refuses a width of 3", nanvix_pmio_read(SPEAKER, 3), NANVIX_EINVAL);
    expect_error("write refuses a width of 0", nanvix_pmio_write(SPEAKER, 0, 0), NANVIX_EINVAL);
    expect_error("read refuses a port that is not taken", nanvix_pmio_read(DELAY, 1), NANVIX_ENOENT);
    expect_error("write too", nanvix_pmio_write(DELAY, 1, 0), NANVIX_ENOENT);
    nanvix_pmio_free(SPEAKER);
    nanvix_pmio_alloc(DELAY, NANVIX_PORT_ACCESS_WRITE);
    expect_error("read refuses a port taken for writing", nanvix_pmio_read(DELAY, 1), NANVIX_EACCES);
    expect("write takes two bytes", nanvix_pmio_write(DELAY, 2, 0x1234), 0);
    expect("and four", nanvix_pmio_write(DELAY, 4, 0x12345678), 0);
    nanvix_pmio_free(DELAY);
    nanvix_pmio_alloc(DELAY, NANVIX_PORT_ACCESS_READ);
    expect_error("write refuses a port taken for reading", nanvix_pmio_write(DELAY, 1, 0), NANVIX_EACCES);
    expect_true("read gives four bytes", nanvix_pmio_read(DELAY, 4) >= 0);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_capability();
    check_alloc();
    check_access();
}
