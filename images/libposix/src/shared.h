/*
 * Mappings that programs share with a file (MAP_SHARED).
 */
#ifndef NVX_SHARED_H
#define NVX_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fat_node;

/* Maps part of a file; `wanted` is an address or 0, `fixed` says that no other will do. Answers where, or a negated error. */
long nvx_shared_map(struct fat_node *node, uint32_t offset, uint32_t bytes, uint32_t protection, uint32_t wanted,
                    bool fixed);

/* True if part of the range is shared with a file. */
bool nvx_shared_within(uint32_t start, uint32_t end);

/* One mapping of the shared part of a range goes, and is written to the file; pages that no mapping is left of go back. What of
 * the range is not shared stays. */
void nvx_shared_unmap(uint32_t start, uint32_t end);

/* Pages that are one mapping, alone, are elsewhere now, and more or fewer. False if they can't be moved. */
bool nvx_shared_may_move(uint32_t start, uint32_t end);
void nvx_shared_moved(uint32_t start, uint32_t new_start, uint32_t new_end);

/* Writes what was changed in the shared part of a range to its files (msync), or all there is. */
void nvx_shared_sync(uint32_t start, uint32_t end);
void nvx_shared_finish(void);

/* Writes changes of a part of a file that is shared to the volume; brings the volume's bytes into what is shared. */
void nvx_shared_store(struct fat_node *node, uint32_t offset, size_t bytes);
void nvx_shared_load(struct fat_node *node, uint32_t offset, size_t bytes);

#endif
