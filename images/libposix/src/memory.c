/*
 * The program's address space: mmap, munmap, mprotect, mremap, madvise, brk. The choice of addresses is made here;
 * pages.c gets the pages.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "calls.h"
#include "files.h"
#include "pages.h"
#include "regions.h"
#include "rlimits.h"

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

    result = nvx_pages_discard((uint32_t)start, end);
    if (result == 0)
        result = protection == 0 ? nvx_pages_reserve((uint32_t)start, end)
                                 : nvx_pages_populate((uint32_t)start, end, protection);
    return result < 0 ? result : start;
}

/* Fills pages from a file and gives them their protection. */
static long copy_file(uint32_t start, size_t length, int protection, int descriptor, uint32_t page_offset)
{
    uint32_t bytes = nvx_page_up(length);
    long result = nvx_file_copy(descriptor, (void *)start, length, (uint64_t)page_offset * NANVIX_PAGE_SIZE);

    if (result >= 0)
        result = nvx_call_mprotect(start, bytes, protection);
    if (result < 0)
        (void)nvx_pages_discard(start, start + bytes);
    return result;
}

long nvx_call_mmap2(uintptr_t wanted, size_t length, int protection, int flags, int descriptor, uint32_t page_offset)
{
    bool anonymous = flags & MAP_ANONYMOUS;
    int type = flags & MAP_TYPE;
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

    result = nvx_file_mappable(descriptor);
    if (result < 0)
        return result;
    /* A mapping here is a copy: it can't show what is written to the file later, nor write to it. */
    if (type != MAP_PRIVATE)
        return -ENODEV;
    start = make_pages(wanted, nvx_page_up(length), flags, NVX_READ_WRITE);
    if (is_error(start))
        return start;
    result = copy_file((uint32_t)start, length, protection, descriptor, page_offset);
    return result < 0 ? result : start;
}

long nvx_call_munmap(uintptr_t start, size_t length)
{
    uint32_t bytes = nvx_page_up(length);

    if (!nvx_page_aligned(start) || length == 0 || bytes < length)
        return -EINVAL;
    if (!nvx_pages_managed(start, bytes))
        return -EINVAL;
    return nvx_pages_discard(start, start + bytes);
}

long nvx_call_mprotect(uintptr_t start, size_t length, int protection)
{
    uint32_t bytes = nvx_page_up(length);
    uint32_t end = start + bytes;
    uint32_t wanted = kernel_protection(protection);

    if (!nvx_page_aligned(start) || (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
        return -EINVAL;
    if (bytes < length)
        return -ENOMEM;
    if (!nvx_pages_managed(start, bytes)) {
        /* The program itself or the stack: the kernel knows those pages, and answers ENOENT where there is none. */
        long result = nvx_pages_protect(start, end, wanted);

        return result == -ENOENT || result == -EFAULT ? -ENOMEM : result;
    }
    if (!nvx_pages_are_owned(start, end))
        return -ENOMEM;
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

/* Lengthens or shortens a mapping where it is; false if what follows is not free. */
static bool resize_in_place(uint32_t start, uint32_t old_bytes, uint32_t new_bytes, uint32_t protection, long *result)
{
    uint32_t old_end = start + old_bytes;
    uint32_t new_end = start + new_bytes;

    *result = (long)start;
    if (new_bytes <= old_bytes) {
        long discarded = nvx_pages_discard(new_end, old_end);

        if (discarded < 0)
            *result = discarded;
        return true;
    }
    if (!nvx_pages_managed(start, new_bytes) || !nvx_pages_are_free(old_end, new_end))
        return false;

    long populated = nvx_pages_populate(old_end, new_end, protection);

    if (populated < 0)
        *result = populated;
    return true;
}

long nvx_call_mremap(uintptr_t start, size_t old_length, size_t new_length, int flags, uintptr_t wanted)
{
    uint32_t old_bytes = nvx_page_up(old_length);
    uint32_t new_bytes = nvx_page_up(new_length);
    long result;

    if (!nvx_page_aligned(start) || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) != 0 || new_length == 0 ||
        old_length == 0)
        return -EINVAL;
    /* The stack is there, and stays where it is: musl asks this to learn how far it reaches. */
    if (start >= NANVIX_STACK_TOP - NANVIX_STACK_MAXIMUM_SIZE && start < NANVIX_STACK_TOP)
        return -ENOMEM;
    if ((flags & MREMAP_FIXED) && (!(flags & MREMAP_MAYMOVE) || !nvx_page_aligned(wanted)))
        return -EINVAL;
    if (new_bytes < new_length || !nvx_pages_managed(start, old_bytes) ||
        !nvx_pages_are_owned(start, start + old_bytes))
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
        (void)nvx_pages_protect(start, start + old_bytes, NVX_READ_WRITE);
    memcpy((void *)moved, (const void *)start, old_bytes < new_bytes ? old_bytes : new_bytes);
    if (region.protection != NVX_READ_WRITE) {
        (void)nvx_pages_protect((uint32_t)moved, (uint32_t)moved + new_bytes, region.protection);
        (void)nvx_region_set((uint32_t)moved, (uint32_t)moved + new_bytes, NVX_REGION_USED, region.protection);
    }
    (void)nvx_pages_discard(start, start + old_bytes);
    return moved;
}

long nvx_call_madvise(uintptr_t start, size_t length, int advice)
{
    uint32_t bytes = nvx_page_up(length);

    if (!nvx_page_aligned(start) || bytes < length)
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
    if (!nvx_pages_managed(start, bytes) || !nvx_pages_are_owned(start, start + bytes))
        return -ENOMEM;
    for (uint32_t at = start; at < start + bytes;) {
        struct nvx_region region = nvx_region_at(at, start + bytes);

        if (region.state == NVX_REGION_USED) {
            long result = nvx_pages_clear(region.start, region.end, region.protection, region.protection);

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
    if (!nvx_page_aligned(start) || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    return nvx_pages_managed(start, nvx_page_up(length)) && nvx_pages_are_owned(start, start + nvx_page_up(length))
               ? 0
               : -ENOMEM;
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
