/*
 * Directories as tables of 32-byte slots: walking them, finding, adding and removing names.
 *
 * A directory is named by its first cluster; 0 is the fixed root of FAT12 and FAT16. A name takes one slot (short), or
 * one short slot with long slots in front of it.
 */
#ifndef NVX_FAT_DIRECTORY_H
#define NVX_FAT_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "name.h"

enum {
    FAT_SLOT_BYTES = 32,
    /* A directory holds at most so many. */
    FAT_MOST_SLOTS = 65536,
};

/* Offsets in a short slot. */
enum {
    FAT_SLOT_ATTRIBUTES = 11,
    /* Letters of base and extension that are shown in lower case though stored in upper. */
    FAT_SLOT_CASE_FLAGS = 12,
    FAT_SLOT_CREATED_HUNDREDTHS = 13,
    FAT_SLOT_CREATED_TIME = 14,
    FAT_SLOT_CREATED_DATE = 16,
    FAT_SLOT_ACCESSED_DATE = 18,
    FAT_SLOT_CLUSTER_HIGH = 20,
    FAT_SLOT_MODIFIED_TIME = 22,
    FAT_SLOT_MODIFIED_DATE = 24,
    FAT_SLOT_CLUSTER_LOW = 26,
    FAT_SLOT_SIZE = 28,
};

enum {
    FAT_ATTRIBUTE_READ_ONLY = 0x01,
    FAT_ATTRIBUTE_HIDDEN = 0x02,
    FAT_ATTRIBUTE_SYSTEM = 0x04,
    FAT_ATTRIBUTE_LABEL = 0x08,
    FAT_ATTRIBUTE_DIRECTORY = 0x10,
    FAT_ATTRIBUTE_ARCHIVE = 0x20,
};

/* Where a name stands in its directory. */
struct fat_place {
    uint8_t *slot;
    uint32_t first_slot;
    uint32_t slots;
};

/* A walk over the slots of a directory: where it is, and how far the slots lie behind each other in memory. */
struct fat_walk {
    /* Null behind the last slot. */
    uint8_t *at;
    uint8_t *end;
    uint32_t first_cluster;
    uint32_t cluster;
    uint32_t slot;
};

/* One name found by a walk. */
struct fat_found {
    struct fat_place place;
    /* The cluster that its first slot is in; 0 in the fixed root. */
    uint32_t first_cluster;
    uint16_t units[NVX_NAME_UNITS];
    unsigned length;
};

/* A walk that starts at a slot. */
struct fat_walk fat_walk_from(uint32_t first_cluster, uint32_t slot);

/* The same where it is known which cluster of the directory the slot is in; not for the fixed root. */
struct fat_walk fat_walk_in(uint32_t first_cluster, uint32_t cluster, uint32_t slot);

/* The next name that is not `.` or `..`; false at the end. `walk->slot` is then the slot to go on from. */
bool fat_walk_next(struct fat_walk *walk, struct fat_found *found);

/* Finds a name, in the case it was given. One that the volume holds in its short form alone has no case and is found in
 * any. */
bool fat_directory_find(uint32_t first_cluster, const struct fat_name *name, struct fat_place *place);

/* Adds a name that is not there; the rest of its short slot comes from `contents`. 0 or -ENOSPC. */
long fat_directory_add(uint32_t first_cluster, const struct fat_name *name, const uint8_t contents[FAT_SLOT_BYTES],
                       struct fat_place *place);

/* A cluster has become an empty directory: what is remembered of an earlier one there no longer holds. */
void fat_directory_made(uint32_t first_cluster);

void fat_directory_remove(uint32_t first_cluster, const struct fat_place *place);

/* How many names it has at most. */
uint32_t fat_directory_names(uint32_t first_cluster);

bool fat_directory_is_empty(uint32_t first_cluster);

uint32_t fat_slot_cluster(const uint8_t *slot);
void fat_slot_set_cluster(uint8_t *slot, uint32_t cluster);

#endif
