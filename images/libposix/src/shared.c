/*
 * Mappings shared with a file (shared.h).
 *
 * The kernel can't show one page at two addresses, and a file's clusters don't lie as pages do. So what is mapped of a file lies
 * in one window, which holds its bytes while it is mapped: a second mapping of the same bytes is at the same address. Whoever
 * reads the file, changes its size or lets the mapping go first has the window's changes written to the volume; what is written
 * to the file is written into the window too. So mappings, reads and writes see the same bytes at any time.
 *
 * Must hold: each page of a window counts the mappings it is in; a window without any is gone.
 */
#include "shared.h"

#include <errno.h>
#include <string.h>

#include "fat/content.h"
#include "fat/node.h"
#include "pages.h"
#include "regions.h"

struct window {
    struct window *next;
    struct fat_node *node;
    uint32_t offset;
    uint32_t start;
    uint32_t end;
    /* For each page how many mappings it is in; in pages of its own. */
    uint8_t *uses;
};

/* A file is in the window as a whole up to this size, so that other parts of it can be mapped later. */
enum { WHOLE_FILE_BYTES = 16 << 20, MOST_USES = 255 };

static struct window *windows;
static struct window *free_windows;

static uint32_t uses_bytes(uint32_t window_bytes)
{
    return nvx_page_up(window_bytes / NANVIX_PAGE_SIZE);
}

static struct window *make(struct fat_node *node, uint32_t offset, uint32_t start, uint32_t bytes)
{
    struct window *window = free_windows;
    long result;

    if (window == NULL) {
        struct window *page = nvx_pages_take(1);

        if (page == NULL)
            return NULL;
        for (unsigned i = 0; i < NANVIX_PAGE_SIZE / sizeof(*page); i++) {
            page[i].next = free_windows;
            free_windows = &page[i];
        }
        window = free_windows;
    }
    uint8_t *uses = (uint8_t *)nvx_pages_allocate(uses_bytes(bytes), NVX_READ_WRITE, &result);

    if (uses == NULL)
        return NULL;
    free_windows = window->next;
    *window = (struct window){windows, fat_node_keep(node), offset, start, start + bytes, uses};
    windows = window;
    node->shared = true;
    return window;
}

static void discard_uses(const struct window *window)
{
    uint32_t uses = (uint32_t)(uintptr_t)window->uses;

    (void)nvx_pages_discard(uses, uses + uses_bytes(window->end - window->start));
}

/* The window is given up; its pages are the caller's to give back. */
static void forget(struct window *window)
{
    struct window **link = &windows;
    bool shared = false;

    while (*link != window)
        link = &(*link)->next;
    *link = window->next;
    discard_uses(window);
    for (const struct window *other = windows; other != NULL; other = other->next)
        shared |= other->node == window->node;
    window->node->shared = shared;
    fat_node_release(window->node);
    window->next = free_windows;
    free_windows = window;
}

/* The part of a window that a range of the file lies in, as offsets from its start; false if none does. */
static bool overlap(const struct window *window, uint32_t offset, size_t bytes, uint32_t *from, uint32_t *to)
{
    uint64_t end = (uint64_t)offset + bytes;
    uint64_t window_end = (uint64_t)window->offset + (window->end - window->start);

    if (end > window_end)
        end = window_end;
    *from = offset > window->offset ? offset - window->offset : 0;
    *to = end > window->offset ? (uint32_t)(end - window->offset) : 0;
    return *from < *to;
}

static bool readable(const struct window *window)
{
    struct nvx_region region = nvx_region_at(window->start, window->end);

    return region.end == window->end && (region.protection & NVX_READ_WRITE) == NVX_READ_WRITE;
}

/* Pages of a window may have been made inaccessible: for the layer's own use they are accessible again. */
static void open_up(const struct window *window)
{
    if (!readable(window) && nvx_pages_protect(window->start, window->end, NVX_READ_WRITE) == 0)
        (void)nvx_region_set(window->start, window->end, NVX_REGION_USED, NVX_READ_WRITE);
}

/* Writes a part that differs from the volume. */
static void store(struct window *window, uint32_t from, uint32_t to)
{
    uint8_t before[512];

    for (uint32_t at = from; at < to; at += sizeof(before)) {
        uint32_t bytes = to - at < sizeof(before) ? to - at : sizeof(before);
        size_t known = fat_content_take(window->node, window->offset + at, before, bytes);

        if (known > 0 && memcmp(before, (const void *)(window->start + at), known) != 0) {
            fat_content_put(window->node, window->offset + at, (const void *)(window->start + at), known);
            window->node->modified = true;
        }
    }
}

/* A part that may not be read or written just now is no other than it was. */
static bool accessible(const struct window *window, uint32_t from, uint32_t to, uint32_t protection)
{
    struct nvx_region region = nvx_region_at(window->start + from, window->start + to);

    return region.state == NVX_REGION_USED && region.end == window->start + to &&
           (region.protection & protection) == protection;
}

void nvx_shared_store(struct fat_node *node, uint32_t offset, size_t bytes)
{
    uint32_t from, to;

    for (struct window *window = windows; window != NULL; window = window->next)
        if (window->node == node && overlap(window, offset, bytes, &from, &to)) {
            if (!accessible(window, from, to, NANVIX_PROTECTION_READ))
                open_up(window);
            store(window, from, to);
        }
}

void nvx_shared_load(struct fat_node *node, uint32_t offset, size_t bytes)
{
    uint32_t from, to;

    for (struct window *window = windows; window != NULL; window = window->next)
        if (window->node == node && overlap(window, offset, bytes, &from, &to)) {
            struct nvx_region region = nvx_region_at(window->start, window->end);
            bool writable = accessible(window, from, to, NVX_READ_WRITE);

            if (!writable && nvx_pages_protect(window->start, window->end, NVX_READ_WRITE) < 0)
                continue;
            size_t known = fat_content_take(node, window->offset + from, (void *)(window->start + from), to - from);

            memset((void *)(window->start + from + known), 0, to - from - known);
            if (!writable)
                (void)nvx_pages_protect(window->start, window->end, region.protection);
        }
}

/* Pages of a window take one more protection than they had. */
static long allow(const struct window *window, uint32_t protection)
{
    struct nvx_region region = nvx_region_at(window->start, window->end);
    uint32_t wanted = region.protection | protection;

    if (region.end == window->end && region.protection == wanted)
        return 0;
    long result = nvx_pages_protect(window->start, window->end, wanted);

    if (result == 0 && !nvx_region_set(window->start, window->end, NVX_REGION_USED, wanted))
        result = -ENOMEM;
    return result;
}

static long use(struct window *window, uint32_t offset, uint32_t bytes)
{
    uint32_t first = (offset - window->offset) / NANVIX_PAGE_SIZE;
    uint32_t last = first + (bytes - 1) / NANVIX_PAGE_SIZE;

    for (uint32_t page = first; page <= last; page++)
        if (window->uses[page] == MOST_USES)
            return -ENOMEM;
    for (uint32_t page = first; page <= last; page++)
        window->uses[page]++;
    return (long)(window->start + (offset - window->offset));
}

/* A window that holds a range of a file, or null. `meets` says that one holds part of it. */
static struct window *find(const struct fat_node *node, uint32_t offset, uint32_t bytes, bool *meets)
{
    uint32_t from, to;

    *meets = false;
    for (struct window *window = windows; window != NULL; window = window->next)
        if (window->node == node && overlap(window, offset, bytes, &from, &to)) {
            if (to - from == bytes)
                return window;
            *meets = true;
        }
    return NULL;
}

long nvx_shared_map(struct fat_node *node, uint32_t offset, uint32_t bytes, uint32_t protection, uint32_t wanted,
                    bool fixed)
{
    bool meets;
    struct window *window = find(node, offset, bytes, &meets);
    uint32_t first = offset;
    uint32_t length = bytes;
    long result;

    if (window != NULL && (!fixed || wanted == window->start + (offset - window->offset))) {
        result = allow(window, protection);
        return result < 0 ? result : use(window, offset, bytes);
    }
    /* What is mapped already can't be shown elsewhere as well. */
    if (window != NULL || meets)
        return -ENOMEM;
    if (!fixed && wanted == 0 && node->size <= WHOLE_FILE_BYTES && !node->shared) {
        first = 0;
        length = nvx_page_up(offset + bytes > node->size ? offset + bytes : node->size);
    }
    if (fixed || wanted != 0) {
        result = nvx_pages_discard(wanted, wanted + length);
        if (result == 0)
            result = nvx_pages_populate(wanted, wanted + length, NVX_READ_WRITE);
    } else {
        wanted = nvx_pages_allocate(length, NVX_READ_WRITE, &result);
    }
    if (result < 0)
        return result;
    window = make(node, first, wanted, length);
    if (window == NULL) {
        (void)nvx_pages_discard(wanted, wanted + length);
        return -ENOMEM;
    }
    nvx_shared_load(node, first, length);
    result = nvx_pages_protect(window->start, window->end, protection);
    if (result == 0 && !nvx_region_set(window->start, window->end, NVX_REGION_USED, protection))
        result = -ENOMEM;
    return result < 0 ? result : use(window, offset, bytes);
}

static bool touches(const struct window *window, uint32_t start, uint32_t end)
{
    return window->start < end && start < window->end;
}

bool nvx_shared_within(uint32_t start, uint32_t end)
{
    for (const struct window *window = windows; window != NULL; window = window->next)
        if (touches(window, start, end))
            return true;
    return false;
}

/* Takes one mapping off each page of a part; true if some mapping of the window is left. */
static bool release(struct window *window, uint32_t start, uint32_t end)
{
    bool left = false;

    for (uint32_t at = window->start; at < window->end; at += NANVIX_PAGE_SIZE) {
        uint8_t *uses = &window->uses[(at - window->start) / NANVIX_PAGE_SIZE];

        if (at >= start && at < end && *uses > 0)
            (*uses)--;
        left |= *uses > 0;
    }
    return left;
}

void nvx_shared_unmap(uint32_t start, uint32_t end)
{
    for (struct window *window = windows; window != NULL;) {
        struct window *next = window->next;

        if (touches(window, start, end)) {
            struct window gone = *window;

            nvx_shared_store(window->node, window->offset, window->end - window->start);
            if (!release(window, start, end)) {
                forget(window);
                (void)nvx_pages_discard(gone.start, gone.end);
            }
        }
        window = next;
    }
}

static struct window *at(uint32_t start)
{
    struct window *window = windows;

    while (window != NULL && window->start != start)
        window = window->next;
    return window;
}

bool nvx_shared_may_move(uint32_t start, uint32_t end)
{
    const struct window *window = at(start);

    if (window == NULL || window->end != end)
        return false;
    for (uint32_t page = 0; page < (end - start) / NANVIX_PAGE_SIZE; page++)
        if (window->uses[page] != 1)
            return false;
    return true;
}

void nvx_shared_moved(uint32_t start, uint32_t new_start, uint32_t new_end)
{
    struct window *window = at(start);
    uint32_t old_pages = (window->end - window->start) / NANVIX_PAGE_SIZE;
    uint32_t pages = (new_end - new_start) / NANVIX_PAGE_SIZE;

    if (uses_bytes(new_end - new_start) != uses_bytes(window->end - window->start)) {
        long result;
        uint8_t *uses = (uint8_t *)nvx_pages_allocate(uses_bytes(new_end - new_start), NVX_READ_WRITE, &result);

        if (uses == NULL)
            return;
        discard_uses(window);
        window->uses = uses;
    }
    memset(window->uses, 1, pages);
    window->start = new_start;
    window->end = new_end;
    if (pages > old_pages)
        nvx_shared_load(window->node, window->offset + old_pages * NANVIX_PAGE_SIZE,
                        (pages - old_pages) * NANVIX_PAGE_SIZE);
}

void nvx_shared_sync(uint32_t start, uint32_t end)
{
    for (struct window *window = windows; window != NULL; window = window->next)
        if (touches(window, start, end))
            nvx_shared_store(window->node, window->offset, window->end - window->start);
}

void nvx_shared_finish(void)
{
    for (struct window *window = windows; window != NULL; window = window->next)
        nvx_shared_store(window->node, window->offset, window->end - window->start);
}
