/*
 * Pages: mapping, clearing, giving back (pages.h).
 *
 * The kernel maps zeroed pages at addresses it is told, and unmaps one page per call. So pages given back stay mapped
 * until they are used again: they are cleared then. When the kernel has no memory left, all of them are returned to it
 * and the request is tried once more.
 */
#include "pages.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "kernel.h"
#include "process.h"
#include "regions.h"

/* End of the program in memory, from the linker. */
extern char _end[] __attribute__((visibility("hidden")));

static uint32_t cached_bytes;

uint32_t nvx_pages_first(void)
{
    return nvx_page_up((uint32_t)(uintptr_t)_end);
}

bool nvx_pages_managed(uint32_t start, uint32_t bytes)
{
    return start >= nvx_pages_first() && start < NVX_PAGES_END && bytes <= NVX_PAGES_END - start;
}

long nvx_pages_protect(uint32_t start, uint32_t end, uint32_t protection)
{
    for (uint32_t page = start; page < end; page += NANVIX_PAGE_SIZE) {
        long result = nvx_kernel_result(nanvix_mctrl(nvx_process_id, page, protection));

        if (result < 0)
            return result;
    }
    return 0;
}

static void unmap_pages(uint32_t start, uint32_t end)
{
    for (uint32_t page = start; page < end; page += NANVIX_PAGE_SIZE)
        (void)nanvix_munmap(nvx_process_id, page);
}

/* Gives every cached page back to the kernel; false if there was none. */
static bool drop_cache(void)
{
    if (cached_bytes == 0)
        return false;
    for (uint32_t at = nvx_pages_first(); at < NVX_PAGES_END;) {
        struct nvx_region region = nvx_region_at(at, NVX_PAGES_END);

        if (region.state == NVX_REGION_CACHED) {
            unmap_pages(region.start, region.end);
            (void)nvx_region_set(region.start, region.end, NVX_REGION_NONE, 0);
        }
        at = region.end;
    }
    cached_bytes = 0;
    return true;
}

static long map_pages(uint32_t start, uint32_t end, uint32_t protection)
{
    uint32_t pages = (end - start) / NANVIX_PAGE_SIZE;
    long result = nvx_kernel_result(nanvix_mmap(nvx_process_id, start, pages, protection));

    if (result == -ENOMEM && drop_cache())
        result = nvx_kernel_result(nanvix_mmap(nvx_process_id, start, pages, protection));
    return result;
}

long nvx_pages_clear(uint32_t start, uint32_t end, uint32_t from, uint32_t to)
{
    if ((from & NVX_READ_WRITE) != NVX_READ_WRITE) {
        long result = nvx_pages_protect(start, end, NVX_READ_WRITE);

        if (result < 0)
            return result;
        from = NVX_READ_WRITE;
    }
    memset((void *)start, 0, end - start);
    return from == to ? 0 : nvx_pages_protect(start, end, to);
}

long nvx_pages_discard(uint32_t start, uint32_t end)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);
        uint32_t bytes = region.end - region.start;
        enum nvx_region_state state = NVX_REGION_NONE;

        if (region.state == NVX_REGION_USED) {
            if (bytes <= NVX_CACHED_BYTES - cached_bytes)
                state = NVX_REGION_CACHED;
            else
                unmap_pages(region.start, region.end);
        }
        if ((region.state == NVX_REGION_USED || region.state == NVX_REGION_RESERVED) &&
            !nvx_region_set(region.start, region.end, state, state == NVX_REGION_NONE ? 0 : region.protection))
            return -ENOMEM;
        if (state == NVX_REGION_CACHED)
            cached_bytes += bytes;
        at = region.end;
    }
    return 0;
}

long nvx_pages_populate(uint32_t start, uint32_t end, uint32_t protection)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);
        bool cached = region.state == NVX_REGION_CACHED;
        long result = cached ? nvx_pages_clear(region.start, region.end, region.protection, protection)
                             : map_pages(region.start, region.end, protection);

        if (result == 0 && !nvx_region_set(region.start, region.end, NVX_REGION_USED, protection)) {
            result = -ENOMEM;
            /* The kernel must not know other than the table says. */
            if (cached)
                (void)nvx_pages_protect(region.start, region.end, region.protection);
            else
                unmap_pages(region.start, region.end);
        }
        if (result < 0) {
            (void)nvx_pages_discard(start, at);
            return result;
        }
        if (cached)
            cached_bytes -= region.end - region.start;
        at = region.end;
    }
    return 0;
}

uint32_t nvx_pages_allocate(uint32_t bytes, uint32_t protection, long *result)
{
    for (;;) {
        uint32_t start = nvx_region_find_free(bytes, NANVIX_MMAP_BASE, NVX_PAGES_END);

        *result = start == 0 ? -ENOMEM : nvx_pages_populate(start, start + bytes, protection);
        if (*result == 0)
            return start;
        /* The program has mapped something there by kernel calls of its own: that stays out of the way from now on. */
        if (*result == -EBUSY)
            *result = nvx_pages_reserve(start, start + bytes);
        if (*result < 0)
            return 0;
    }
}

void *nvx_pages_take(unsigned pages)
{
    long result;

    return (void *)nvx_pages_allocate(pages * NANVIX_PAGE_SIZE, NVX_READ_WRITE, &result);
}

bool nvx_pages_are_free(uint32_t start, uint32_t end)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);

        if (region.state == NVX_REGION_USED || region.state == NVX_REGION_RESERVED)
            return false;
        at = region.end;
    }
    return true;
}

bool nvx_pages_are_owned(uint32_t start, uint32_t end)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);

        if (region.state != NVX_REGION_USED && region.state != NVX_REGION_RESERVED)
            return false;
        at = region.end;
    }
    return true;
}

long nvx_pages_reserve(uint32_t start, uint32_t end)
{
    /* What is still mapped there must go: the range has to be inaccessible. */
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);

        if (region.state == NVX_REGION_CACHED) {
            unmap_pages(region.start, region.end);
            if (!nvx_region_set(region.start, region.end, NVX_REGION_NONE, 0))
                return -ENOMEM;
            cached_bytes -= region.end - region.start;
        }
        at = region.end;
    }
    return nvx_region_set(start, end, NVX_REGION_RESERVED, 0) ? 0 : -ENOMEM;
}
