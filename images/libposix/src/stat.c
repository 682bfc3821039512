/*
 * What is known about files: the stat family, access, and the few attributes a FAT volume lets one change.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "calls.h"
#include "clock.h"
#include "fat/content.h"
#include "fat/node.h"
#include "fat/table.h"
#include "fat/time.h"
#include "fat/volume.h"
#include "files.h"
#include "limits.h"
#include "linux-abi.h"
#include "path.h"
#include "pointers.h"

enum { VOLUME_DEVICE = 1, STREAM_DEVICE = 2, STAT_BLOCK = 512, PREFERRED_BLOCK = 4096 };

struct description {
    uint32_t device;
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
    /* Nothing tells the root's times, nor those of a file that lost its name. */
    if (node->place.slot != NULL)
        describe_times(description, node->place.slot);
    else
        description->accessed = description->modified = description->created = fat_time_to_seconds(0, 0);
}

/* A stream to the host has the form of a pipe: it has no position and no size. */
static void describe_stream(const struct nvx_file *file, struct description *description)
{
    memset(description, 0, sizeof(*description));
    description->device = STREAM_DEVICE;
    description->inode = (uint64_t)file->stream + 1;
    description->mode = S_IFIFO | 0600;
    description->links = 1;
}

static long describe_descriptor(int descriptor, struct description *description)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->node == NULL)
        describe_stream(file, description);
    else
        describe_node(file->node, description);
    return 0;
}

static long describe(int directory, const char *text, int flags, struct description *description)
{
    struct fat_node *node;
    long result;

    if (!nvx_readable(text, 1))
        return -EFAULT;
    if (text[0] == '\0' && (flags & AT_EMPTY_PATH) && directory != AT_FDCWD)
        return describe_descriptor(directory, description);
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

/* The node of a descriptor that is a file or a directory. */
static long node_of(int descriptor, struct fat_node **node)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->node == NULL)
        return -EINVAL;
    *node = fat_node_keep(file->node);
    return 0;
}

/* Of a mode only one thing can be stored: whether a file may be written. */
static long change_mode(long result, struct fat_node *node, unsigned mode)
{
    if (result < 0)
        return result;
    if (fat_volume.read_only) {
        result = -EROFS;
    } else if (node->is_directory) {
        result = (mode & 0200) ? 0 : -EPERM;
    } else {
        node->attributes = (uint8_t)((node->attributes & ~FAT_ATTRIBUTE_READ_ONLY) |
                                     ((mode & 0200) ? 0 : FAT_ATTRIBUTE_READ_ONLY));
        fat_node_store(node);
    }
    fat_node_release(node);
    return result;
}

long nvx_call_fchmodat(int directory, const char *text, unsigned mode)
{
    struct fat_node *node = NULL;
    long result = nvx_path_find(directory, text, &node);

    return change_mode(result, node, mode);
}

long nvx_call_chmod(const char *text, unsigned mode)
{
    return nvx_call_fchmodat(AT_FDCWD, text, mode);
}

long nvx_call_fchmod(int descriptor, unsigned mode)
{
    struct fat_node *node = NULL;
    long result = node_of(descriptor, &node);

    return change_mode(result, node, mode);
}

/* Every file belongs to user and group 0, and none can be given away. */
static long change_owner(long result, struct fat_node *node, unsigned user, unsigned group)
{
    const unsigned unchanged = (unsigned)-1;

    if (result < 0)
        return result;
    fat_node_release(node);
    return (user == 0 || user == unchanged) && (group == 0 || group == unchanged) ? 0 : -EPERM;
}

long nvx_call_fchownat(int directory, const char *text, unsigned user, unsigned group, int flags)
{
    struct fat_node *node = NULL;
    long result = text != NULL && text[0] == '\0' && (flags & AT_EMPTY_PATH) ? node_of(directory, &node)
                                                                           : nvx_path_find(directory, text, &node);

    return change_owner(result, node, user, group);
}

long nvx_call_chown32(const char *text, unsigned user, unsigned group)
{
    return nvx_call_fchownat(AT_FDCWD, text, user, group, 0);
}

long nvx_call_fchown32(int descriptor, unsigned user, unsigned group)
{
    struct fat_node *node = NULL;
    long result = node_of(descriptor, &node);

    return change_owner(result, node, user, group);
}

struct new_times {
    /* Access, then modification. */
    struct nvx_timespec64 at[2];
};

static long change_times(struct fat_node *node, const struct new_times *times)
{
    uint8_t *slot = node->place.slot;
    struct fat_time values[2];

    if (fat_volume.read_only)
        return -EROFS;
    for (unsigned i = 0; i < 2; i++) {
        int32_t nanoseconds = (int32_t)times->at[i].nanoseconds;

        if (nanoseconds == UTIME_NOW)
            values[i] = fat_time_now();
        else if (nanoseconds != UTIME_OMIT && (nanoseconds < 0 || nanoseconds >= NVX_NANOSECONDS))
            return -EINVAL;
        else
            values[i] = fat_time_from(times->at[i].seconds, (uint32_t)nanoseconds);
    }
    /* The root has no times to change; those of a file without a name nobody will see. */
    if (slot == NULL)
        return node->unlinked ? 0 : -EPERM;
    fat_node_store_time(node);
    if ((int32_t)times->at[0].nanoseconds != UTIME_OMIT)
        fat_write16(slot + FAT_SLOT_ACCESSED_DATE, values[0].date);
    if ((int32_t)times->at[1].nanoseconds != UTIME_OMIT) {
        fat_write16(slot + FAT_SLOT_MODIFIED_TIME, values[1].time);
        fat_write16(slot + FAT_SLOT_MODIFIED_DATE, values[1].date);
    }
    return 0;
}

long nvx_call_utimensat_time64(int directory, const char *text, const struct nvx_timespec64 times[2], int flags)
{
    struct new_times wanted = {{{0, UTIME_NOW}, {0, UTIME_NOW}}};
    struct fat_node *node = NULL;
    long result;

    if (times != NULL)
        memcpy(wanted.at, times, sizeof(wanted.at));
    if (text == NULL || (text[0] == '\0' && (flags & AT_EMPTY_PATH)))
        result = node_of(directory, &node);
    else
        result = nvx_path_find(directory, text, &node);
    if (result < 0)
        return result;
    result = change_times(node, &wanted);
    fat_node_release(node);
    return result;
}

long nvx_call_utimensat(int directory, const char *text, const struct nvx_timespec32 times[2], int flags)
{
    struct nvx_timespec64 wide[2];

    for (unsigned i = 0; times != NULL && i < 2; i++)
        wide[i] = (struct nvx_timespec64){times[i].seconds, times[i].nanoseconds};
    return nvx_call_utimensat_time64(directory, text, times == NULL ? NULL : wide, flags);
}

static long resize(long result, struct fat_node *node, uint32_t low, uint32_t high)
{
    if (result < 0)
        return result;
    if ((int32_t)high < 0)
        result = -EINVAL;
    else if (node->is_directory)
        result = -EISDIR;
    else if (fat_volume.read_only)
        result = -EROFS;
    else if (result == 0 && (node->attributes & FAT_ATTRIBUTE_READ_ONLY))
        result = -EACCES;
    else
        result = fat_content_resize(node, (uint64_t)high << 32 | low);
    fat_node_release(node);
    return result;
}

long nvx_call_truncate64(const char *text, uint32_t low, uint32_t high)
{
    struct fat_node *node = NULL;
    long result = nvx_path_find(AT_FDCWD, text, &node);

    return resize(result, node, low, high);
}

long nvx_call_ftruncate64(int descriptor, uint32_t low, uint32_t high)
{
    struct fat_node *node = NULL;
    struct nvx_file *file = nvx_file_get(descriptor);
    long result = node_of(descriptor, &node);

    if (result == 0 && (file->flags & (O_ACCMODE | O_PATH)) != O_WRONLY && (file->flags & (O_ACCMODE | O_PATH)) != O_RDWR) {
        fat_node_release(node);
        return -EINVAL;
    }
    return resize(result, node, low, high);
}

static long describe_volume(long result, struct fat_node *node, size_t size, struct statfs *out)
{
    if (result < 0)
        return result;
    fat_node_release(node);
    if (size != sizeof(*out))
        return -EINVAL;
    *out = (struct statfs){
        .f_type = NVX_FAT_MAGIC,
        .f_bsize = fat_volume.cluster_bytes,
        .f_frsize = fat_volume.cluster_bytes,
        .f_blocks = fat_volume.cluster_end - 2,
        .f_bfree = fat_free_clusters(),
        .f_bavail = fat_free_clusters(),
        .f_namelen = NVX_NAME_UNITS,
    };
    return 0;
}

long nvx_call_statfs64(const char *text, size_t size, struct statfs *out)
{
    struct fat_node *node = NULL;
    long result = nvx_path_find(AT_FDCWD, text, &node);

    return describe_volume(result, node, size, out);
}

long nvx_call_fstatfs64(int descriptor, size_t size, struct statfs *out)
{
    struct fat_node *node = NULL;
    long result = node_of(descriptor, &node);

    return describe_volume(result, node, size, out);
}
