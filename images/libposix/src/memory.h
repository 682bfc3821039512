/*
 * Pages for the layer itself, and for copies of files.
 */
#ifndef NVX_MEMORY_H
#define NVX_MEMORY_H

#include <stdint.h>

/* Zeroed pages that are never given back, or null. */
void *nvx_memory_take_pages(unsigned pages);

/* First page behind the program's image, where the heap begins. */
uint32_t nvx_memory_image_end(void);

#endif
