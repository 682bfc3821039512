/* The kernel arguments: words between spaces in the control page, read once when the kernel starts. The host may change
 * that page later; what this boot was asked for stays. */
#include "kernel.h"

struct options options;

static int given(const char *word)
{
    const volatile uint8_t *text = control_page.kernel_arguments;
    uint32_t length = control_page.kernel_arguments_length;
    uint32_t i = 0;

    if (length > NANVIX_CONTROL_KERNEL_ARGUMENTS_MAXIMUM)
        length = NANVIX_CONTROL_KERNEL_ARGUMENTS_MAXIMUM;
    while (i < length) {
        uint32_t matched = 0;

        while (i < length && text[i] == ' ')
            i++;
        while (i < length && word[matched] != 0 && text[i] == word[matched])
            i++, matched++;
        if (matched != 0 && word[matched] == 0 && (i == length || text[i] == ' ' || text[i] == 0))
            return 1;
        while (i < length && text[i] != ' ')
            i++;
    }
    return 0;
}

void options_init(void)
{
    options.mmap_one_page = given(NANVIX_KERNEL_ARGUMENT_MMAP_ONE_PAGE);
    options.snapshots = SNAPSHOTS_FORBIDDEN;
    if (given(NANVIX_KERNEL_ARGUMENT_SNAPSHOT))
        options.snapshots = SNAPSHOTS_ONE;
    if (given(NANVIX_KERNEL_ARGUMENT_SNAPSHOT_ANY))
        options.snapshots = SNAPSHOTS_ANY;
    if (given(NANVIX_KERNEL_ARGUMENT_NO_SNAPSHOT))
        options.snapshots = SNAPSHOTS_UNKNOWN;
}
