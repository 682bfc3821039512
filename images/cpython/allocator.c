/*
 * malloc by size classes, for the variant `size-classes`: in the place of musl's own.
 *
 * Small blocks come from spans of 64 KiB that are cut into blocks of one class each and are never given back; a freed
 * block goes to its class's free list and is the next to be handed out. Larger blocks have a mapping of their own. So a
 * start-up that allocates and frees thousands of small blocks asks the kernel for memory a few dozen times.
 *
 * What must hold: each block is aligned to 16 bytes and has its header in the 16 bytes before it; every list is touched
 * under the lock only. What is given up against musl: no checks of freed pointers, and memory of one class is never used
 * for another.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    ALIGNMENT = 16,
    SPAN = 64 * 1024,
    CLASSES_PER_DOUBLING = 4,
    /* Largest small block: class sizes are 16, 32, 48, 64, then four steps to each doubling up to 8 KiB. */
    LARGEST_SMALL = 8192,
    CLASSES = 4 + CLASSES_PER_DOUBLING * 7,
    LARGE = 0xff,
    PAGE = 4096,
};

/* Before every block. For a large one `size` is the whole mapping's and `offset` leads back to its start. */
struct header {
    uint32_t size;
    uint32_t offset;
    uint32_t class;
    uint32_t unused;
};

_Static_assert(sizeof(struct header) == ALIGNMENT, "a block behind its header is aligned");

struct free_block {
    struct free_block *next;
};

static struct free_block *free_lists[CLASSES];
/* The part of the newest span of each class that was never handed out. */
static char *fresh[CLASSES], *fresh_end[CLASSES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct header *header_of(void *block)
{
    return (struct header *)block - 1;
}

/* The smallest class that holds `size` bytes; size is at least 1 and at most LARGEST_SMALL. */
static unsigned class_of(size_t size)
{
    if (size <= 64)
        return (size - 1) / 16;
    unsigned doubling = 31 - __builtin_clz(size - 1);
    unsigned step = ((size - 1) >> (doubling - 2)) & 3;
    return 4 + (doubling - 6) * CLASSES_PER_DOUBLING + step;
}

static size_t size_of_class(unsigned class)
{
    if (class < 4)
        return 16 * (class + 1);
    unsigned doubling = 6 + (class - 4) / CLASSES_PER_DOUBLING;
    unsigned step = (class - 4) % CLASSES_PER_DOUBLING;
    return ((size_t)1 << doubling) + ((size_t)(step + 1) << (doubling - 2));
}

static void *map(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages != MAP_FAILED)
        return pages;
    errno = ENOMEM;
    return NULL;
}

static void *allocate_small(size_t size)
{
    unsigned class = class_of(size);
    size_t whole = sizeof(struct header) + size_of_class(class);
    struct free_block *block = free_lists[class];

    if (block != NULL) {
        free_lists[class] = block->next;
        return block;
    }
    if (fresh[class] == NULL || (size_t)(fresh_end[class] - fresh[class]) < whole) {
        char *span = map(SPAN);
        if (span == NULL)
            return NULL;
        fresh[class] = span;
        fresh_end[class] = span + SPAN;
    }
    struct header *header = (struct header *)fresh[class];
    fresh[class] += whole;
    *header = (struct header){.size = size_of_class(class), .class = class};
    return header + 1;
}

/* `alignment` is a power of two of at least ALIGNMENT. */
static void *allocate_large(size_t size, size_t alignment)
{
    size_t slack = alignment > ALIGNMENT ? alignment : 0;
    if (size > PTRDIFF_MAX - PAGE - slack - sizeof(struct header)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t whole = (size + slack + sizeof(struct header) + PAGE - 1) & ~(size_t)(PAGE - 1);
    char *pages = map(whole);
    if (pages == NULL)
        return NULL;
    uintptr_t block = ((uintptr_t)pages + sizeof(struct header) + alignment - 1) & ~(alignment - 1);
    struct header *header = header_of((void *)block);
    *header = (struct header){.size = whole, .offset = block - (uintptr_t)pages, .class = LARGE};
    return (void *)block;
}

void *malloc(size_t size)
{
    if (size > LARGEST_SMALL)
        return allocate_large(size, ALIGNMENT);
    pthread_mutex_lock(&lock);
    void *block = allocate_small(size == 0 ? 1 : size);
    pthread_mutex_unlock(&lock);
    return block;
}

void free(void *block)
{
    if (block == NULL)
        return;
    struct header *header = header_of(block);
    if (header->class == LARGE) {
        munmap((char *)block - header->offset, header->size);
        return;
    }
    struct free_block *freed = block;
    pthread_mutex_lock(&lock);
    freed->next = free_lists[header->class];
    free_lists[header->class] = freed;
    pthread_mutex_unlock(&lock);
}

size_t malloc_usable_size(void *block)
{
    if (block == NULL)
        return 0;
    struct header *header = header_of(block);
    return header->class == LARGE ? header->size - header->offset : header->size;
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = malloc(bytes);
    /* A mapping of its own is zero already. */
    if (block != NULL && bytes <= LARGEST_SMALL)
        memset(block, 0, bytes);
    return block;
}

void *realloc(void *block, size_t size)
{
    if (block == NULL)
        return malloc(size);
    size_t usable = malloc_usable_size(block);
    if (size <= usable && (size >= usable / 2 || usable <= 64))
        return block;
    void *moved = malloc(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, size < usable ? size : usable);
    free(block);
    return moved;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return NULL;
    }
    return alignment <= ALIGNMENT ? malloc(size) : allocate_large(size, alignment);
}

void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *block = aligned_alloc(alignment, size);
    if (block == NULL)
        return ENOMEM;
    *result = block;
    return 0;
}
