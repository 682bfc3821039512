/*
 * Changing what is known about files: mode, owner, times, size; and what the volume has room for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

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

/* The volume stores whether the owner may write a file; all else of a mode is the layer's. */
static long change_mode(long result, struct fat_node *node, unsigned mode)
{
    struct fat_extra *extra;

    if (result < 0)
        return result;
    extra = fat_volume.read_only ? NULL : fat_node_extra(node);
    if (extra != NULL) {
        extra->mode = mode & 07777;
        extra->changed = nvx_clock_now();
        if (!node->is_directory) {
            node->attributes =
                (uint8_t)((node->attributes & ~FAT_ATTRIBUTE_READ_ONLY) | ((mode & 0200) ? 0 : FAT_ATTRIBUTE_READ_ONLY));
            fat_node_store(node);
        }
    } else {
        result = fat_volume.read_only ? -EROFS : -ENOMEM;
    }
    fat_node_release(node);
    return result;
}

long nvx_call_fchmodat(int directory, const char *text, unsigned mode)
{
    struct fat_node *node = NULL;
    long result = nvx_path_find(directory, text, NVX_FOLLOW, &node);

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

/* The program is root, who may give files away. As on Linux, one that can be run loses its set-id bits then. */
static long change_owner(long result, struct fat_node *node, unsigned user, unsigned group)
{
    const unsigned unchanged = (unsigned)-1;
    struct fat_extra *extra;

    if (result < 0)
        return result;
    extra = fat_volume.read_only ? NULL : fat_node_extra(node);
    if (extra != NULL) {
        if (user != unchanged)
            extra->user = user;
        if (group != unchanged)
            extra->group = group;
        if (!node->is_directory && (extra->mode & 0111))
            extra->mode &= ~(S_ISUID | S_ISGID);
        extra->changed = nvx_clock_now();
    } else {
        result = fat_volume.read_only ? -EROFS : -ENOMEM;
    }
    fat_node_release(node);
    return result;
}

static enum nvx_follow follow_by(int flags)
{
    return (flags & AT_SYMLINK_NOFOLLOW) ? NVX_NO_FOLLOW : NVX_FOLLOW;
}

long nvx_call_fchownat(int directory, const char *text, unsigned user, unsigned group, int flags)
{
    struct fat_node *node = NULL;
    long result = text != NULL && text[0] == '\0' && (flags & AT_EMPTY_PATH)
                      ? node_of(directory, &node)
                      : nvx_path_find(directory, text, follow_by(flags), &node);

    return change_owner(result, node, user, group);
}

long nvx_call_chown32(const char *text, unsigned user, unsigned group)
{
    return nvx_call_fchownat(AT_FDCWD, text, user, group, 0);
}

long nvx_call_lchown32(const char *text, unsigned user, unsigned group)
{
    return nvx_call_fchownat(AT_FDCWD, text, user, group, AT_SYMLINK_NOFOLLOW);
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

static bool omitted(const struct nvx_timespec64 *time)
{
    return (int32_t)time->nanoseconds == UTIME_OMIT;
}

/* What a wanted time stands for. */
static long read_time(const struct nvx_timespec64 *wanted, struct nvx_instant *time)
{
    int32_t nanoseconds = (int32_t)wanted->nanoseconds;

    if (nanoseconds == UTIME_NOW)
        *time = nvx_clock_now();
    else if (nanoseconds != UTIME_OMIT && (nanoseconds < 0 || nanoseconds >= NVX_NANOSECONDS))
        return -EINVAL;
    else
        *time = (struct nvx_instant){wanted->seconds, (uint32_t)nanoseconds};
    return 0;
}

/* The volume stores the day of access and modification to two seconds, from 1980 on. */
static void store_times(uint8_t *slot, const struct fat_extra *extra)
{
    struct fat_time modified = fat_time_from(extra->modified.seconds, extra->modified.nanoseconds);

    fat_write16(slot + FAT_SLOT_ACCESSED_DATE, fat_time_from(extra->accessed.seconds, 0).date);
    fat_write16(slot + FAT_SLOT_MODIFIED_TIME, modified.time);
    fat_write16(slot + FAT_SLOT_MODIFIED_DATE, modified.date);
}

static long change_times(struct fat_node *node, const struct new_times *times)
{
    struct fat_extra *extra;
    struct nvx_instant values[2];

    if (fat_volume.read_only)
        return -EROFS;
    for (unsigned i = 0; i < 2; i++) {
        long result = read_time(&times->at[i], &values[i]);

        if (result < 0)
            return result;
    }
    fat_node_store_time(node);
    extra = fat_node_extra(node);
    if (extra == NULL)
        return -ENOMEM;
    if (!omitted(&times->at[0]))
        extra->accessed = values[0];
    if (!omitted(&times->at[1]))
        extra->modified = values[1];
    extra->changed = nvx_clock_now();
    if (node->place.slot != NULL)
        store_times(node->place.slot, extra);
    return 0;
}

long nvx_call_utimensat_time64(int directory, const char *text, const struct nvx_timespec64 times[2], int flags)
{
    struct new_times wanted = {{{0, UTIME_NOW}, {0, UTIME_NOW}}};
    struct fat_node *node = NULL;
    long result;

    if (times != NULL) {
        memcpy(wanted.at, times, sizeof(wanted.at));
        /* As on Linux: nothing to do is done, whatever the path. */
        if (omitted(&wanted.at[0]) && omitted(&wanted.at[1]))
            return 0;
    }
    if (text == NULL || (text[0] == '\0' && (flags & AT_EMPTY_PATH)))
        result = node_of(directory, &node);
    else
        result = nvx_path_find(directory, text, follow_by(flags), &node);
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
    else if (node->is_fifo || node->is_socket)
        result = -EINVAL;
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
    long result = nvx_path_find(AT_FDCWD, text, NVX_FOLLOW, &node);

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
    long result = nvx_path_find(AT_FDCWD, text, NVX_FOLLOW, &node);

    return describe_volume(result, node, size, out);
}

long nvx_call_fstatfs64(int descriptor, size_t size, struct statfs *out)
{
    struct fat_node *node = NULL;
    long result = node_of(descriptor, &node);

    return describe_volume(result, node, size, out);
}
