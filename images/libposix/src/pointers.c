/*
 * Pointers from the program (pointers.h). A bad one is to be EFAULT rather than a fault in this layer.
 *
 * What the layer mapped it knows. The program's image and the stack are there. Anything else may have been mapped by
 * the program with kernel calls of its own, so the kernel is asked: signalling a condition nobody waits for does
 * nothing but check the address.
 */
#include "pointers.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "kernel.h"
#include "pages.h"
#include "regions.h"

static bool kernel_can_read(uint32_t start, uint32_t end)
{
    for (uint32_t at = start; at < end; at = (at | (NANVIX_PAGE_SIZE - 1)) + 1)
        if (nanvix_failed(nanvix_cond_signal((const volatile void *)(at & ~3u), 0)))
            return false;
    return true;
}

static bool accessible(uint32_t start, size_t bytes, uint32_t protection)
{
    if (bytes == 0)
        return true;
    if (start < NANVIX_USER_BASE || start >= NANVIX_USER_END || bytes > NANVIX_USER_END - start)
        return false;

    uint32_t end = start + bytes;

    /* The usual cases: a variable of the program, or one on the stack. */
    if (end <= nvx_pages_first() || start >= NANVIX_STACK_TOP - NANVIX_STACK_MAXIMUM_SIZE)
        return true;
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);
        bool known = region.state == NVX_REGION_USED;
        bool stale = region.state == NVX_REGION_CACHED;

        if (stale || (known ? (region.protection & protection) != protection : !kernel_can_read(at, region.end)))
            return false;
        at = region.end;
    }
    return true;
}

bool nvx_readable(const void *start, size_t bytes)
{
    return accessible((uint32_t)(uintptr_t)start, bytes, NANVIX_PROTECTION_READ);
}

bool nvx_writable(void *start, size_t bytes)
{
    return accessible((uint32_t)(uintptr_t)start, bytes, NANVIX_PROTECTION_WRITE);
}

long nvx_text_length(const char *text, size_t most)
{
    size_t length = 0;

    /* Page by page: what lies behind the NUL need not be there. */
    while (length < most) {
        size_t piece = NANVIX_PAGE_SIZE - (uintptr_t)(text + length) % NANVIX_PAGE_SIZE;
        size_t found;

        if (piece > most - length)
            piece = most - length;
        if (!nvx_readable(text + length, piece))
            return -EFAULT;
        found = strnlen(text + length, piece);
        length += found;
        if (found < piece)
            return (long)length;
    }
    return -ENAMETOOLONG;
}
