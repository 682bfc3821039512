/*
 * The program's address space: mmap, munmap, mprotect, mremap, madvise, brk. The choice of addresses is made here;
 * pages.c gets the pages.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "calls.h"
#include "fat/content.h"
#include "fat/node.h"
#include "files.h"
#include "pages.h"
#include "regions.h"
#include "rlimits.h"
#include "shared.h"

/* End of the heap as brk was last told. */
static uint32_t heap_break;

static uint32_t kernel_protection(int protection)
{
    return ((protection & PROT_READ) ? NANVIX_PROTECTION_READ : 0u) |
           ((protection & PROT_WRITE) ? NANVIX_PROTECTION_WRITE : 0u) |
           ((protection & PROT_EXEC) ? NANVIX_PROTECTION_EXECUTE : 0u);
}

/* The address a mapping has to get, or can get as it wishes; 0 if any will do; a negated error otherwise. */
static long choose(uint32_t wanted, uint32_t bytes, int flags)
{
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (!nvx_page_aligned(wanted))
            return -EINVAL;
        if (!nvx_pages_managed(wanted, bytes))
            return -ENOMEM;
        if (!(flags & MAP_FIXED) && !nvx_pages_are_free(wanted, wanted + bytes))
            return -EEXIST;
        return (long)wanted;
    }
    return wanted >= NANVIX_MMAP_BASE && nvx_page_aligned(wanted) && nvx_pages_managed(wanted, bytes) &&
                   nvx_pages_are_free(wanted, wanted + bytes)
               ? (long)wanted
               : 0;
}

/* An address above 2 GiB is not an error: errors are the last 4095 numbers. */
static bool is_error(long result)
{
    return (unsigned long)result > -4096ul;
}

/* Shared mappings of a range are taken out of it before it is used for something else. */
static void release_shared(uint32_t start, uint32_t end)
{
    if (nvx_shared_within(start, end))
        nvx_shared_unmap(start, end);
}

/* Makes zeroed pages, or a range without memory if there is no protection; answers where, or a negated error. */
static long make_pages(uint32_t wanted, uint32_t bytes, int flags, uint32_t protection)
{
    long start = choose(wanted, bytes, flags);
    long result;

    if (is_error(start))
        return start;
    if (start == 0 && protection != 0) {
        start = (long)nvx_pages_allocate(bytes, protection, &result);
        return start == 0 ? result : start;
    }
    if (start == 0)
        start = (long)nvx_region_find_free(bytes, NANVIX_MMAP_BASE, NVX_PAGES_END);
    if (start == 0)
        return -ENOMEM;

    uint32_t end = (uint32_t)start + bytes;

    release_shared((uint32_t)start, end);
    if (nvx_shared_within((uint32_t)start, end))
        return -ENOMEM;
    result = nvx_pages_discard((uint32_t)start, end);
    if (result == 0)
        result = protection == 0 ? nvx_pages_reserve((uint32_t)start, end)
                                 : nvx_pages_populate((uint32_t)start, end, protection);
    return result < 0 ? result : start;
}

/* Fills pages from a file and gives them their protection. */
static long copy_file(uint32_t start, size_t length, int protection, struct fat_node *node, uint64_t offset)
{
    uint32_t bytes = nvx_page_up(length);
    long result;

    (void)fat_content_read(node, offset, (void *)start, length);
    result = nvx_call_mprotect(start, bytes, protection);
    if (result < 0)
        (void)nvx_pages_discard(start, start + bytes);
    return result;
}

/* Pages that show a file, and whose changes are the file's. */
static long share_file(uint32_t wanted, uint32_t bytes, int flags, uint32_t protection, struct fat_node *node,
                       uint64_t offset)
{
    long start = choose(wanted, bytes, flags);

    if (is_error(start))
        return start;
    if (offset > FAT_LARGEST_FILE - bytes)
        return -EOVERFLOW;
    if (start != 0)
        release_shared((uint32_t)start, (uint32_t)start + bytes);
    return nvx_shared_map(node, (uint32_t)offset, bytes, protection, (uint32_t)start,
                          (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0);
}

long nvx_call_mmap2(uintptr_t wanted, size_t length, int protection, int flags, int descriptor, uint32_t page_offset)
{
    bool anonymous = flags & MAP_ANONYMOUS;
    int type = flags & MAP_TYPE;
    uint64_t offset = (uint64_t)page_offset * NANVIX_PAGE_SIZE;
    struct fat_node *node;
    long start;
    long result;

    if (length == 0 || (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
        return -EINVAL;
    if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (length > NVX_PAGES_END)
        return -ENOMEM;
    if (anonymous)
        return make_pages(wanted, nvx_page_up(length), flags, kernel_protection(protection));

    result = nvx_file_mappable(descriptor, type != MAP_PRIVATE, (protection & PROT_WRITE) != 0, &node);
    if (result < 0)
        return result;
    if (type != MAP_PRIVATE)
        return share_file(wanted, nvx_page_up(length), flags, kernel_protection(protection), node, offset);
    start = make_pages(wanted, nvx_page_up(length), flags, NVX_READ_WRITE);
    if (is_error(start))
        return start;
    result = copy_file((uint32_t)start, length, protection, node, offset);
    return result < 0 ? result : start;
}

/* Rounds a length up to pages; false if the range then reaches over the end of addresses. */
static bool range_end(uint32_t start, size_t length, uint32_t *end)
{
    *end = start + nvx_page_up(length);
    return nvx_page_up(length) >= length && *end >= start;
}

/* A range of which part is shared with files: each mapping of that has its own end. */
static long unmap_around_shared(uint32_t start, uint32_t end)
{
    long result = 0;

    nvx_shared_unmap(start, end);
    for (uint32_t at = start; at < end && result == 0; at += NANVIX_PAGE_SIZE)
        if (!nvx_shared_within(at, at + NANVIX_PAGE_SIZE))
            result = nvx_pages_discard(at, at + NANVIX_PAGE_SIZE);
    return result;
}

long nvx_call_munmap(uintptr_t start, size_t length)
{
    uint32_t end;

    if (!nvx_page_aligned(start) || length == 0 || !range_end(start, length, &end) ||
        !nvx_pages_managed(start, end - start))
        return -EINVAL;
    return nvx_shared_within(start, end) ? unmap_around_shared(start, end) : nvx_pages_discard(start, end);
}

/* The program itself or its stack: the kernel knows those pages, and answers ENOENT where there is none. */
static long protect_program(uint32_t start, uint32_t end, uint32_t wanted)
{
    long result = nvx_pages_protect(start, end, wanted);

    return result == -ENOENT || result == -EFAULT ? -ENOMEM : result;
}

long nvx_call_mprotect(uintptr_t start, size_t length, int protection)
{
    uint32_t end;
    uint32_t first = nvx_pages_first();
    uint32_t wanted = kernel_protection(protection);

    if (!nvx_page_aligned(start) || (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
        return -EINVAL;
    if (!range_end(start, length, &end))
        return -ENOMEM;
    if (start >= NANVIX_MMAP_END)
        return protect_program(start, end, wanted);
    if (end > first && !nvx_pages_are_owned(start < first ? first : start, end))
        return -ENOMEM;
    if (start < first) {
        long result = protect_program(start, end < first ? end : first, wanted);

        if (result < 0)
            return result;
        start = first;
    }
    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);
        long result = 0;

        if (region.state == NVX_REGION_RESERVED && protection != PROT_NONE)
            result = nvx_pages_populate(region.start, region.end, wanted);
        else if (region.state == NVX_REGION_USED && region.protection != wanted)
            result = nvx_pages_protect(region.start, region.end, wanted);
        if (result == 0 && region.state == NVX_REGION_USED &&
            !nvx_region_set(region.start, region.end, NVX_REGION_USED, wanted))
            result = -ENOMEM;
        if (result < 0)
            return result;
        at = region.end;
    }
    return 0;
}

/* Lengthens a mapping where it is; false if what follows is not free. */
static bool lengthen(uint32_t old_end, uint32_t new_end, const struct nvx_region *region, long *result)
{
    if (!nvx_pages_managed(old_end, new_end - old_end) || !nvx_pages_are_free(old_end, new_end))
        return false;
    *result = region->state == NVX_REGION_RESERVED ? nvx_pages_reserve(old_end, new_end)
                                                   : nvx_pages_populate(old_end, new_end, region->protection);
    return true;
}

/* Copies pages of a mapping to new ones, which take over its protection; the old ones are gone afterwards. */
static long move_pages(const struct nvx_region *region, uint32_t moved, uint32_t new_bytes)
{
    uint32_t old_bytes = region->end - region->start;
    uint32_t protection = region->protection;
    long result = 0;

    if (region->state == NVX_REGION_USED) {
        if (!(protection & NANVIX_PROTECTION_READ))
            result = nvx_pages_protect(region->start, region->end, NVX_READ_WRITE);
        if (result == 0)
            memcpy((void *)moved, (const void *)region->start, old_bytes < new_bytes ? old_bytes : new_bytes);
        if (result == 0 && protection != NVX_READ_WRITE) {
            result = nvx_pages_protect(moved, moved + new_bytes, protection);
            if (result == 0 && !nvx_region_set(moved, moved + new_bytes, NVX_REGION_USED, protection))
                result = -ENOMEM;
        }
    }
    if (result < 0) {
        (void)nvx_pages_discard(moved, moved + new_bytes);
        return result;
    }
    return nvx_pages_discard(region->start, region->end);
}

/* A mapping that is shared with a file and is the only one of its bytes gets longer, where it is or elsewhere. */
static long remap_shared(const struct nvx_region *region, uint32_t new_bytes, int flags)
{
    const uint32_t start = region->start;
    long moved;

    if ((flags & MREMAP_FIXED) || !nvx_shared_may_move(start, region->end))
        return -ENOMEM;
    nvx_shared_sync(start, region->end);
    if (lengthen(region->end, start + new_bytes, region, &moved)) {
        if (moved < 0)
            return moved;
        nvx_shared_moved(start, start, start + new_bytes);
        return (long)start;
    }
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    moved = make_pages(0, new_bytes, 0, NVX_READ_WRITE);
    if (is_error(moved))
        return moved;
    nvx_shared_moved(start, (uint32_t)moved, (uint32_t)moved + new_bytes);
    long result = move_pages(region, (uint32_t)moved, new_bytes);

    return result < 0 ? result : moved;
}

/* In Linux's order of checks. Only with MREMAP_FIXED does `wanted` say anything. */
long nvx_call_mremap(uintptr_t start, size_t old_length, size_t new_length, int flags, uintptr_t wanted)
{
    bool fixed = flags & MREMAP_FIXED;
    uint32_t old_end;
    uint32_t new_end = 0;

    if (!nvx_page_aligned(start) || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) != 0 || new_length == 0 ||
        old_length == 0)
        return -EINVAL;
    if (fixed && (!(flags & MREMAP_MAYMOVE) || !nvx_page_aligned(wanted) || !range_end(wanted, new_length, &new_end)))
        return -EINVAL;
    /* The stack is there, and stays where it is: musl asks this to learn how far it reaches. */
    if (start >= NANVIX_STACK_TOP - NANVIX_STACK_MAXIMUM_SIZE && start < NANVIX_STACK_TOP)
        return -ENOMEM;
    if (!range_end(start, old_length, &old_end))
        return -EINVAL;
    if (fixed && start < new_end && wanted < old_end)
        return -EINVAL;
    if (new_length > NVX_PAGES_END)
        return -ENOMEM;

    uint32_t new_bytes = nvx_page_up(new_length);
    struct nvx_region region = nvx_region_at(start, old_end);
    bool shorter = old_end - start >= new_bytes;

    if (!nvx_pages_managed(start, old_end - start) || !nvx_pages_are_owned(start, start + 1))
        return -EFAULT;
    /* What is cut off may be of any kind. */
    if (shorter) {
        long result = fixed || start + new_bytes == old_end ? 0 : nvx_call_munmap(start + new_bytes, old_end - start - new_bytes);

        if (!fixed)
            return result < 0 ? result : (long)start;
        if (region.end > start + new_bytes)
            region.end = start + new_bytes;
    }
    if (region.end != (shorter ? start + new_bytes : old_end))
        return -EFAULT;
    if (nvx_shared_within(start, old_end))
        return remap_shared(&region, new_bytes, flags);

    long moved;

    if (!fixed && lengthen(old_end, start + new_bytes, &region, &moved))
        return moved < 0 ? moved : (long)start;
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    moved = make_pages(fixed ? wanted : 0, new_bytes, fixed ? MAP_FIXED : 0,
                       region.state == NVX_REGION_RESERVED ? 0 : NVX_READ_WRITE);
    if (is_error(moved))
        return moved;

    long result = move_pages(&region, (uint32_t)moved, new_bytes);

    if (result == 0 && shorter)
        result = nvx_pages_discard(start, old_end);
    return result < 0 ? result : moved;
}

long nvx_call_madvise(uintptr_t start, size_t length, int advice)
{
    uint32_t end;

    if (!nvx_page_aligned(start) || !range_end(start, length, &end))
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
    if (start == end)
        return 0;
    if (!nvx_pages_managed(start, end - start))
        return -ENOMEM;
    /* As in Linux the pages that are there lose their content, whether or not some of the range is not. */
    bool complete = true;

    for (uint32_t at = start; at < end;) {
        struct nvx_region region = nvx_region_at(at, end);

        if (region.state == NVX_REGION_USED && nvx_shared_within(region.start, region.end)) {
            /* What a file shows is there again as soon as it is looked at. */
            nvx_shared_sync(region.start, region.end);
        } else if (region.state == NVX_REGION_USED) {
            long result = nvx_pages_clear(region.start, region.end, region.protection, region.protection);

            if (result < 0)
                return result;
        } else if (region.state != NVX_REGION_RESERVED) {
            complete = false;
        }
        at = region.end;
    }
    return complete ? 0 : -ENOMEM;
}

/* Nothing is ever paged out. */
long nvx_call_mlock(uintptr_t start, size_t length)
{
    (void)start;
    (void)length;
    return 0;
}

long nvx_call_msync(uintptr_t start, size_t length, int flags)
{
    uint32_t end;

    if (!nvx_page_aligned(start) || (flags & ~(MS_ASYNC | MS_SYNC | MS_INVALIDATE)) != 0 ||
        (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    if (!range_end(start, length, &end))
        return -ENOMEM;
    if (start == end)
        return 0;
    if (!nvx_pages_managed(start, end - start) || !nvx_pages_are_owned(start, end))
        return -ENOMEM;
    nvx_shared_sync(start, end);
    return 0;
}

long nvx_call_brk(uintptr_t wanted)
{
    uint32_t base = nvx_pages_first();

    if (heap_break == 0)
        heap_break = base;
    if (wanted < base || (wanted > heap_break && wanted - base > nvx_rlimit(RLIMIT_DATA)))
        return (long)heap_break;

    uint32_t old_end = nvx_page_up(heap_break);
    uint32_t new_end = nvx_page_up(wanted);

    if (new_end > old_end &&
        (!nvx_pages_are_free(old_end, new_end) || nvx_pages_populate(old_end, new_end, NVX_READ_WRITE) < 0))
        return (long)heap_break;
    if (new_end < old_end)
        (void)nvx_pages_discard(new_end, old_end);
    heap_break = wanted;
    return (long)heap_break;
}
