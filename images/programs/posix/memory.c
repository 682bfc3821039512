/* Memory: mmap, munmap, mprotect, mremap, madvise, the heap, and malloc on top of them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"

enum { PAGE = 4096 };

static void *map(size_t bytes)
{
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static bool all(const unsigned char *memory, size_t bytes, unsigned char value)
{
    for (size_t i = 0; i < bytes; i++)
        if (memory[i] != value)
            return false;
    return true;
}

static void mapping(void)
{
    unsigned char *a = map(10 * PAGE), *b, *c;

    check("mmap gives pages", a != MAP_FAILED);
    check("at a page's start", (uintptr_t)a % PAGE == 0);
    check("that are zero", all(a, 10 * PAGE, 0));
    memset(a, 0x5a, 10 * PAGE);
    b = map(3 * PAGE);
    check("two mappings don't overlap", b + 3 * PAGE <= a || b >= a + 10 * PAGE);
    check_number("munmap takes a part", munmap(a + 2 * PAGE, 4 * PAGE), 0);
    check("the rest stays", all(a, 2 * PAGE, 0x5a) && all(a + 6 * PAGE, 4 * PAGE, 0x5a));
    c = map(4 * PAGE);
    check("pages that are used again are zero again", all(c, 4 * PAGE, 0));
    check_number("munmap of nothing is fine", munmap((void *)0xc0000000, PAGE), 0);
    check_error("of an odd address it is not", munmap(a + 1, PAGE), EINVAL);
    munmap(a, 2 * PAGE);
    munmap(a + 6 * PAGE, 4 * PAGE);
    munmap(b, 3 * PAGE);
    munmap(c, 4 * PAGE);
    check("no bytes are refused",
          mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    check("more than there is, too", map(0x60000000) == MAP_FAILED && errno == ENOMEM);
    check("and after that there still is some", (a = map(PAGE)) != MAP_FAILED);
    munmap(a, PAGE);
}

static void fixed(void)
{
    unsigned char *a = map(4 * PAGE), *b;

    memset(a, 1, 4 * PAGE);
    b = mmap(a + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    check("MAP_FIXED goes where it is told", b == a + PAGE);
    check("and replaces what was there", all(b, 2 * PAGE, 0) && a[0] == 1 && a[3 * PAGE] == 1);
    check("MAP_FIXED_NOREPLACE does not",
          mmap(a, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED &&
              errno == EEXIST);
    munmap(a, 4 * PAGE);
    b = mmap(a, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check("a free address that is wished for is taken", b == a);
    munmap(b, PAGE);
}

static void protection(void)
{
    unsigned char *a = map(3 * PAGE);
    unsigned char *reserved = mmap(NULL, 64 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(a, 7, 3 * PAGE);
    check_number("mprotect makes a page read-only", mprotect(a + PAGE, PAGE, PROT_READ), 0);
    check("its content stays", all(a, 3 * PAGE, 7));
    check_number("and writable again", mprotect(a + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
    a[PAGE] = 8;
    check_number("PROT_NONE and back", mprotect(a, PAGE, PROT_NONE) | mprotect(a, PAGE, PROT_READ | PROT_WRITE), 0);
    check("keeps the content too", a[0] == 7);
    check_error("pages that are not there can't be protected", mprotect((void *)0xc0000000, PAGE, PROT_READ), ENOMEM);
    check("reserving takes no memory", reserved != MAP_FAILED);
    check_number("a part of it becomes memory", mprotect(reserved + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
    check("which is zero", all(reserved + PAGE, 2 * PAGE, 0));
    munmap(a, 3 * PAGE);
    munmap(reserved, 64 << 20);
}

static void remapping(void)
{
    unsigned char *a = map(2 * PAGE), *b;

    memset(a, 3, 2 * PAGE);
    b = mremap(a, 2 * PAGE, 100 * PAGE, MREMAP_MAYMOVE);
    check("mremap lengthens", b != MAP_FAILED);
    check("with the old content", all(b, 2 * PAGE, 3));
    check("and zeros behind it", all(b + 2 * PAGE, 98 * PAGE, 0));
    check("it shortens in place", mremap(b, 100 * PAGE, PAGE, 0) == b && b[0] == 3);
    unsigned char *wall = mmap(b + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    check("against a wall it can't grow", mremap(b, PAGE, 2 * PAGE, 0) == MAP_FAILED && errno == ENOMEM);
    a = mremap(b, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    check("unless it may move", a != MAP_FAILED && a != b && a[0] == 3);
    munmap(a, 2 * PAGE);
    munmap(wall, PAGE);
}

static void advice(void)
{
    unsigned char *a = map(4 * PAGE);

    memset(a, 9, 4 * PAGE);
    check_number("MADV_DONTNEED", madvise(a + PAGE, 2 * PAGE, MADV_DONTNEED), 0);
    check("leaves zeros", all(a + PAGE, 2 * PAGE, 0) && a[0] == 9 && a[3 * PAGE] == 9);
    check_number("MADV_WILLNEED changes nothing", madvise(a, PAGE, MADV_WILLNEED), 0);
    check("nothing", a[0] == 9);
    check_error("unknown advice is refused", madvise(a, PAGE, 12345), EINVAL);
    munmap(a, 4 * PAGE);
}

static void files(void)
{
    char text[PAGE + 100];
    int file = open("/mapped", O_CREAT | O_RDWR, 0644);
    char *copy;

    memset(text, 'm', sizeof(text));
    write(file, text, sizeof(text));
    copy = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    check("a file can be mapped privately", copy != MAP_FAILED);
    check("with its content", memcmp(copy, text, sizeof(text)) == 0);
    check("and zeros to the end of the page", all((unsigned char *)copy + sizeof(text), 2 * PAGE - sizeof(text), 0));
    copy[0] = 'X';
    check("writing to it leaves the file alone", pread(file, text, 1, 0) == 1 && text[0] == 'm');
    munmap(copy, 2 * PAGE);
    copy = mmap(NULL, 100, PROT_READ, MAP_PRIVATE, file, PAGE);
    check("from a page's offset", copy != MAP_FAILED && copy[99] == 'm' && copy[100] == 0);
    munmap(copy, 100);
    close(file);
    check("nor is mapping what is not open",
          mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED && errno == EBADF);
    unlink("/mapped");
}

/* musl keeps brk for its own malloc and refuses it to programs, so these ask the layer itself. */
static char *set_break(char *end)
{
    return (char *)syscall(SYS_brk, end);
}

static void heap(void)
{
    char *start = set_break(NULL);

    check("brk extends the heap", set_break(start + 5 * PAGE) == start + 5 * PAGE);
    check("with zeros", all((unsigned char *)start, 5 * PAGE, 0));
    memset(start, 1, 5 * PAGE);
    check("and shortens it", set_break(start + PAGE) == start + PAGE);
    check("and extends it again", set_break(start + 3 * PAGE) == start + 3 * PAGE);
    check("with zeros where it was given up", all((unsigned char *)start + PAGE, 2 * PAGE, 0) && start[0] == 1);
    check("the heap has an end, and stays as it was there", set_break(start + (64 << 20)) == start + 3 * PAGE);
    set_break(start);
}

/* Sizes and order from a fixed generator, each block filled with a pattern that is looked at before it is freed. */
static void allocation(void)
{
    enum { BLOCKS = 500, ROUNDS = 20000 };
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    uint32_t seed = 12345;
    bool intact = true;

    for (int round = 0; round < ROUNDS; round++) {
        seed = seed * 1664525 + 1013904223;
        unsigned i = seed >> 16 & 0xffff;
        i %= BLOCKS;
        if (blocks[i] != NULL) {
            intact = intact && all(blocks[i], sizes[i], (unsigned char)i);
            free(blocks[i]);
            blocks[i] = NULL;
        } else {
            sizes[i] = (seed >> 8) % (round % 50 == 0 ? 300000 : 3000) + 1;
            blocks[i] = round % 3 == 0 ? calloc(1, sizes[i]) : malloc(sizes[i]);
            intact = intact && blocks[i] != NULL && (round % 3 != 0 || all(blocks[i], sizes[i], 0));
            memset(blocks[i], (int)i, sizes[i]);
        }
    }
    for (int i = 0; i < BLOCKS; i++) {
        intact = intact && (blocks[i] == NULL || all(blocks[i], sizes[i], (unsigned char)i));
        free(blocks[i]);
    }
    check("twenty thousand allocations keep their contents", intact);
    char *grown = malloc(10);
    strcpy(grown, "growing");
    for (size_t size = 100; size < 4000000; size *= 3)
        grown = realloc(grown, size);
    check_text("realloc takes the content along", grown, "growing");
    free(grown);
    check("a size that can't be is refused", malloc(SIZE_MAX / 2) == NULL && errno == ENOMEM);
    void *aligned = NULL;
    check_number("posix_memalign", posix_memalign(&aligned, 65536, 100), 0);
    check_number("aligns", (uintptr_t)aligned % 65536, 0);
    free(aligned);

    /* Until nothing is left, and again: what is freed must come back. */
    int first = 0, second = 0;
    static void *chunks[4096];
    while (first < 4096 && (chunks[first] = malloc(1 << 20)) != NULL)
        first++;
    for (int i = 0; i < first; i++)
        free(chunks[i]);
    while (second < 4096 && (chunks[second] = malloc(1 << 20)) != NULL)
        second++;
    for (int i = 0; i < second; i++)
        free(chunks[i]);
    check("all of memory can be had", first > 20);
    check_number("and a second time as much", second, first);
}

int main(void)
{
    mapping();
    fixed();
    protection();
    remapping();
    advice();
    files();
    heap();
    allocation();
    return finish();
}
