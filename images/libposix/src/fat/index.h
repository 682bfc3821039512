/*
 * An index of names: where in a long directory a name may stand, so that finding one need not pass all others.
 *
 * It is built when a long directory was walked twice without a change, and dropped at any change; it says where to look, and what
 * stands there is compared as ever. A few directories have one at a time.
 */
#ifndef NVX_FAT_INDEX_H
#define NVX_FAT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"

/* Walks over fewer slots are not worth it. */
enum { FAT_INDEX_FROM_SLOTS = 48 };

struct fat_index;

/* The index of a directory, or null. */
const struct fat_index *fat_index_of(uint32_t first_cluster);

/* A walk that starts at the next name with a hash (fat_name_hash), in the directory's order; false if there is none any more. `probe` is
 * 0 at first. */
bool fat_index_next(const struct fat_index *index, uint32_t hash, uint32_t *probe, struct fat_walk *walk);

/* A directory was walked over many slots. */
void fat_index_note_walk(uint32_t first_cluster);

/* A directory has changed. */
void fat_index_drop(uint32_t first_cluster);

#endif
