/*
 * Indexes of directories (index.h): tables with open addressing.
 */
#include "index.h"

#include <stddef.h>
#include <string.h>

#include "../pages.h"
#include "name.h"
#include "volume.h"

enum {
    INDEXES = 4,
    WALKS_BEFORE = 2,
    MOST_PAGES = 16,
};

struct entry {
    uint16_t hash;
    /* Where the name's slots begin, and the cluster they begin in; no cluster is 0. */
    uint16_t slot;
    uint32_t cluster;
};

enum { ENTRIES_OF_PAGE = NANVIX_PAGE_SIZE / sizeof(struct entry) };

struct fat_index {
    /* 0: of no directory. The fixed root of FAT12 and FAT16 is short and has none. */
    uint32_t first_cluster;
    unsigned walks;
    bool is_built;
    /* The table; its memory stays for the next directory. Entries are a power of two. */
    struct entry *table;
    unsigned pages;
};

static struct fat_index indexes[INDEXES];

static struct fat_index *find(uint32_t first_cluster)
{
    for (unsigned i = 0; i < INDEXES; i++)
        if (indexes[i].first_cluster == first_cluster)
            return &indexes[i];
    return NULL;
}

const struct fat_index *fat_index_of(uint32_t first_cluster)
{
    const struct fat_index *index = first_cluster == 0 ? NULL : find(first_cluster);

    return index != NULL && index->is_built ? index : NULL;
}

static uint32_t mask_of(const struct fat_index *index)
{
    return index->pages * ENTRIES_OF_PAGE - 1;
}

bool fat_index_next(const struct fat_index *index, uint32_t hash, uint32_t *probe, struct fat_walk *walk)
{
    const uint32_t mask = mask_of(index);

    for (;;) {
        const struct entry *entry = &index->table[(hash + (*probe)++) & mask];

        if (entry->cluster == 0)
            return false;
        if (entry->hash == (uint16_t)hash) {
            *walk = fat_walk_in(index->first_cluster, entry->cluster, entry->slot);
            return true;
        }
    }
}

/* A table for so many names, at most three quarters full; false if they are too many. */
static bool make_room(struct fat_index *index, uint32_t names)
{
    unsigned pages = 1;

    while (pages <= MOST_PAGES && names > pages * ENTRIES_OF_PAGE / 4 * 3)
        pages *= 2;
    if (pages > MOST_PAGES)
        return false;
    if (pages <= index->pages) {
        memset(index->table, 0, index->pages * NANVIX_PAGE_SIZE);
        return true;
    }

    struct entry *table = nvx_pages_take(pages);

    if (table == NULL)
        return false;
    index->table = table;
    index->pages = pages;
    return true;
}

static void enter(struct fat_index *index, uint32_t hash, struct entry entry)
{
    const uint32_t mask = mask_of(index);

    while (index->table[hash & mask].cluster != 0)
        hash++;
    index->table[hash & mask] = entry;
}

static void build(struct fat_index *index)
{
    struct fat_walk walk = fat_walk_from(index->first_cluster, 0);
    struct fat_found found;

    if (!make_room(index, fat_directory_names(index->first_cluster)))
        return;
    while (fat_walk_next(&walk, &found)) {
        uint32_t hash;

        for (unsigned i = 0; i < found.length; i++)
            found.units[i] = fat_upper(found.units[i]);
        hash = fat_name_hash(found.units, found.length);
        enter(index, hash, (struct entry){(uint16_t)hash, (uint16_t)found.place.first_slot, found.first_cluster});
    }
    index->is_built = true;
}

void fat_index_note_walk(uint32_t first_cluster)
{
    static unsigned next;
    struct fat_index *index = first_cluster == 0 ? NULL : find(first_cluster);

    if (first_cluster == 0)
        return;
    if (index == NULL) {
        index = &indexes[next++ % INDEXES];
        index->first_cluster = first_cluster;
        index->walks = 0;
        index->is_built = false;
    }
    if (++index->walks == WALKS_BEFORE)
        build(index);
}

void fat_index_drop(uint32_t first_cluster)
{
    struct fat_index *index = first_cluster == 0 ? NULL : find(first_cluster);

    if (index != NULL) {
        index->walks = 0;
        index->is_built = false;
    }
}
