/*
 * Changing what is known about files: mode, owner, times, size; and what the volume has room for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "calls.h"
#include "fat/content.h"
#include "fat/node.h"
#include "fat/table.h"
#include "fat/time.h"
#include "fat/volume.h"
#include "files.h"
#include "limits.h"
#include "linux-abi.h"
#include "path.h"

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
        node->attributes =
            (uint8_t)((node->attributes & ~FAT_ATTRIBUTE_READ_ONLY) | ((mode & 0200) ? 0 : FAT_ATTRIBUTE_READ_ONLY));
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
    /* The root has no slot, and so no times to change. */
    if (slot == NULL)
        return -EPERM;
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

    if (result == 0 && (file->flags & (O_ACCMODE | O_PATH)) != O_WRONLY &&
        (file->flags & (O_ACCMODE | O_PATH)) != O_RDWR) {
        fat_node_release(node);
        return -EINVAL;
    }
    return resize(result, node, low, high);
}

/* Room for a range, which a file without holes has when it is long enough. Other modes would punch holes. */
long nvx_call_fallocate(int descriptor, int mode, uint32_t offset_low, uint32_t offset_high, uint32_t length_low,
                        uint32_t length_high)
{
    struct nvx_file *file = nvx_file_get(descriptor);
    int64_t offset = (int64_t)((uint64_t)offset_high << 32 | offset_low);
    int64_t length = (int64_t)((uint64_t)length_high << 32 | length_low);

    if (file == NULL || (file->flags & O_PATH) || (file->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if (file->node == NULL)
        return -ESPIPE;
    if (mode != 0)
        return -EOPNOTSUPP;
    if (offset < 0 || length <= 0)
        return -EINVAL;
    if (offset > FAT_LARGEST_FILE || length > (int64_t)FAT_LARGEST_FILE - offset)
        return -EFBIG;
    return offset + length > file->node->size ? fat_content_resize(file->node, (uint64_t)(offset + length)) : 0;
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
        /* A FAT volume has no table of files: as many as there are clusters. */
        .f_files = fat_volume.cluster_end - 2,
        .f_ffree = fat_free_clusters(),
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
