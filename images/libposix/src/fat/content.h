/*
 * The bytes of a file.
 */
#ifndef NVX_FAT_CONTENT_H
#define NVX_FAT_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "node.h"

/* Largest file of a FAT volume. */
#define FAT_LARGEST_FILE 0xffffffffu

/* Bytes copied; 0 at and behind the end. */
size_t fat_content_read(struct fat_node *node, uint64_t offset, void *buffer, size_t bytes);

/* Bytes written, which may be fewer if the volume gets full; -ENOSPC, -EFBIG or -EPERM (a seal) if none. What lies between the old end
 * and the offset reads as zeros. */
long fat_content_write(struct fat_node *node, uint64_t offset, const void *buffer, size_t bytes);

/* The same two without a look at what programs share of the file: for who moves that. */
size_t fat_content_take(struct fat_node *node, uint32_t offset, void *buffer, size_t bytes);
void fat_content_put(struct fat_node *node, uint32_t offset, const void *buffer, size_t bytes);

/* Changes the size; new bytes are zeros. 0, or with nothing changed -ENOSPC, -EFBIG or -EPERM (a seal). */
long fat_content_resize(struct fat_node *node, uint64_t size);

#endif
