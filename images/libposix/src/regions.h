/*
 * The table of address ranges: which pages the program owns, and which are mapped.
 *
 * A sorted array without overlaps; neighbours that are alike are one row. Addresses that no row covers are
 * neither owned nor mapped. Everything is in whole pages.
 */
#ifndef NVX_REGIONS_H
#define NVX_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

enum nvx_region_state {
    /* Not in the table. */
    NVX_REGION_NONE,
    /* Owned by the program and mapped. */
    NVX_REGION_USED,
    /* Owned by the program, not accessible, never mapped (PROT_NONE costs no memory). */
    NVX_REGION_RESERVED,
    /* Given back by the program, still mapped, with old content: the next use saves the kernel calls. */
    NVX_REGION_CACHED,
};

struct nvx_region {
    uint32_t start;
    uint32_t end;
    uint16_t state;
    /* Protection the kernel has for the pages, NANVIX_PROTECTION_… bits; 0 where nothing is mapped. */
    uint16_t protection;
};

/* The state of everything from `address` up to the returned end (at most `limit`). */
struct nvx_region nvx_region_at(uint32_t address, uint32_t limit);

/* Makes [start, end) one range of that state. False if the table can't grow. */
bool nvx_region_set(uint32_t start, uint32_t end, enum nvx_region_state state, uint32_t protection);

/* Lowest address of `bytes` free (not owned) bytes within [from, to), or 0. */
uint32_t nvx_region_find_free(uint32_t bytes, uint32_t from, uint32_t to);

#endif
