/*
 * Pseudo-random numbers for the layer itself.
 */
#ifndef NVX_RANDOM_H
#define NVX_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void nvx_random_seed(const char *text);
void nvx_random_fill(void *buffer, size_t bytes);

#endif
