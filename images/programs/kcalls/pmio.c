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
    nanvix_pmio_free(DELAY);
    nanvix_pmio_alloc(DELAY, NANVIX_PORT_ACCESS_READ);
    expect_error("write refuses a port taken for reading", nanvix_pmio_write(DELAY, 1, 0), NANVIX_EACCES);
    nanvix_pmio_free(DELAY);
}

/* An access of several bytes reaches as many ports. */
static void check_wide(void)
{
    nanvix_pmio_alloc(DELAY, NANVIX_PORT_ACCESS_READ_WRITE);
    expect_error("write of two bytes needs two ports", nanvix_pmio_write(DELAY, 2, 0x1234), NANVIX_ENOENT);
    expect_error("read too", nanvix_pmio_read(DELAY, 2), NANVIX_ENOENT);
    nanvix_pmio_alloc(DELAY + 1, NANVIX_PORT_ACCESS_WRITE);
    expect("with both it writes", nanvix_pmio_write(DELAY, 2, 0x1234), 0);
    expect_error("read needs both for reading", nanvix_pmio_read(DELAY, 2), NANVIX_EACCES);
    expect_error("write of four bytes needs four", nanvix_pmio_write(DELAY, 4, 0x12345678), NANVIX_ENOENT);
    nanvix_pmio_alloc(DELAY + 2, NANVIX_PORT_ACCESS_READ_WRITE);
    nanvix_pmio_alloc(DELAY + 3, NANVIX_PORT_ACCESS_READ_WRITE);
    expect("with all it writes", nanvix_pmio_write(DELAY, 4, 0x12345678), 0);
    nanvix_pmio_free(DELAY + 1);
    nanvix_pmio_alloc(DELAY + 1, NANVIX_PORT_ACCESS_READ_WRITE);
    expect_true("read gives four bytes", nanvix_pmio_read(DELAY, 4) >= 0);
    for (uint32_t i = 0; i < 4; i++)
        nanvix_pmio_free(DELAY + i);
    nanvix_pmio_alloc(0xffff, NANVIX_PORT_ACCESS_READ_WRITE);
    expect_error("there is nothing behind the last port", nanvix_pmio_write(0xffff, 2, 0), NANVIX_EINVAL);
    nanvix_pmio_free(0xffff);
}

/* Whoever owns all ports that can be had still reaches none of the kernel's, from below or from above. */
static void check_kernel_ports(void)
{
    static const struct {
        uint32_t first;
        uint32_t count;
    } kernel[] = {
        {NANVIX_PORT_PIC1_COMMAND, 2}, {NANVIX_PORT_PIC2_COMMAND, 2},   {NANVIX_PORT_PIT_CHANNEL0, 1},
        {NANVIX_PORT_PIT_MODE, 1},     {NANVIX_PORT_BUS_SEND, 6},       {NANVIX_PORT_MACHINE, 4},
        {NANVIX_PORT_QEMU_DEBUG_EXIT, 4},
    };
    int given_away = 0, reached = 0;

    for (uint32_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
        uint32_t first = kernel[i].first;

        for (uint32_t port = first - 3; port < first + kernel[i].count; port++) {
            int64_t result = nanvix_pmio_alloc(port, NANVIX_PORT_ACCESS_READ_WRITE);

            given_away += port >= first && result != -NANVIX_EBUSY;
        }
        for (uint32_t port = first - 3; port < first; port++) {
            for (uint32_t width = 2; width <= 4; width *= 2) {
                if (port + width <= first)
                    continue;
                reached += nanvix_pmio_write(port, width, 0) != -NANVIX_ENOENT;
                reached += nanvix_pmio_read(port, width) != -NANVIX_ENOENT;
            }
        }
        for (uint32_t port = first - 3; port < first; port++)
            nanvix_pmio_free(port);
    }
    expect("no port of the kernel is given away", given_away, 0);
    expect("nor reached by a wide access to its neighbour", reached, 0);
    expect("the timer's channel 2 can be taken", nanvix_pmio_alloc(0x42, NANVIX_PORT_ACCESS_READ_WRITE), 0);
    expect_error("without the mode register behind it", nanvix_pmio_write(0x42, 2, 0x3400), NANVIX_ENOENT);
    expect("in bytes it is written", nanvix_pmio_write(0x42, 1, 0), 0);
    nanvix_pmio_free(0x42);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_capability();
    check_alloc();
    check_access();
    check_wide();
    check_kernel_ports();
}
