/* The one memory-mapped region there is: the ramfs, at the top of RAM. Taking it lets the program touch it where it
 * lies; its address is the physical one, which is outside what the kernel takes for user space in pointers. */
#include "kernel.h"
#include "process.h"

/* The process that has taken it; 0: none. */
static int32_t taken;

static int check(uint32_t tag_low, uint32_t tag_high)
{
    if (!process_may_use_io())
        return -NANVIX_EPERM;
    if (tag_low != NANVIX_RAMFS_TAG_LOW || tag_high != NANVIX_RAMFS_TAG_HIGH || control_page.ramfs_size == 0)
        return -NANVIX_ENOENT;
    return 0;
}

int64_t kcall_mmio_alloc(uint32_t tag_low, uint32_t tag_high)
{
    int error = check(tag_low, tag_high);

    if (error == 0 && taken)
        error = -NANVIX_EEXIST;
    if (error == 0)
        error = paging_expose(control_page.ramfs_base, control_page.ramfs_size, 1);
    if (error == 0)
        taken = process_pid();
    return error;
}

int64_t kcall_mmio_free(uint32_t tag_low, uint32_t tag_high)
{
    int error = check(tag_low, tag_high);

    if (error == 0 && taken != process_pid())
        error = -NANVIX_ENOENT;
    if (error == 0)
        error = paging_expose(control_page.ramfs_base, control_page.ramfs_size, 0);
    if (error == 0)
        taken = 0;
    return error;
}

int64_t kcall_mmio_info(uint32_t tag_low, uint32_t tag_high, uint32_t result)
{
    struct nanvix_mmio_info info;
    int error = check(tag_low, tag_high);

    if (error != 0)
        return error;
    info.base = control_page.ramfs_base;
    info.size = control_page.ramfs_size;
    info.protection = NANVIX_PROTECTION_READ | NANVIX_PROTECTION_WRITE;
    return user_write(result, &info, sizeof(info));
}

#if NANVIX_ERA_M
void mmio_release(int32_t pid)
{
    if (taken == pid)
        taken = 0;
}
#endif
