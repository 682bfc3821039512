/*
 * Finding the ramfs and reading its boot sector.
 */
#include "volume.h"

#include <errno.h>

#include "../kernel.h"

/* Offsets in the boot sector: the BIOS parameter block, and what FAT32 adds. */
enum {
    BPB_BYTES_PER_SECTOR = 11,
    BPB_SECTORS_PER_CLUSTER = 13,
    BPB_RESERVED_SECTORS = 14,
    BPB_TABLES = 16,
    BPB_ROOT_ENTRIES = 17,
    BPB_SECTORS_16 = 19,
    BPB_TABLE_SECTORS_16 = 22,
    BPB_SECTORS_32 = 32,
    BPB32_TABLE_SECTORS = 36,
    BPB32_ROOT_CLUSTER = 44,
    BPB32_INFO_SECTOR = 48,
    BOOT_SIGNATURE = 510,
    ENTRY_BYTES = 32,
};

/* The number of clusters alone decides which kind of FAT it is. */
enum { FAT12_CLUSTERS = 4085, FAT16_CLUSTERS = 65525 };

struct fat_volume fat_volume;

static bool power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static bool read_boot_sector(struct fat_volume *volume)
{
    const uint8_t *boot = volume->base;

    if (volume->bytes < 512 || fat_read16(boot + BOOT_SIGNATURE) != 0xaa55)
        return false;

    uint32_t sector = fat_read16(boot + BPB_BYTES_PER_SECTOR);
    uint32_t per_cluster = boot[BPB_SECTORS_PER_CLUSTER];
    uint32_t reserved = fat_read16(boot + BPB_RESERVED_SECTORS);
    uint32_t sectors = fat_read16(boot + BPB_SECTORS_16);
    uint32_t table_sectors = fat_read16(boot + BPB_TABLE_SECTORS_16);
    bool fat32 = table_sectors == 0;

    if (sectors == 0)
        sectors = fat_read32(boot + BPB_SECTORS_32);
    if (fat32)
        table_sectors = fat_read32(boot + BPB32_TABLE_SECTORS);
    volume->table_copies = boot[BPB_TABLES];
    volume->root_entries = fat_read16(boot + BPB_ROOT_ENTRIES);
    if (!power_of_two(sector) || sector < 512 || sector > 4096 || !power_of_two(per_cluster) || reserved == 0 ||
        volume->table_copies == 0 || table_sectors == 0 || fat32 != (volume->root_entries == 0))
        return false;

    uint32_t root_sectors = (volume->root_entries * ENTRY_BYTES + sector - 1) / sector;
    uint64_t data_sector = reserved + (uint64_t)volume->table_copies * table_sectors + root_sectors;

    if (data_sector >= sectors || (uint64_t)sectors * sector > volume->bytes)
        return false;

    uint32_t clusters = (sectors - (uint32_t)data_sector) / per_cluster;

    volume->bits = fat32 ? 32 : clusters < FAT12_CLUSTERS ? 12 : 16;
    if (volume->bits == 16 && clusters >= FAT16_CLUSTERS)
        return false;
    if ((uint64_t)table_sectors * sector * 8 < (uint64_t)(clusters + 2) * volume->bits)
        return false;
    volume->sector_bytes = sector;
    volume->cluster_bytes = sector * per_cluster;
    volume->cluster_shift = (uint32_t)__builtin_ctz(volume->cluster_bytes);
    volume->table_offset = reserved * sector;
    volume->table_bytes = table_sectors * sector;
    volume->root_offset = volume->table_offset + volume->table_copies * volume->table_bytes;
    volume->data_offset = (uint32_t)data_sector * sector;
    volume->cluster_end = clusters + 2;
    if (fat32) {
        uint32_t info = fat_read16(boot + BPB32_INFO_SECTOR);

        volume->root_cluster = fat_read32(boot + BPB32_ROOT_CLUSTER);
        volume->info_offset = info != 0 && info < reserved ? info * sector : 0;
        return fat_is_data_cluster(volume->root_cluster);
    }
    return true;
}

static long map_ramfs(struct fat_volume *volume)
{
    struct nanvix_mmio_info info;
    long result = nvx_kernel_result(nanvix_capctl(NANVIX_CAPABILITY_IO, 1));

    if (result == 0)
        result = nvx_kernel_result(nanvix_mmio_alloc(NANVIX_RAMFS_TAG_LOW, NANVIX_RAMFS_TAG_HIGH));
    /* A program may have taken the region by kernel calls of its own: it is mapped then. */
    if (result == 0 || result == -EEXIST)
        result = nvx_kernel_result(nanvix_mmio_info(NANVIX_RAMFS_TAG_LOW, NANVIX_RAMFS_TAG_HIGH, &info));
    if (result < 0)
        return result;
    volume->base = (uint8_t *)(uintptr_t)info.base;
    volume->bytes = info.size;
    volume->read_only = !(info.protection & NANVIX_PROTECTION_WRITE);
    return 0;
}

long fat_mount(void)
{
    static enum { NEVER_TRIED, MOUNTED, FAILED } state;
    static long failure;

    if (state == MOUNTED)
        return 0;
    if (state == FAILED)
        return failure;

    failure = map_ramfs(&fat_volume);
    if (failure == 0 && !read_boot_sector(&fat_volume))
        failure = -EIO;
    state = failure == 0 ? MOUNTED : FAILED;
    return failure;
}
