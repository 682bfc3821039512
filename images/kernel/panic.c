/* The end of a kernel that cannot go on: its message on the console, then a shutdown with a status of its own. A panic
 * within a panic ends the machine at once. */
#include "kernel.h"

void panic(const char *message)
{
    static int panicking;

    if (!panicking) {
        panicking = 1;
        console_print("kernel panic: %s\n", message);
    }
    host_shutdown(NANVIX_EXIT_KERNEL_PANIC);
}
