/*
 * The program's address space: mmap, munmap, mprotect, mremap, madvise, brk.
 *
 * The kernel maps zeroed pages at addresses it is told, and unmaps one page per call. So the choice of addresses is made here (regions.c),
 * and pages given back stay mapped until they are used again: they are cleared then. When the kernel has no
 * memory left, all of them are returned to it and the request is tried once more.
 */
#include "memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "calls.h"
#include "files.h"
#include "kernel.h"
#include "limits.h"
#include "regions.h"
#include "rlimits.h"

enum { READ_WRITE = NANVIX_PROTECTION_READ | NANVIX_PROTECTION_WRITE };

/* End of the program in memory, from the linker. */
extern char _end[] __attribute__((visibility("hidden")));

static const uint32_t managed_end = NANVIX_MMAP_END - NVX_REGION_TABLE_BYTES;
static uint32_t cached_bytes;
/* End of the heap as brk was last told. */
static uint32_t heap_break;

static uint32_t page_up(uint32_t address)
{
    return (address + NANVIX_PAGE_SIZE - 1) & ~(NANVIX_PAGE_SIZE - 1u);
}

static bool page_aligned(uint32_t address)
{
    return address % NANVIX_PAGE_SIZE == 0;
}

static uint32_t heap_start(void)
{
    return page_up((uint32_t)(uintptr_t)_end);
}

/* True if [start, start + bytes) lies where this file decides. */
static bool managed(uint32_t start, uint32_t bytes)
{
    return start >= heap_start() && start < managed_end && bytes <= managed_end - start;
}

static uint32_t kernel_protection(int protection)
{
    return ((protection & PROT_READ) ? NANVIX_PROTECTION_READ : 0u) |
           ((protection & PROT_WRITE) ? NANVIX_PROTECTION_WRITE : 0u) |
           ((protection & PROT_EXEC) ? NANVIX_PROTECTION_EXECUTE : 0u);
}

static long protect_pages(uint32_t start, uint32_t end, uint32_t protection)
{
    for (uint32_t page = start; page < end; page += NANVIX_PAGE_SIZE) {
        long result = nvx_kernel_result(nanvix_mctrl(NANVIX_PROCESS_PROGRAM, page, protection));

        if (result < 0)
            return result;
    }
    return 0;
}

static void unmap_pages(uint32_t start, uint32_t end)
{
    for (uint32_t page = start; page < end; page += NANVIX_PAGE_SIZE)
        (void)nanvix_munmap(NANVIX_PROCESS_PROGRAM, page);
}

/* Gives every cached page back to the kernel; false if there was none. */
static bool drop_cache(void)
{
    if (cached_bytes == 0)
        return false;
    for (uint32_t at = heap_start(); at < managed_end;) {
        struct nvx_region region = nvx_region_at(at, managed_end);

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
    long result = nvx_kernel_result(nanvix_mmap(NANVIX_PROCESS_PROGRAM, start, pages, protection));

    if (result == -ENOMEM && drop_cache())
        result = nvx_kernel_result(nanvix_mmap(NANVIX_PROCESS_PROGRAM, start, pages, protection));
    return result;
}

/* Clears mapped pages whatever their protection is, and leaves them with another one. */
static long clear_pages(uint32_t start, uint32_t end, uint32_t from, uint32_t to)
{
    if ((from & READ_WRITE) != READ_WRITE) {
        long result = protect_pages(start, end, READ_WRITE);

        if (result < 0)
            return result;
        from = READ_WRITE;
    }
    memset((void *)start, 0, end - start);
    return from == to ? 0 : protect_pages(start, end, to);
}

/* Gives [start, end) back: mapped pages to the cache, or to the kernel once the cache is full. */
static long discard(uint32_t start, uint32_t end)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);
        uint32_t bytes = region.end - region.start;
        enum nvx_region_state state = NVX_REGION_NONE;

        if (region.state == NVX_REGION_USED) {
            if (bytes <= NVX_CACHED_BYTES - cached_bytes) {
                state = NVX_REGION_CACHED;
                cached_bytes += bytes;
            } else {
                unmap_pages(region.start, region.end);
            }
        }
        if ((region.state == NVX_REGION_USED || region.state == NVX_REGION_RESERVED) &&
            !nvx_region_set(region.start, region.end, state, state == NVX_REGION_NONE ? 0 : region.protection))
            return -ENOMEM;
        at = region.end;
    }
    return 0;
}

/* Makes [start, end), of which nothing is in use, zeroed pages of the program. */
static long populate(uint32_t start, uint32_t end, uint32_t protection)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);
        bool cached = region.state == NVX_REGION_CACHED;
        long result = cached ? clear_pages(region.start, region.end, region.protection, protection)
                             : map_pages(region.start, region.end, protection);

        if (result == 0 && !nvx_region_set(region.start, region.end, NVX_REGION_USED, protection))
            result = -ENOMEM;
        if (result < 0) {
            (void)discard(start, at);
            return result;
        }
        if (cached)
            cached_bytes -= region.end - region.start;
        at = region.end;
    }
    return 0;
}

void *nvx_memory_take_pages(unsigned pages)
{
    uint32_t bytes = pages * NANVIX_PAGE_SIZE;
    uint32_t start = nvx_region_find_free(bytes, NANVIX_MMAP_BASE, managed_end);

    if (start == 0 || populate(start, start + bytes, READ_WRITE) < 0)
        return NULL;
    return (void *)start;
}

uint32_t nvx_memory_image_end(void)
{
    return heap_start();
}

static bool range_is_free(uint32_t start, uint32_t end)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);

        if (region.state == NVX_REGION_USED || region.state == NVX_REGION_RESERVED)
            return false;
        at = region.end;
    }
    return true;
}

static bool range_is_owned(uint32_t start, uint32_t end)
{
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);

        if (region.state != NVX_REGION_USED && region.state != NVX_REGION_RESERVED)
            return false;
        at = region.end;
    }
    return true;
}

/* Where a mapping goes: the address asked for, if it must or can be that one; else the lowest free one. A negated error otherwise. */
static long place(uint32_t wanted, uint32_t bytes, int flags)
{
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (!page_aligned(wanted))
            return -EINVAL;
        if (!managed(wanted, bytes))
            return -ENOMEM;
        if (!(flags & MAP_FIXED) && !range_is_free(wanted, wanted + bytes))
            return -EEXIST;
        return (long)wanted;
    }
    if (wanted >= NANVIX_MMAP_BASE && page_aligned(wanted) && managed(wanted, bytes) &&
        range_is_free(wanted, wanted + bytes))
        return (long)wanted;

    uint32_t start = nvx_region_find_free(bytes, NANVIX_MMAP_BASE, managed_end);

    return start == 0 ? -ENOMEM : (long)start;
}

/* An address above 2 GiB is not an error: errors are the last 4095 numbers. */
static bool is_error(long result)
{
    return (unsigned long)result > -4096ul;
}

long nvx_call_mmap2(uintptr_t wanted, size_t length, int protection, int flags, int descriptor, uint32_t page_offset)
{
    bool anonymous = flags & MAP_ANONYMOUS;
    int type = flags & MAP_TYPE;

    if (length == 0 || (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
        return -EINVAL;
    if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (length > managed_end)
        return -ENOMEM;
    if (!anonymous) {
        long readable = nvx_file_mappable(descriptor);

        if (readable < 0)
            return readable;
        /* A mapping here is a copy: it can't show what is written to the file later, nor write to it. */
        if (type != MAP_PRIVATE)
            return -ENODEV;
    }

    uint32_t bytes = page_up(length);
    long placed = place(wanted, bytes, flags);

    if (is_error(placed))
        return placed;

    uint32_t start = (uint32_t)placed;
    uint32_t end = start + bytes;
    uint32_t wanted_protection = kernel_protection(protection);
    long result = discard(start, end);

    if (result < 0)
        return result;
    if (anonymous && protection == PROT_NONE) {
        /* What is still mapped below must go: the range has to be inaccessible. */
        for (uint32_t at = start; at < end;) {
            struct nvx_region region = nvx_region_at(at, end);

            if (region.state == NVX_REGION_CACHED) {
                unmap_pages(region.start, region.end);
                cached_bytes -= region.end - region.start;
            }
            at = region.end;
        }
        return nvx_region_set(start, end, NVX_REGION_RESERVED, 0) ? placed : -ENOMEM;
    }
    result = populate(start, end, anonymous ? wanted_protection : READ_WRITE);
    if (result < 0)
        return result;
    if (!anonymous) {
        result = nvx_file_copy(descriptor, (void *)start, length, (uint64_t)page_offset * NANVIX_PAGE_SIZE);
        if (result >= 0 && wanted_protection != READ_WRITE)
            result = nvx_call_mprotect(start, bytes, protection);
        if (result < 0) {
            (void)discard(start, end);
            return result;
        }
    }
    return placed;
}

long nvx_call_munmap(uintptr_t start, size_t length)
{
    uint32_t bytes = page_up(length);

    if (!page_aligned(start) || length == 0 || bytes < length)
        return -EINVAL;
    if (!managed(start, bytes))
        return -EINVAL;
    return discard(start, start + bytes);
}

long nvx_call_mprotect(uintptr_t start, size_t length, int protection)
{
    uint32_t bytes = page_up(length);
    uint32_t end = start + bytes;
    uint32_t wanted = kernel_protection(protection);

    if (!page_aligned(start) || (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
        return -EINVAL;
    if (bytes < length)
        return -ENOMEM;
    if (!managed(start, bytes)) {
        /* The program itself or the stack: the kernel knows those pages, and answers ENOENT where there is none. */
        long result = protect_pages(start, end, wanted);

        return result == -ENOENT || result == -EFAULT ? -ENOMEM : result;
    }
    if (!range_is_owned(start, end))
        return -ENOMEM;
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);
        long result = 0;

        if (region.state == NVX_REGION_RESERVED && protection != PROT_NONE)
            result = populate(region.start, region.end, wanted);
        else if (region.state == NVX_REGION_USED && region.protection != wanted)
            result = protect_pages(region.start, region.end, wanted);
        if (result == 0 && region.state == NVX_REGION_USED &&
            !nvx_region_set(region.start, region.end, NVX_REGION_USED, wanted))
            result = -ENOMEM;
        if (result < 0)
            return result;
        at = region.end;
    }
    return 0;
}

/* Lengthens or shortens a mapping where it is; false if what follows is not free. */
static bool resize_in_place(uint32_t start, uint32_t old_bytes, uint32_t new_bytes, uint32_t protection, long *result)
{
    uint32_t old_end = start + old_bytes;
    uint32_t new_end = start + new_bytes;

    *result = (long)start;
    if (new_bytes <= old_bytes) {
        long discarded = discard(new_end, old_end);

        if (discarded < 0)
            *result = discarded;
        return true;
    }
    if (!managed(start, new_bytes) || !range_is_free(old_end, new_end))
        return false;

    long populated = populate(old_end, new_end, protection);

    if (populated < 0)
        *result = populated;
    return true;
}

long nvx_call_mremap(uintptr_t start, size_t old_length, size_t new_length, int flags, uintptr_t wanted)
{
    uint32_t old_bytes = page_up(old_length);
    uint32_t new_bytes = page_up(new_length);
    long result;

    if (!page_aligned(start) || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) != 0 || new_length == 0 || old_length == 0)
        return -EINVAL;
    if ((flags & MREMAP_FIXED) && (!(flags & MREMAP_MAYMOVE) || !page_aligned(wanted)))
        return -EINVAL;
    if (new_bytes < new_length || !managed(start, old_bytes) || !range_is_owned(start, start + old_bytes))
        return new_bytes < new_length ? -ENOMEM : -EFAULT;

    struct nvx_region region = nvx_region_at(start, start + old_bytes);

    if (region.end != start + old_bytes || region.state != NVX_REGION_USED)
        return -EFAULT;
    if (!(flags & MREMAP_FIXED) && resize_in_place(start, old_bytes, new_bytes, region.protection, &result))
        return result;
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;

    long moved = nvx_call_mmap2(wanted, new_bytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | ((flags & MREMAP_FIXED) ? MAP_FIXED : 0), -1, 0);

    if (is_error(moved))
        return moved;
    if (!(region.protection & NANVIX_PROTECTION_READ))
        (void)protect_pages(start, start + old_bytes, READ_WRITE);
    memcpy((void *)moved, (const void *)start, old_bytes < new_bytes ? old_bytes : new_bytes);
    if (region.protection != READ_WRITE) {
        (void)protect_pages((uint32_t)moved, (uint32_t)moved + new_bytes, region.protection);
        (void)nvx_region_set((uint32_t)moved, (uint32_t)moved + new_bytes, NVX_REGION_USED, region.protection);
    }
    (void)discard(start, start + old_bytes);
    return moved;
}

long nvx_call_madvise(uintptr_t start, size_t length, int advice)
{
    uint32_t bytes = page_up(length);

    if (!page_aligned(start) || bytes < length)
        return -EINVAL;
    switch (advice) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_FREE:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_COLD:
        /* Advice: pages are always present, so there is nothing to do. */
        return 0;
    case MADV_DONTNEED:
        break;
    default:
        return -EINVAL;
    }
    if (!managed(start, bytes) || !range_is_owned(start, start + bytes))
        return -ENOMEM;
    for (uint32_t at = start; at < start + bytes;) {
        struct nvx_region region = nvx_region_at(at, start + bytes);

        if (region.state == NVX_REGION_USED) {
            long result = clear_pages(region.start, region.end, region.protection, region.protection);

            if (result < 0)
                return result;
        }
        at = region.end;
    }
    return 0;
}

/* Nothing is ever paged out, and no mapping writes to a file: both are done as soon as the range is known to exist. */
long nvx_call_mlock(uintptr_t start, size_t length)
{
    (void)start;
    (void)length;
    return 0;
}

long nvx_call_msync(uintptr_t start, size_t length, int flags)
{
    if (!page_aligned(start) || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    return managed(start, page_up(length)) && range_is_owned(start, start + page_up(length)) ? 0 : -ENOMEM;
}

long nvx_call_brk(uintptr_t wanted)
{
    uint32_t base = heap_start();

    if (heap_break == 0)
        heap_break = base;
    if (wanted < base || (wanted > heap_break && wanted - base > nvx_rlimit(RLIMIT_DATA)))
        return (long)heap_break;

    uint32_t old_end = page_up(heap_break);
    uint32_t new_end = page_up(wanted);

    if (new_end > old_end &&
        (!range_is_free(old_end, new_end) || populate(old_end, new_end, READ_WRITE) < 0))
        return (long)heap_break;
    if (new_end < old_end)
        (void)discard(new_end, old_end);
    heap_break = wanted;
    return (long)heap_break;
}
