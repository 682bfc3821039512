/*
 * The address space at its edges: mremap over itself, mappings over parts of others, holes, ranges that wrap around.
 *
 * Everything here is Linux's rule and nothing else: a spec compiles this file for Linux too, where it must pass as well.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

enum { PAGE = 4096 };

static unsigned char *map(size_t pages, int protection)
{
    return mmap(NULL, pages * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Pages with holes beside them, each filled with its number from `first` on. */
static unsigned char *numbered(size_t pages, unsigned char first)
{
    unsigned char *room = map(pages + 2, PROT_READ | PROT_WRITE);

    munmap(room, PAGE);
    munmap(room + (pages + 1) * PAGE, PAGE);
    for (size_t i = 0; i < pages; i++)
        memset(room + (i + 1) * PAGE, (int)(first + i), PAGE);
    return room + PAGE;
}

static bool page_is(const unsigned char *page, unsigned char value)
{
    for (size_t i = 0; i < PAGE; i++)
        if (page[i] != value)
            return false;
    return true;
}

static bool are_numbered(const unsigned char *start, size_t pages, unsigned char first)
{
    for (size_t i = 0; i < pages; i++)
        if (!page_is(start + i * PAGE, (unsigned char)(first + i)))
            return false;
    return true;
}

/* The call itself: the C library checks some of this before it asks. */
static long remap(void *old, size_t old_bytes, size_t new_bytes, int flags, void *wanted)
{
    return syscall(SYS_mremap, old, old_bytes, new_bytes, flags, wanted);
}

static bool is_mapped(void *page)
{
    return msync(page, PAGE, MS_ASYNC) == 0;
}

static void onto_itself(void)
{
    enum { MOVE = MREMAP_MAYMOVE | MREMAP_FIXED };
    unsigned char *a = numbered(4, 1);

    check_error("mremap onto itself", remap(a, 4 * PAGE, 4 * PAGE, MOVE, a), EINVAL);
    check_error("onto itself and longer", remap(a, 2 * PAGE, 4 * PAGE, MOVE, a), EINVAL);
    check_error("onto itself and shorter", remap(a, 4 * PAGE, PAGE, MOVE, a), EINVAL);
    check_error("a page up", remap(a, 2 * PAGE, 2 * PAGE, MOVE, a + PAGE), EINVAL);
    check_error("a page down", remap(a + PAGE, 2 * PAGE, 2 * PAGE, MOVE, a), EINVAL);
    check_error("into its middle", remap(a, 4 * PAGE, PAGE, MOVE, a + 2 * PAGE), EINVAL);
    check_error("around it", remap(a + PAGE, PAGE, 4 * PAGE, MOVE, a), EINVAL);
    check("all of that leaves the pages alone", are_numbered(a, 4, 1));
    check_number("onto the page that follows it is fine", remap(a, PAGE, PAGE, MOVE, a + PAGE), (long)(a + PAGE));
    check("the page is there now", page_is(a + PAGE, 1) && !is_mapped(a));
    check_number("onto the page before it too", remap(a + 2 * PAGE, PAGE, PAGE, MOVE, a + PAGE), (long)(a + PAGE));
    check("it replaces what was there", page_is(a + PAGE, 3) && !is_mapped(a + 2 * PAGE) && page_is(a + 3 * PAGE, 4));
    munmap(a, 4 * PAGE);
}

static void moved(void)
{
    enum { MOVE = MREMAP_MAYMOVE | MREMAP_FIXED };
    unsigned char *a = numbered(4, 1), *b = numbered(6, 11);

    check_error("MREMAP_FIXED needs MREMAP_MAYMOVE", remap(a, PAGE, PAGE, MREMAP_FIXED, b), EINVAL);
    check_error("and a page's start", remap(a, PAGE, PAGE, MOVE, b + 1), EINVAL);
    check_error("an unknown flag", remap(a, PAGE, PAGE, 1 << 20, b), EINVAL);
    check_error("no new length", remap(a, PAGE, 0, MOVE, b), EINVAL);
    check_error("an odd start", remap(a + 1, PAGE, PAGE, MREMAP_MAYMOVE, NULL), EINVAL);
    check_number("a mapping moves over a part of another", remap(a, 2 * PAGE, 2 * PAGE, MOVE, b + PAGE),
                 (long)(b + PAGE));
    check("which keeps the rest", page_is(b, 11) && are_numbered(b + PAGE, 2, 1) && are_numbered(b + 3 * PAGE, 3, 14));
    check("and leaves a hole", !is_mapped(a) && !is_mapped(a + PAGE) && are_numbered(a + 2 * PAGE, 2, 3));
    check_number("one that gets shorter on the way", remap(b, 6 * PAGE, PAGE, MOVE, a), (long)a);
    check("loses its end", page_is(a, 11) && !is_mapped(b) && !is_mapped(b + 5 * PAGE));
    check_number("without MREMAP_FIXED the wish counts for nothing",
                 remap(a, PAGE, PAGE, MREMAP_MAYMOVE, a + 2 * PAGE), (long)a);
    check("and nothing is replaced", are_numbered(a + 2 * PAGE, 2, 3));
    munmap(a, 4 * PAGE);
    check_error("what is not mapped can't move", remap(b, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL), EFAULT);
}

static void of_several_kinds(void)
{
    unsigned char *a = numbered(4, 1), *b;

    mprotect(a + 2 * PAGE, PAGE, PROT_READ);
    check_error("pages of two protections don't move together", remap(a, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL),
                EFAULT);
    check("they stay", are_numbered(a, 4, 1));
    check_number("but they can be cut off", remap(a, 4 * PAGE, PAGE, 0, NULL), (long)a);
    check("all of them", page_is(a, 1) && !is_mapped(a + PAGE) && !is_mapped(a + 2 * PAGE) && !is_mapped(a + 3 * PAGE));
    munmap(a, PAGE);

    a = numbered(2, 1);
    mprotect(a, 2 * PAGE, PROT_READ);
    b = map(2, PROT_READ | PROT_WRITE);
    check_number("pages that are read-only move", remap(a, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, b),
                 (long)b);
    check("with their content", are_numbered(b, 2, 1));
    munmap(b, 2 * PAGE);

    a = map(4, PROT_NONE);
    munmap(a + 2 * PAGE, 2 * PAGE);
    check_number("pages without access grow", remap(a, 2 * PAGE, 4 * PAGE, 0, NULL), (long)a);
    b = map(4, PROT_READ | PROT_WRITE);
    check_number("and move", remap(a, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, b), (long)b);
    check("they are not here any more", !is_mapped(a));
    check_number("they become memory", mprotect(b, 4 * PAGE, PROT_READ | PROT_WRITE), 0);
    check("that is zero", page_is(b, 0) && page_is(b + 3 * PAGE, 0));
    munmap(b, 4 * PAGE);
}

static void over_parts(void)
{
    enum { FIXED = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED };
    unsigned char *a = numbered(6, 1);

    mprotect(a + PAGE, PAGE, PROT_READ);
    check("MAP_FIXED over pages of two protections",
          mmap(a + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, FIXED, -1, 0) == a + PAGE);
    a[PAGE] = 0;
    check("gives zeros and leaves the rest", page_is(a, 1) && page_is(a + PAGE, 0) && page_is(a + 2 * PAGE, 0) &&
                                                 are_numbered(a + 3 * PAGE, 3, 4));
    munmap(a + 4 * PAGE, PAGE);
    check("over a hole and what surrounds it",
          mmap(a + 3 * PAGE, 3 * PAGE, PROT_READ | PROT_WRITE, FIXED, -1, 0) == a + 3 * PAGE);
    check("gives zeros too", page_is(a + 3 * PAGE, 0) && page_is(a + 4 * PAGE, 0) && page_is(a + 5 * PAGE, 0));
    check("over memory, without access", mmap(a, 2 * PAGE, PROT_NONE, FIXED, -1, 0) == a);
    check_number("and made memory again", mprotect(a, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
    check("it has forgotten what it was", page_is(a, 0) && page_is(a + PAGE, 0));
    check_error("MAP_FIXED at an odd address", (intptr_t)mmap(a + 1, PAGE, PROT_READ, FIXED, -1, 0), EINVAL);
    munmap(a, 6 * PAGE);

    a = numbered(5, 1);
    check_number("munmap takes the middle", munmap(a + PAGE, PAGE), 0);
    check_number("and then more than the middle", munmap(a + PAGE, 3 * PAGE), 0);
    check("both ends stay", page_is(a, 1) && page_is(a + 4 * PAGE, 5) && !is_mapped(a + 2 * PAGE));
    check_error("munmap of no bytes", munmap(a, 0), EINVAL);
    check_error("over the end of addresses", munmap(a, -(size_t)PAGE), EINVAL);
    munmap(a, 5 * PAGE);
}

static void with_holes(void)
{
    unsigned char *a = numbered(3, 1);

    munmap(a + PAGE, PAGE);
    check_error("MADV_DONTNEED over a hole", madvise(a, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    check("empties the pages around it", page_is(a, 0) && page_is(a + 2 * PAGE, 0));
    check_error("msync over a hole", msync(a, 3 * PAGE, MS_SYNC), ENOMEM);
    check_error("msync with unknown flags", msync(a, PAGE, 64), EINVAL);
    check_number("madvise of no bytes", madvise(a + PAGE, 0, MADV_DONTNEED), 0);
    check_number("mprotect of no bytes", mprotect(a + PAGE, 0, PROT_READ), 0);
    check_number("msync of no bytes", msync(a + PAGE, 0, MS_SYNC), 0);
    munmap(a, 3 * PAGE);

    a = numbered(1, 1);
    check_error("mprotect over the end of addresses", mprotect(a, -(size_t)PAGE, PROT_READ), ENOMEM);
    check_error("madvise over it", madvise(a, -(size_t)PAGE, MADV_DONTNEED), EINVAL);
    check_error("msync over it", msync(a, -(size_t)PAGE, MS_SYNC), ENOMEM);
    a[0] = 2;
    check("leave the page writable", a[0] == 2 && a[1] == 1);
    munmap(a, PAGE);
}

int main(void)
{
    onto_itself();
    moved();
    of_several_kinds();
    over_parts();
    with_holes();
    return finish();
}
