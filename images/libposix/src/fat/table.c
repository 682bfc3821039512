/*
 * The allocation table. Every copy of it is kept equal, and FAT32's FSInfo sector true.
 */
#include "table.h"

#include "volume.h"

enum {
    FREE = 0,
    END_OF_CHAIN = 0x0fffffff,
    FAT32_ENTRY_MASK = 0x0fffffff,
};

enum {
    INFO_SIGNATURE = 484,
    INFO_FREE_CLUSTERS = 488,
    INFO_NEXT_FREE = 492,
    INFO_SIGNATURE_VALUE = 0x61417272,
};

static const uint32_t unknown = 0xffffffff;

static uint32_t free_count = unknown;
/* Where the search for a free cluster starts: nothing below it is free. */
static uint32_t search_from = 2;

static uint32_t entry(uint32_t cluster)
{
    const uint8_t *table = fat_volume.base + fat_volume.table_offset;

    switch (fat_volume.bits) {
    case 12: {
        uint32_t pair = fat_read16(table + cluster + cluster / 2);

        return cluster % 2 == 0 ? pair & 0xfff : pair >> 4;
    }
    case 16:
        return fat_read16(table + 2 * cluster);
    default:
        return fat_read32(table + 4 * cluster) & FAT32_ENTRY_MASK;
    }
}

static void set_entry(uint32_t cluster, uint32_t value)
{
    uint8_t *table = fat_volume.base + fat_volume.table_offset;

    for (uint32_t copy = 0; copy < fat_volume.table_copies; copy++, table += fat_volume.table_bytes) {
        switch (fat_volume.bits) {
        case 12: {
            uint8_t *at = table + cluster + cluster / 2;
            uint32_t pair = fat_read16(at);

            fat_write16(at, cluster % 2 == 0 ? (pair & 0xf000) | (value & 0xfff) : (pair & 0xf) | (value & 0xfff) << 4);
            break;
        }
        case 16:
            fat_write16(table + 2 * cluster, value);
            break;
        default: {
            uint8_t *at = table + 4 * cluster;

            /* The upper four bits are not part of the entry and stay as they are. */
            fat_write32(at, (fat_read32(at) & ~(uint32_t)FAT32_ENTRY_MASK) | (value & FAT32_ENTRY_MASK));
        }
        }
    }
}

/* Called after each change with the change of the number of free clusters. */
static void note_change(int32_t difference, uint32_t lowest_free)
{
    uint8_t *info = fat_volume.base + fat_volume.info_offset;

    search_from = lowest_free;
    if (free_count != unknown)
        free_count += (uint32_t)difference;
    if (fat_volume.info_offset != 0 && fat_read32(info + INFO_SIGNATURE) == INFO_SIGNATURE_VALUE) {
        fat_write32(info + INFO_FREE_CLUSTERS, fat_free_clusters());
        fat_write32(info + INFO_NEXT_FREE, lowest_free);
    }
}

uint32_t fat_next(uint32_t cluster)
{
    uint32_t next = entry(cluster);

    return fat_is_data_cluster(next) ? next : 0;
}

uint32_t fat_run(uint32_t cluster, uint32_t most)
{
    uint32_t run = 1;

    /* An entry behind the last cluster ends the chain. */
    if (most > fat_volume.cluster_end - cluster)
        most = fat_volume.cluster_end - cluster;
    if (fat_volume.bits == 16) {
        /* Almost every volume's: the table is read straight through. */
        const uint8_t *at = fat_volume.base + fat_volume.table_offset + 2 * cluster;

        for (; run < most && fat_read16(at) == cluster + run; at += 2)
            run++;
    } else {
        while (run < most && entry(cluster + run - 1) == cluster + run)
            run++;
    }
    return run;
}

uint32_t fat_append(uint32_t previous)
{
    /* The cluster behind the last one keeps a file in one piece, which makes reading it one copy. */
    uint32_t cluster = previous + 1;

    if (previous == 0 || cluster >= fat_volume.cluster_end || entry(cluster) != FREE)
        cluster = search_from;
    while (cluster < fat_volume.cluster_end && entry(cluster) != FREE)
        cluster++;
    if (cluster >= fat_volume.cluster_end)
        return 0;
    set_entry(cluster, END_OF_CHAIN);
    if (previous != 0)
        set_entry(previous, cluster);
    note_change(-1, cluster == search_from ? cluster + 1 : search_from);
    return cluster;
}

void fat_free_chain(uint32_t first)
{
    uint32_t freed = 0;
    uint32_t lowest = search_from;

    for (uint32_t cluster = first; fat_is_data_cluster(cluster);) {
        uint32_t next = fat_next(cluster);

        set_entry(cluster, FREE);
        freed++;
        if (cluster < lowest)
            lowest = cluster;
        cluster = next;
    }
    if (freed > 0)
        note_change((int32_t)freed, lowest);
}

void fat_cut_after(uint32_t cluster)
{
    uint32_t rest = fat_next(cluster);

    set_entry(cluster, END_OF_CHAIN);
    if (rest != 0)
        fat_free_chain(rest);
}

uint32_t fat_chain_length(uint32_t first)
{
    uint32_t length = 0;

    /* Bounded, so that a chain that bites its tail ends. */
    for (uint32_t cluster = first; fat_is_data_cluster(cluster) && length < fat_volume.cluster_end;) {
        uint32_t run = fat_run(cluster, fat_volume.cluster_end);

        length += run;
        cluster = fat_next(cluster + run - 1);
    }
    return length;
}

uint32_t fat_free_clusters(void)
{
    if (free_count == unknown) {
        uint32_t count = 0;

        for (uint32_t cluster = 2; cluster < fat_volume.cluster_end; cluster++)
            count += entry(cluster) == FREE;
        free_count = count;
    }
    return free_count;
}
