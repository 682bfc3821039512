/* The end of a kernel that cannot go on: its message on the console, then a shutdown with a status that tells the cause.
 * A panic within a panic ends the machine at once. */
#include "kernel.h"

void panic_with(const char *message, uint32_t status)
{
    static int panicking;

    if (!panicking) {
        panicking = 1;
        console_print("kernel panic: %s\n", message);
    }
    host_shutdown(status);
}

void panic(const char *message)
{
    panic_with(message, NANVIX_EXIT_KERNEL_PANIC);
}
