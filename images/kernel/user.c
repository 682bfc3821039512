/* Pointers of the program. A check followed by the access is safe because nothing else runs in between: there is
 * one processor, and the kernel is never interrupted but while it idles.
 *
 * Zero length: EINVAL. Outside user space or across its end: EFAULT. A page that is not mapped: ENOENT, unless it is a
 * page of the stack that was not touched yet. A page the program may not touch that way itself: EFAULT. */
#include "kernel.h"

int user_range(uint32_t address, uint32_t length)
{
    if (length == 0)
        return -NANVIX_EINVAL;
    if (address < NANVIX_USER_BASE || address >= NANVIX_USER_END || length > NANVIX_USER_END - address)
        return -NANVIX_EFAULT;
    return 0;
}

static int check(uint32_t address, uint32_t length, uint32_t needed)
{
    const uint32_t last = address + length - 1;
    int error = user_range(address, length);

    if (error != 0)
        return error;
    for (uint32_t page = address & PAGE_FRAME; page <= last; page += NANVIX_PAGE_SIZE) {
        const uint32_t *entry = page_entry(page);

        if (entry == NULL || (*entry & PAGE_PRESENT) == 0) {
            if (!stack_contains(page))
                return -NANVIX_ENOENT;
            error = stack_fault_in(page);
            if (error != 0)
                return error;
        } else if ((*entry & needed) != needed) {
            return -NANVIX_EFAULT;
        }
    }
    return 0;
}

int user_readable(uint32_t address, uint32_t length)
{
    return check(address, length, PAGE_USER);
}

int user_writable(uint32_t address, uint32_t length)
{
    return check(address, length, PAGE_USER | PAGE_WRITABLE);
}

int user_read(void *to, uint32_t from, uint32_t length)
{
    int error = user_readable(from, length);

    if (error == 0)
        memcpy(to, (const void *)from, length);
    return error;
}

int user_write(uint32_t to, const void *from, uint32_t length)
{
    int error = user_writable(to, length);

    if (error == 0)
        memcpy((void *)to, from, length);
    return error;
}
