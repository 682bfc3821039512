/*
 * What is known about files: the stat family and access.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "fat/node.h"
#include "fat/table.h"
#include "fat/time.h"
#include "fat/volume.h"
#include "files.h"
#include "kinds.h"
#include "linux-abi.h"
#include "path.h"
#include "pointers.h"

enum { VOLUME_DEVICE = 1, STREAM_DEVICE = 2, STAT_BLOCK = 512, PREFERRED_BLOCK = 4096 };

struct description {
    uint32_t device;
    /* Of a device: its own numbers. */
    uint32_t special;
    uint64_t inode;
    uint32_t mode;
    uint32_t links;
    uint64_t size;
    uint64_t blocks;
    int64_t accessed;
    int64_t modified;
    int64_t created;
};

static void describe_times(struct description *description, const uint8_t *slot)
{
    description->accessed = fat_time_to_seconds(fat_read16(slot + FAT_SLOT_ACCESSED_DATE), 0);
    description->modified =
        fat_time_to_seconds(fat_read16(slot + FAT_SLOT_MODIFIED_DATE), fat_read16(slot + FAT_SLOT_MODIFIED_TIME));
    description->created =
        fat_time_to_seconds(fat_read16(slot + FAT_SLOT_CREATED_DATE), fat_read16(slot + FAT_SLOT_CREATED_TIME)) +
        slot[FAT_SLOT_CREATED_HUNDREDTHS] / 100;
}

static void describe_node(struct fat_node *node, struct description *description)
{
    bool writable = !fat_volume.read_only && (node->is_directory || !(node->attributes & FAT_ATTRIBUTE_READ_ONLY));

    fat_node_store_time(node);
    description->device = VOLUME_DEVICE;
    description->inode = fat_node_number(node);
    description->mode = node->is_directory ? S_IFDIR | 0555 : S_IFREG | 0444;
    if (writable)
        description->mode |= 0200;
    description->links = node->unlinked ? 0 : node->is_directory ? 2 : 1;
    if (node->is_directory)
        description->size = node->first_cluster != 0
                                ? (uint64_t)fat_chain_length(node->first_cluster) << fat_volume.cluster_shift
                                : fat_volume.root_entries * FAT_SLOT_BYTES;
    else
        description->size = node->size;
    description->blocks = (description->size + fat_volume.cluster_bytes - 1) / fat_volume.cluster_bytes *
                          (fat_volume.cluster_bytes / STAT_BLOCK);
    /* Nothing tells the root's times. */
    if (node->place.slot != NULL)
        describe_times(description, node->place.slot);
    else
        description->accessed = description->modified = description->created = fat_time_to_seconds(0, 0);
}

/* What is not on the volume has no size and no times. */
static void describe_kind(const struct nvx_kind *kind, uint64_t inode, struct description *description)
{
    memset(description, 0, sizeof(*description));
    description->device = STREAM_DEVICE;
    description->special = kind->device;
    description->inode = inode;
    description->mode = kind->mode;
    description->links = 1;
}

/* Standard streams are 1 to 3, a device is where its kind lies, all else where what it keeps does: both ends of a pipe
 * are the same file. */
static uint64_t number_of(const struct nvx_file *file)
{
    const void *what = file->object != NULL ? file->object : (const void *)file->kind;

    return file->kind == &nvx_stream_kind ? (uint64_t)file->stream + 1 : (uintptr_t)what;
}

static long describe_descriptor(int descriptor, struct description *description)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->node == NULL)
        describe_kind(file->kind, number_of(file), description);
    else
        describe_node(file->node, description);
    return 0;
}

static long describe(int directory, const char *text, int flags, struct description *description)
{
    const struct nvx_kind *device;
    struct fat_node *node;
    long result;

    if (!nvx_readable(text, 1))
        return -EFAULT;
    if (text[0] == '\0' && (flags & AT_EMPTY_PATH) && directory != AT_FDCWD)
        return describe_descriptor(directory, description);
    result = nvx_device_find(text, &device);
    if (result < 0)
        return result;
    if (device != NULL) {
        describe_kind(device, (uintptr_t)device, description);
        return 0;
    }
    result = text[0] == '\0' && (flags & AT_EMPTY_PATH) ? nvx_path_find(directory, ".", &node)
                                                        : nvx_path_find(directory, text, &node);
    if (result < 0)
        return result;
    describe_node(node, description);
    fat_node_release(node);
    return 0;
}

long nvx_call_statx(int directory, const char *text, int flags, unsigned mask, struct nvx_statx *out)
{
    struct description description;
    long result = describe(directory, text, flags, &description);

    (void)mask;
    if (result < 0)
        return result;
    *out = (struct nvx_statx){
        .mask = NVX_STATX_BASIC | NVX_STATX_BIRTH,
        .block_size = PREFERRED_BLOCK,
        .links = description.links,
        .mode = (uint16_t)description.mode,
        .inode = description.inode,
        .size = description.size,
        .blocks = description.blocks,
        .accessed = {.seconds = description.accessed},
        .born = {.seconds = description.created},
        .changed = {.seconds = description.modified},
        .modified = {.seconds = description.modified},
        .special_device = {description.special >> 8, description.special & 0xff},
        .device = {0, description.device},
    };
    return 0;
}

static long fill_kstat(long result, const struct description *description, struct nvx_kstat *out)
{
    if (result < 0)
        return result;
    *out = (struct nvx_kstat){
        .device = description->device,
        .truncated_inode = (uint32_t)description->inode,
        .mode = description->mode,
        .links = description->links,
        .special_device = description->special,
        .size = (int64_t)description->size,
        .block_size = PREFERRED_BLOCK,
        .blocks = (int64_t)description->blocks,
        .accessed = {(int32_t)description->accessed, 0},
        .modified = {(int32_t)description->modified, 0},
        .changed = {(int32_t)description->modified, 0},
        .inode = description->inode,
    };
    return 0;
}

long nvx_call_fstatat64(int directory, const char *text, struct nvx_kstat *out, int flags)
{
    struct description description;

    return fill_kstat(describe(directory, text, flags, &description), &description, out);
}

long nvx_call_stat64(const char *text, struct nvx_kstat *out)
{
    return nvx_call_fstatat64(AT_FDCWD, text, out, 0);
}

long nvx_call_fstat64(int descriptor, struct nvx_kstat *out)
{
    struct description description;

    return fill_kstat(describe_descriptor(descriptor, &description), &description, out);
}

long nvx_call_faccessat2(int directory, const char *text, int mode, int flags)
{
    struct description description;
    long result;

    if ((mode & ~(R_OK | W_OK | X_OK)) != 0 || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
        return -EINVAL;
    result = describe(directory, text, flags, &description);
    if (result < 0)
        return result;
    if ((mode & W_OK) && !(description.mode & 0200))
        return fat_volume.read_only ? -EROFS : -EACCES;
    return (mode & X_OK) && !(description.mode & 0111) ? -EACCES : 0;
}

long nvx_call_faccessat(int directory, const char *text, int mode)
{
    return nvx_call_faccessat2(directory, text, mode, 0);
}

long nvx_call_access(const char *text, int mode)
{
    return nvx_call_faccessat2(AT_FDCWD, text, mode, 0);
}
