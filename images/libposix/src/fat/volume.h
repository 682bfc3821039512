/*
 * The FAT volume: its geometry, and where things lie in memory.
 *
 * The volume is the ramfs image, mapped whole: reading and writing it is memory access. All other files of this folder
 * go through the functions here to find a byte of it.
 */
#ifndef NVX_FAT_VOLUME_H
#define NVX_FAT_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

struct fat_volume {
    uint8_t *base;
    uint32_t bytes;
    /* 12, 16 or 32: bits of an entry of the allocation table. */
    uint32_t bits;
    uint32_t sector_bytes;
    uint32_t cluster_bytes;
    uint32_t cluster_shift;
    /* Offsets in bytes from the base. */
    uint32_t table_offset;
    uint32_t table_bytes;
    uint32_t table_copies;
    uint32_t root_offset;
    uint32_t data_offset;
    /* Entries of the fixed root directory of FAT12 and FAT16; 0 on FAT32. */
    uint32_t root_entries;
    /* First cluster of the root directory on FAT32; 0 on the others. */
    uint32_t root_cluster;
    /* Data clusters are 2 up to this number, excluded. */
    uint32_t cluster_end;
    /* FAT32's FSInfo sector, or 0. */
    uint32_t info_offset;
    bool read_only;
};

extern struct fat_volume fat_volume;

/* Mounts the volume the first time. 0; -ENOENT if the machine has no ramfs; -EIO if it holds no FAT volume that makes
 * sense. */
long fat_mount(void);

/* Address of a data cluster. */
static inline uint8_t *fat_cluster_address(uint32_t cluster)
{
    return fat_volume.base + fat_volume.data_offset + ((cluster - 2) << fat_volume.cluster_shift);
}

static inline bool fat_is_data_cluster(uint32_t cluster)
{
    return cluster >= 2 && cluster < fat_volume.cluster_end;
}

/* The volume is little-endian, and its fields are not aligned. */
static inline uint16_t fat_read16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t fat_read32(const uint8_t *at)
{
    return (uint32_t)fat_read16(at) | (uint32_t)fat_read16(at + 2) << 16;
}

static inline void fat_write16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static inline void fat_write32(uint8_t *at, uint32_t value)
{
    fat_write16(at, value);
    fat_write16(at + 2, value >> 16);
}

#endif
