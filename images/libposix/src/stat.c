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
#include "clock.h"
#include "fat/node.h"
#include "fat/table.h"
#include "fat/time.h"
#include "fat/volume.h"
#include "fifo.h"
#include "files.h"
#include "kinds.h"
#include "linux-abi.h"
#include "path.h"
#include "pointers.h"
#include "limits.h"
#include "special.h"

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
    uint32_t user;
    uint32_t group;
    struct nvx_instant accessed;
    struct nvx_instant modified;
    struct nvx_instant changed;
    struct nvx_instant created;
};

static void describe_times(struct description *description, const uint8_t *slot)
{
    description->accessed.seconds = fat_time_to_seconds(fat_read16(slot + FAT_SLOT_ACCESSED_DATE), 0);
    description->modified.seconds =
        fat_time_to_seconds(fat_read16(slot + FAT_SLOT_MODIFIED_DATE), fat_read16(slot + FAT_SLOT_MODIFIED_TIME));
    description->changed = description->modified;
    description->created.seconds =
        fat_time_to_seconds(fat_read16(slot + FAT_SLOT_CREATED_DATE), fat_read16(slot + FAT_SLOT_CREATED_TIME)) +
        slot[FAT_SLOT_CREATED_HUNDREDTHS] / 100;
}

static uint32_t type_of(const struct fat_node *node)
{
    return node->is_directory ? S_IFDIR : node->is_link ? S_IFLNK : node->is_fifo ? S_IFIFO : node->is_socket ? S_IFSOCK : S_IFREG;
}

/* All that the volume says of a file. */
static void describe_slot(const struct fat_node *node, struct description *description)
{
    bool writable = !fat_volume.read_only && (node->is_directory || !(node->attributes & FAT_ATTRIBUTE_READ_ONLY));

    description->mode = type_of(node) | (node->is_directory ? 0555 : 0444);
    if (writable)
        description->mode |= 0200;
    if (node->is_link)
        description->mode |= 0777;
    /* Nothing tells the root's times. */
    if (node->place.slot != NULL)
        describe_times(description, node->place.slot);
    else
        description->accessed.seconds = description->modified.seconds = description->changed.seconds =
            description->created.seconds = fat_time_to_seconds(0, 0);
}

/* What the layer knows beyond that. */
static void describe_extra(const struct fat_node *node, struct description *description)
{
    const struct fat_extra *extra = node->extra;

    description->mode = type_of(node) | extra->mode;
    description->user = extra->user;
    description->group = extra->group;
    description->accessed = extra->accessed;
    description->modified = extra->modified;
    description->changed = extra->changed;
    description->created = extra->created;
}

static uint64_t size_of(struct fat_node *node)
{
    char target[NVX_PATH_BYTES];

    if (node->is_directory)
        return node->first_cluster != 0 ? (uint64_t)fat_chain_length(node->first_cluster) << fat_volume.cluster_shift
                                        : fat_volume.root_entries * FAT_SLOT_BYTES;
    return node->is_link ? fat_node_target(node, target, sizeof(target)) : node->size;
}

static void describe_node(struct fat_node *node, struct description *description)
{
    fat_node_store_time(node);
    memset(description, 0, sizeof(*description));
    description->device = VOLUME_DEVICE;
    description->inode = fat_node_number(node);
    description->links = fat_node_links(node);
    description->size = size_of(node);
    description->blocks = (description->size + fat_volume.cluster_bytes - 1) / fat_volume.cluster_bytes *
                          (fat_volume.cluster_bytes / STAT_BLOCK);
    if (node->extra != NULL)
        describe_extra(node, description);
    else
        describe_slot(node, description);
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
    struct fat_node *node = file->node != NULL ? file->node : nvx_fifo_node(file);

    if (node == NULL)
        describe_kind(file->kind, number_of(file), description);
    else
        describe_node(node, description);
    return 0;
}

/* A link that is shown and is on no volume. */
static void describe_link(uint64_t inode, struct description *description)
{
    memset(description, 0, sizeof(*description));
    description->device = STREAM_DEVICE;
    description->inode = inode;
    description->mode = S_IFLNK | 0777;
    description->links = 1;
}

/* 1 if the path is one of the special ones, which is then described; 0 if it is for the volume. */
static long describe_special(int directory, const char *text, bool follow, struct description *description)
{
    struct nvx_special special;
    long result = nvx_special_look_up_at(directory, text, &special);

    if (result <= 0 || (special.descriptor >= 0 && *special.rest != '\0'))
        return result < 0 ? result : 0;
    if (!follow && (special.target != NULL || special.descriptor >= 0))
        describe_link(nvx_special_number(&special, follow), description);
    else if (special.kind != NULL)
        describe_kind(special.kind, nvx_special_number(&special, follow), description);
    else if (special.descriptor >= 0)
        return describe_descriptor(special.descriptor, description) < 0 ? -ENOENT : 1;
    else
        return -ENOENT;
    return 1;
}

static long describe(int directory, const char *text, int flags, struct description *description)
{
    const enum nvx_follow follow = (flags & AT_SYMLINK_NOFOLLOW) ? NVX_NO_FOLLOW : NVX_FOLLOW;
    struct nvx_special instead;
    struct fat_node *node;
    long result;

    if (!nvx_readable(text, 1))
        return -EFAULT;
    if (text[0] == '\0' && (flags & AT_EMPTY_PATH) && directory != AT_FDCWD)
        return describe_descriptor(directory, description);
    if (nvx_may_be_special(text)) {
        result = describe_special(directory, text, follow == NVX_FOLLOW, description);
        if (result != 0)
            return result < 0 ? result : 0;
    }
    result = nvx_path_find(directory, text[0] == '\0' && (flags & AT_EMPTY_PATH) ? "." : text, follow, &node);
    if (result == -ENOENT && nvx_special_instead(text, &instead)) {
        describe_kind(instead.kind, (uintptr_t)instead.object, description);
        description->size = strlen(instead.object);
        return 0;
    }
    if (result < 0)
        return result;
    describe_node(node, description);
    fat_node_release(node);
    return 0;
}

static struct nvx_statx_time statx_time(struct nvx_instant instant)
{
    return (struct nvx_statx_time){.seconds = instant.seconds, .nanoseconds = instant.nanoseconds};
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
        .uid = description.user,
        .gid = description.group,
        .accessed = statx_time(description.accessed),
        .born = statx_time(description.created),
        .changed = statx_time(description.changed),
        .modified = statx_time(description.modified),
        .special_device = {description.special >> 8, description.special & 0xff},
        .device = {0, description.device},
    };
    return 0;
}

static struct nvx_timespec32 kstat_time(struct nvx_instant instant)
{
    return (struct nvx_timespec32){(int32_t)instant.seconds, (int32_t)instant.nanoseconds};
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
        .uid = description->user,
        .gid = description->group,
        .accessed = kstat_time(description->accessed),
        .modified = kstat_time(description->modified),
        .changed = kstat_time(description->changed),
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

long nvx_call_lstat64(const char *text, struct nvx_kstat *out)
{
    return nvx_call_fstatat64(AT_FDCWD, text, out, AT_SYMLINK_NOFOLLOW);
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
