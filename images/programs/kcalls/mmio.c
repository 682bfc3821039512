/* The memory-mapped region of the ramfs: mmio_alloc, mmio_free, mmio_info. Started with the argument `none`, there is no
 * ramfs. */
#include "check.h"

#define TAG NANVIX_RAMFS_TAG_LOW, NANVIX_RAMFS_TAG_HIGH

static int ends_with_none(const char *text)
{
    while (text[0] != 0 && text[1] != 0 && text[2] != 0 && text[3] != 0 && text[4] != 0)
        text++;
    return text[0] == 'n' && text[1] == 'o' && text[2] == 'n' && text[3] == 'e';
}

static void check_capability(void)
{
    struct nanvix_mmio_info info;

    expect_error("alloc needs the I/O capability", nanvix_mmio_alloc(TAG), NANVIX_EPERM);
    expect_error("free needs it", nanvix_mmio_free(TAG), NANVIX_EPERM);
    expect_error("info needs it", nanvix_mmio_info(TAG, &info), NANVIX_EPERM);
    nanvix_capctl(NANVIX_CAPABILITY_IO, 1);
}

static void check_without_ramfs(void)
{
    struct nanvix_mmio_info info;

    expect_error("without a ramfs alloc finds nothing", nanvix_mmio_alloc(TAG), NANVIX_ENOENT);
    expect_error("free finds nothing", nanvix_mmio_free(TAG), NANVIX_ENOENT);
    expect_error("info finds nothing", nanvix_mmio_info(TAG, &info), NANVIX_ENOENT);
}

static void check_region(void)
{
    struct nanvix_mmio_info info = {0, 0, 0};
    volatile uint8_t *first, *last;
    uint8_t old;

    expect_error("alloc refuses an unknown tag", nanvix_mmio_alloc(1, 2), NANVIX_ENOENT);
    expect_error("free refuses an unknown tag", nanvix_mmio_free(1, 2), NANVIX_ENOENT);
    expect_error("info refuses an unknown tag", nanvix_mmio_info(1, 2, &info), NANVIX_ENOENT);
    expect_error("free refuses what is not taken", nanvix_mmio_free(TAG), NANVIX_ENOENT);
    expect("alloc takes the region", nanvix_mmio_alloc(TAG), 0);
    expect_error("once", nanvix_mmio_alloc(TAG), NANVIX_EEXIST);
    expect("info tells where it is", nanvix_mmio_info(TAG, &info), 0);
    expect("its size is a number of pages", info.size % NANVIX_PAGE_SIZE, 0);
    expect("it can be read and written", info.protection, READ_WRITE);
    first = (volatile uint8_t *)(uintptr_t)info.base;
    last = first + info.size - 1;
    expect("it starts with a boot sector", first[510] << 8 | first[511], 0x55aa);
    old = *last;
    *last = old ^ 0xff;
    expect("its last byte can be written", *last, old ^ 0xff);
    *last = old;
    expect_error("info refuses a pointer into the kernel", nanvix_mmio_info(TAG, KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("info refuses an unmapped pointer", nanvix_mmio_info(TAG, UNMAPPED), NANVIX_ENOENT);
    expect("free gives it back", nanvix_mmio_free(TAG), 0);
    expect("and it can be taken again", nanvix_mmio_alloc(TAG), 0);
    expect("with what was in it", *last, old);
}

void program(const char *arguments, const char *environment)
{
    (void)environment;
    check_capability();
    if (ends_with_none(arguments))
        check_without_ramfs();
    else
        check_region();
}
