/*
 * The table of address ranges (regions.h). It lies in pages of its own at the end of the mmap region.
 */
#include "regions.h"

#include <stddef.h>
#include <string.h>

#include "kernel.h"
#include "process.h"
#include "limits.h"

static struct nvx_region *const table = (struct nvx_region *)(NANVIX_MMAP_END - NVX_REGION_TABLE_BYTES);
static unsigned count;
static unsigned capacity;

static bool grow_table(void)
{
    uint32_t mapped = (capacity * sizeof(*table) + NANVIX_PAGE_SIZE - 1) & ~(NANVIX_PAGE_SIZE - 1u);

    if (mapped == NVX_REGION_TABLE_BYTES)
        return false;
    if (nanvix_failed(nanvix_mmap(nvx_process_id, (uint32_t)(uintptr_t)table + mapped, 1,
                                  NANVIX_PROTECTION_READ | NANVIX_PROTECTION_WRITE)))
        return false;
    capacity = (mapped + NANVIX_PAGE_SIZE) / sizeof(*table);
    return true;
}

/* Index of the first row that ends after the address. */
static unsigned first_after(uint32_t address)
{
    unsigned low = 0;
    unsigned high = count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (table[middle].end > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct nvx_region nvx_region_at(uint32_t address, uint32_t limit)
{
    struct nvx_region answer = {address, limit, NVX_REGION_NONE, 0};
    unsigned i = first_after(address);

    if (i < count) {
        if (table[i].start <= address) {
            answer.state = table[i].state;
            answer.protection = table[i].protection;
            answer.end = table[i].end < limit ? table[i].end : limit;
        } else if (table[i].start < limit) {
            answer.end = table[i].start;
        }
    }
    return answer;
}

static bool mergeable(const struct nvx_region *a, const struct nvx_region *b)
{
    return a->end == b->start && a->state == b->state && a->protection == b->protection;
}

/* Replaces rows [from, to) by `rows`. The caller has made sure of the capacity. */
static void splice(unsigned from, unsigned to, const struct nvx_region *rows, unsigned n)
{
    memmove(table + from + n, table + to, (count - to) * sizeof(*table));
    memcpy(table + from, rows, n * sizeof(*table));
    count += n - (to - from);
}

bool nvx_region_set(uint32_t start, uint32_t end, enum nvx_region_state state, uint32_t protection)
{
    struct nvx_region rows[3];
    unsigned n = 0;
    /* From the row that may touch on the left to the one that may touch on the right, those included. */
    unsigned from = first_after(start == 0 ? 0 : start - 1);
    unsigned to = from;
    struct nvx_region middle = {start, end, (uint16_t)state, (uint16_t)protection};
    struct nvx_region right = {0, 0, NVX_REGION_NONE, 0};

    if (count + 2 > capacity && !grow_table())
        return false;
    if (from < count && table[from].start < start) {
        rows[n] = table[from];
        if (rows[n].end > start)
            rows[n].end = start;
        n++;
    }
    while (to < count && table[to].start <= end) {
        if (table[to].end > end) {
            right = table[to];
            if (right.start < end)
                right.start = end;
        }
        to++;
    }
    if (state != NVX_REGION_NONE) {
        if (n > 0 && mergeable(&rows[n - 1], &middle))
            rows[n - 1].end = end;
        else
            rows[n++] = middle;
    }
    if (right.state != NVX_REGION_NONE) {
        if (n > 0 && mergeable(&rows[n - 1], &right))
            rows[n - 1].end = right.end;
        else
            rows[n++] = right;
    }
    splice(from, to, rows, n);
    return true;
}

uint32_t nvx_region_find_free(uint32_t bytes, uint32_t from, uint32_t to)
{
    uint32_t candidate = from;

    for (unsigned i = first_after(from); i < count && table[i].start < to; i++) {
        if (table[i].state == NVX_REGION_CACHED)
            continue;
        if (table[i].start > candidate && table[i].start - candidate >= bytes)
            return candidate;
        candidate = table[i].end;
    }
    return candidate < to && to - candidate >= bytes ? candidate : 0;
}
