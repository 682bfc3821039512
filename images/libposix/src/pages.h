/*
 * Pages of the program: from the end of its image to the end of the mmap region, this layer decides what is where.
 *
 * Addresses are whole pages; ranges are [start, end). Protections are the kernel's. Errors are negated numbers.
 */
#ifndef NVX_PAGES_H
#define NVX_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"

enum { NVX_READ_WRITE = NANVIX_PROTECTION_READ | NANVIX_PROTECTION_WRITE };

#define NVX_PAGES_END ((uint32_t)(NANVIX_MMAP_END - NVX_REGION_TABLE_BYTES))

static inline uint32_t nvx_page_up(uint32_t address)
{
    return (address + NANVIX_PAGE_SIZE - 1) & ~(NANVIX_PAGE_SIZE - 1u);
}

static inline bool nvx_page_aligned(uint32_t address)
{
    return address % NANVIX_PAGE_SIZE == 0;
}

/* First page behind the program's image: the heap begins there. */
uint32_t nvx_pages_first(void);

/* True if [start, start + bytes) lies where this layer decides. */
bool nvx_pages_managed(uint32_t start, uint32_t bytes);

/* True if nothing of the range is the program's; if all of it is. */
bool nvx_pages_are_free(uint32_t start, uint32_t end);
bool nvx_pages_are_owned(uint32_t start, uint32_t end);

/* Makes a range of which nothing is in use zeroed pages of the program. */
long nvx_pages_populate(uint32_t start, uint32_t end, uint32_t protection);

/* Makes a range of which nothing is in use the program's without memory. */
long nvx_pages_reserve(uint32_t start, uint32_t end);

/* Makes `bytes` of free address space zeroed pages of the program; answers where, or 0 and the error in `result`. */
uint32_t nvx_pages_allocate(uint32_t bytes, uint32_t protection, long *result);

/* Gives a range back: mapped pages to the cache, or to the kernel once the cache is full. */
long nvx_pages_discard(uint32_t start, uint32_t end);

/* Clears mapped pages of protection `from`, and leaves them with protection `to`. */
long nvx_pages_clear(uint32_t start, uint32_t end, uint32_t from, uint32_t to);

/* Changes the protection of mapped pages in the kernel; the table of ranges is the caller's. */
long nvx_pages_protect(uint32_t start, uint32_t end, uint32_t protection);

/* Zeroed pages for the layer itself, never given back; or null. */
void *nvx_pages_take(unsigned pages);

#endif
