/*
 * Pages for the layer itself, and for copies of files.
 */
#ifndef NVX_MEMORY_H
#define NVX_MEMORY_H

#include <stddef.h>

/* Zeroed pages that are never given back, or null. */
void *nvx_memory_take_pages(unsigned pages);

/* Tells how many bytes of freed pages stay mapped. */
size_t nvx_memory_cached_bytes(void);

#endif
