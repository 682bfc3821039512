/* Kernel calls on the program's memory. Pages are mapped at once, not when they are touched: a fault costs more than a
 * page, and a lack of memory is told here. */
#include "cpu.h"
#include "kernel.h"
#include "process.h"

#define PROTECTION_ALL (NANVIX_PROTECTION_READ | NANVIX_PROTECTION_WRITE | NANVIX_PROTECTION_EXECUTE)

/* The processor knows no page that can be written but not read, and none that cannot be executed. No protection at
 * all keeps the page for the kernel. */
static uint32_t flags_of(uint32_t protection)
{
    uint32_t flags = PAGE_PRESENT;

    if (protection != 0)
        flags |= PAGE_USER;
    if ((protection & NANVIX_PROTECTION_WRITE) != 0)
        flags |= PAGE_WRITABLE;
    return flags;
}

static int check(uint32_t pid, uint32_t address, uint32_t protection)
{
    if (!process_is_own(pid))
        return -NANVIX_ESRCH;
    if (address % NANVIX_PAGE_SIZE != 0 || (protection & ~PROTECTION_ALL) != 0)
        return -NANVIX_EINVAL;
    return user_range(address, NANVIX_PAGE_SIZE);
}

static void unmap(uint32_t address, uint32_t *entry)
{
    if ((*entry & PAGE_OWNED) != 0)
        frame_free(*entry & PAGE_FRAME);
    *entry = 0;
    invalidate_page(address);
}

static int any_mapped(uint32_t address, uint32_t end)
{
    while (address != end) {
        const uint32_t *entry = page_entry(address);
        const uint32_t stop = page_table_end(address, end);

        for (; entry != NULL && address != stop; address += NANVIX_PAGE_SIZE) {
            if ((*entry++ & PAGE_PRESENT) != 0)
                return 1;
        }
        address = stop;
    }
    return 0;
}

/* Maps fresh pages and returns how far it got: `end` unless memory is used up. */
static uint32_t map_fresh(uint32_t address, uint32_t end, uint32_t flags)
{
    while (address != end) {
        uint32_t *entry = page_entry_create(address);
        const uint32_t stop = page_table_end(address, end);

        if (entry == NULL)
            return address;
        for (; address != stop; address += NANVIX_PAGE_SIZE) {
            const uint32_t frame = frame_allocate();

            if (frame == 0)
                return address;
            *entry++ = frame | flags;
        }
    }
    return end;
}

static int64_t map(uint32_t address, uint32_t pages, uint32_t flags)
{
    const uint32_t end = address + pages * NANVIX_PAGE_SIZE;
    uint32_t reached;

    if (any_mapped(address, end))
        return -NANVIX_EBUSY;
    reached = map_fresh(address, end, flags);
    if (reached == end)
        return 0;
    while (reached != address) {
        reached -= NANVIX_PAGE_SIZE;
        unmap(reached, page_entry(reached));
    }
    return -NANVIX_ENOMEM;
}

int64_t kcall_mmap(uint32_t pid, uint32_t address, uint32_t pages, uint32_t protection)
{
    int error;

    if (options.mmap_one_page) {
        protection = pages;
        pages = 1;
    }
    error = check(pid, address, protection);
    if (error != 0)
        return error;
    if (pages == 0)
        return -NANVIX_EINVAL;
    if (pages > (NANVIX_USER_END - address) / NANVIX_PAGE_SIZE)
        return -NANVIX_EFAULT;
    return map(address, pages, flags_of(protection) | PAGE_OWNED);
}

int64_t kcall_munmap(uint32_t pid, uint32_t address)
{
    int error = check(pid, address, 0);
    uint32_t *entry;

    if (error != 0)
        return error;
    entry = page_entry(address);
    if (entry == NULL)
        return -NANVIX_ENOENT;
    if ((*entry & PAGE_PRESENT) == 0 || (*entry & PAGE_PINNED) != 0)
        return -NANVIX_EBUSY;
    unmap(address, entry);
    return 0;
}

/* A page of the initrd may be mapped twice, so it is copied before it becomes writable. */
static int own(uint32_t *entry)
{
    uint32_t frame = frame_allocate_dirty();

    if (frame == 0)
        return -NANVIX_ENOMEM;
    memcpy((void *)frame, (const void *)(*entry & PAGE_FRAME), NANVIX_PAGE_SIZE);
    *entry = frame | PAGE_OWNED | PAGE_PRESENT;
    return 0;
}

int64_t kcall_mctrl(uint32_t pid, uint32_t address, uint32_t protection)
{
    int error = check(pid, address, protection);
    uint32_t *entry;

    if (error != 0)
        return error;
    entry = page_entry(address);
    if (entry == NULL || (*entry & PAGE_PRESENT) == 0)
        return -NANVIX_ENOENT;
    if ((protection & NANVIX_PROTECTION_WRITE) != 0 && (*entry & (PAGE_OWNED | PAGE_WRITABLE)) == 0) {
        error = own(entry);
        if (error != 0)
            return error;
    }
    *entry = (*entry & (PAGE_FRAME | PAGE_OWNED | PAGE_PINNED)) | flags_of(protection);
    invalidate_page(address);
    return 0;
}

int64_t kcall_mcopy(uint32_t source_pid, uint32_t source, uint32_t destination_pid, uint32_t destination)
{
    (void)source_pid, (void)source, (void)destination_pid, (void)destination;
    return -NANVIX_ENOTSUP;
}
