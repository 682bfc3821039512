/* The form of mmap before 16 April 2026, which the kernel argument `mmap1` selects: (pid, addr, prot), one page. */
#include "check.h"

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    expect("mmap maps one page", nanvix_kcall(NANVIX_KCALL_MMAP, 1, FREE_AREA, READ_WRITE, 0), 0);
    *(volatile uint32_t *)FREE_AREA = 1;
    expect_error("and no other", nanvix_munmap(1, FREE_AREA + NANVIX_PAGE_SIZE), NANVIX_EBUSY);
    expect_error("its third argument is the protection",
                 nanvix_kcall(NANVIX_KCALL_MMAP, 1, FREE_AREA + NANVIX_PAGE_SIZE, 8, 0), NANVIX_EINVAL);
}
