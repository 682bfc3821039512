/*
 * Making, removing and renaming files and directories.
 */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "calls.h"
#include "fat/content.h"
#include "fat/table.h"
#include "fat/time.h"
#include "fat/volume.h"

enum { OWNER_WRITES = 0200, PERMISSIONS = 0777 };

static unsigned creation_mask = 022;

long nvx_call_umask(unsigned mask)
{
    unsigned before = creation_mask;

    creation_mask = mask & PERMISSIONS;
    return (long)before;
}

/* May a name be made here? */
static long check_new_name(const struct nvx_path *path)
{
    if (path->name.forbidden)
        return -EINVAL;
    if (path->parent->unlinked)
        return -ENOENT;
    return fat_volume.read_only ? -EROFS : 0;
}

static void fill_slot(uint8_t slot[FAT_SLOT_BYTES], uint8_t attributes, uint32_t cluster)
{
    struct fat_time now = fat_time_now();

    memset(slot, 0, FAT_SLOT_BYTES);
    slot[FAT_SLOT_ATTRIBUTES] = attributes;
    slot[FAT_SLOT_CREATED_HUNDREDTHS] = now.hundredths;
    fat_write16(slot + FAT_SLOT_CREATED_TIME, now.time);
    fat_write16(slot + FAT_SLOT_CREATED_DATE, now.date);
    fat_write16(slot + FAT_SLOT_ACCESSED_DATE, now.date);
    fat_write16(slot + FAT_SLOT_MODIFIED_TIME, now.time);
    fat_write16(slot + FAT_SLOT_MODIFIED_DATE, now.date);
    fat_slot_set_cluster(slot, cluster);
}

long nvx_tree_create_file(struct nvx_path *path, unsigned mode, struct fat_node **node)
{
    uint8_t slot[FAT_SLOT_BYTES];
    struct fat_place place;
    bool writable = mode & ~creation_mask & OWNER_WRITES;
    long result = check_new_name(path);

    if (result < 0)
        return result;
    fill_slot(slot, FAT_ATTRIBUTE_ARCHIVE | (writable ? 0 : FAT_ATTRIBUTE_READ_ONLY), 0);
    result = fat_directory_add(path->parent->first_cluster, &path->name, slot, &place);
    if (result < 0)
        return result;
    path->parent->modified = true;
    *node = fat_node_get(path->parent, &place);
    return *node == NULL ? -ENOMEM : 0;
}

/* The cluster a `..` slot names: 0 for the root, also on FAT32. */
static uint32_t cluster_as_parent(const struct fat_node *directory)
{
    return directory->parent == NULL ? 0 : directory->first_cluster;
}

static void fill_dot_slots(uint8_t *cluster_address, uint32_t cluster, const struct fat_node *parent)
{
    static const char names[2][FAT_SHORT_BYTES + 1] = {".          ", "..         "};

    for (unsigned i = 0; i < 2; i++) {
        uint8_t *slot = cluster_address + i * FAT_SLOT_BYTES;

        fill_slot(slot, FAT_ATTRIBUTE_DIRECTORY, i == 0 ? cluster : cluster_as_parent(parent));
        memcpy(slot, names[i], FAT_SHORT_BYTES);
    }
}

static long make_directory(struct nvx_path *path)
{
    uint8_t slot[FAT_SLOT_BYTES];
    struct fat_place place;
    uint32_t cluster;
    long result;

    if (path->node != NULL)
        return -EEXIST;
    result = check_new_name(path);
    if (result < 0)
        return result;
    cluster = fat_append(0);
    if (cluster == 0)
        return -ENOSPC;
    memset(fat_cluster_address(cluster), 0, fat_volume.cluster_bytes);
    fill_dot_slots(fat_cluster_address(cluster), cluster, path->parent);
    fat_directory_made(cluster);
    fill_slot(slot, FAT_ATTRIBUTE_DIRECTORY, cluster);
    result = fat_directory_add(path->parent->first_cluster, &path->name, slot, &place);
    if (result < 0)
        fat_free_chain(cluster);
    else
        path->parent->modified = true;
    return result;
}

long nvx_call_mkdirat(int directory, const char *text, unsigned mode)
{
    struct nvx_path path;
    long result = nvx_path_walk(directory, text, &path);

    /* A directory on a FAT volume can always be written. */
    (void)mode;
    if (result < 0)
        return result;
    result = make_directory(&path);
    nvx_path_release(&path);
    return result;
}

long nvx_call_mkdir(const char *text, unsigned mode)
{
    return nvx_call_mkdirat(AT_FDCWD, text, mode);
}

static long remove_directory(struct nvx_path *path)
{
    switch (path->last) {
    case NVX_LAST_DOT:
        return -EINVAL;
    case NVX_LAST_DOT_DOT:
        return -ENOTEMPTY;
    case NVX_LAST_ROOT:
        return -EBUSY;
    case NVX_LAST_NAME:
        break;
    }
    if (path->node == NULL)
        return -ENOENT;
    if (!path->node->is_directory)
        return -ENOTDIR;
    if (fat_volume.read_only)
        return -EROFS;
    if (!fat_directory_is_empty(path->node->first_cluster))
        return -ENOTEMPTY;
    fat_node_unlink(path->node);
    path->parent->modified = true;
    return 0;
}

static long remove_file(struct nvx_path *path)
{
    if (path->last != NVX_LAST_NAME)
        return -EISDIR;
    if (path->node == NULL)
        return -ENOENT;
    if (path->node->is_directory)
        return -EISDIR;
    if (path->slash)
        return -ENOTDIR;
    if (fat_volume.read_only)
        return -EROFS;
    fat_node_unlink(path->node);
    path->parent->modified = true;
    return 0;
}

long nvx_call_unlinkat(int directory, const char *text, int flags)
{
    struct nvx_path path;
    long result;

    if ((flags & ~AT_REMOVEDIR) != 0)
        return -EINVAL;
    result = nvx_path_walk(directory, text, &path);
    if (result < 0)
        return result;
    result = (flags & AT_REMOVEDIR) ? remove_directory(&path) : remove_file(&path);
    nvx_path_release(&path);
    return result;
}

long nvx_call_unlink(const char *text)
{
    return nvx_call_unlinkat(AT_FDCWD, text, 0);
}

long nvx_call_rmdir(const char *text)
{
    return nvx_call_unlinkat(AT_FDCWD, text, AT_REMOVEDIR);
}

/* Can `from` take the place of the file that `to` leads to? */
static long check_replacement(const struct nvx_path *from, const struct nvx_path *to)
{
    if (from->node->is_directory && !to->node->is_directory)
        return -ENOTDIR;
    if (!from->node->is_directory && to->node->is_directory)
        return -EISDIR;
    if (to->node->is_directory && !fat_directory_is_empty(to->node->first_cluster))
        return -ENOTEMPTY;
    return 0;
}

/* Gives `to`'s slots to `from`: the name keeps standing where it is, so there is no moment without it and no need of
 * room. */
static void take_over_slots(const struct fat_node *from, struct fat_node *to, struct fat_place *place)
{
    uint8_t *slot = to->place.slot;
    uint8_t case_flags = slot[FAT_SLOT_CASE_FLAGS];

    *place = to->place;
    fat_node_forget_name(to);
    memcpy(slot + FAT_SHORT_BYTES, from->place.slot + FAT_SHORT_BYTES, FAT_SLOT_BYTES - FAT_SHORT_BYTES);
    slot[FAT_SLOT_CASE_FLAGS] = case_flags;
}

static void point_to_parent(const struct fat_node *directory)
{
    uint8_t *dot_dot = fat_cluster_address(directory->first_cluster) + FAT_SLOT_BYTES;

    fat_slot_set_cluster(dot_dot, cluster_as_parent(directory->parent));
}

static bool same_spelling(const struct nvx_path *from, const struct nvx_path *to)
{
    return from->parent == to->parent && from->name.length == to->name.length &&
           memcmp(from->name.units, to->name.units, from->name.length * sizeof(from->name.units[0])) == 0;
}

static long rename_walked(struct nvx_path *from, struct nvx_path *to, unsigned flags)
{
    struct fat_place old_place;
    struct fat_place new_place;
    struct fat_node *old_parent = from->parent;
    bool respelled = to->node != NULL && to->node == from->node;
    long result;

    if (from->last != NVX_LAST_NAME || to->last != NVX_LAST_NAME)
        return -EBUSY;
    if (from->node == NULL)
        return -ENOENT;
    if ((from->slash || to->slash) && !from->node->is_directory)
        return -ENOTDIR;
    if (to->node != NULL && (flags & NVX_RENAME_NOREPLACE))
        return -EEXIST;
    /* Another case of the same name is a new spelling, the same spelling is nothing to do. */
    if (respelled && same_spelling(from, to))
        return 0;
    if (from->node->is_directory && fat_node_is_within(to->parent, from->node))
        return -EINVAL;
    if (to->node != NULL && fat_node_is_within(old_parent, to->node))
        return -ENOTEMPTY;
    result = check_new_name(to);
    if (result == 0 && to->node != NULL && !respelled)
        result = check_replacement(from, to);
    if (result < 0)
        return result;

    old_place = from->node->place;
    if (to->node != NULL && !respelled) {
        take_over_slots(from->node, to->node, &new_place);
    } else {
        result = fat_directory_add(to->parent->first_cluster, &to->name, from->node->place.slot, &new_place);
        if (result < 0)
            return result;
    }
    fat_directory_remove(old_parent->first_cluster, &old_place);
    fat_node_move(from->node, to->parent, &new_place);
    if (from->node->is_directory)
        point_to_parent(from->node);
    old_parent->modified = true;
    to->parent->modified = true;
    return 0;
}

long nvx_call_renameat2(int from_directory, const char *from_text, int to_directory, const char *to_text,
                        unsigned flags)
{
    struct nvx_path from;
    struct nvx_path to;
    long result;

    if ((flags & ~(unsigned)NVX_RENAME_NOREPLACE) != 0)
        return -EINVAL;
    result = nvx_path_walk(from_directory, from_text, &from);
    if (result < 0)
        return result;
    result = nvx_path_walk(to_directory, to_text, &to);
    if (result == 0) {
        result = rename_walked(&from, &to, flags);
        nvx_path_release(&to);
    }
    nvx_path_release(&from);
    return result;
}

long nvx_call_renameat(int from_directory, const char *from_text, int to_directory, const char *to_text)
{
    return nvx_call_renameat2(from_directory, from_text, to_directory, to_text, 0);
}

long nvx_call_rename(const char *from_text, const char *to_text)
{
    return nvx_call_renameat2(AT_FDCWD, from_text, AT_FDCWD, to_text, 0);
}

/* Links, symbolic links and special files: a FAT volume can't hold them. The paths are looked at first, so that the
 * error that applies everywhere comes before the one that applies here. */
static long refuse_new(int directory, const char *text)
{
    struct nvx_path path;
    long result = nvx_path_walk(directory, text, &path);

    if (result < 0)
        return result;
    result = path.node != NULL ? -EEXIST : path.slash ? -ENOENT : -EPERM;
    nvx_path_release(&path);
    return result;
}

long nvx_call_linkat(int from_directory, const char *from_text, int to_directory, const char *to_text, int flags)
{
    struct fat_node *node;
    long result;

    if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
        return -EINVAL;
    result = nvx_path_find(from_directory, from_text, &node);
    if (result < 0)
        return result;
    fat_node_release(node);
    return refuse_new(to_directory, to_text);
}

long nvx_call_link(const char *from_text, const char *to_text)
{
    return nvx_call_linkat(AT_FDCWD, from_text, AT_FDCWD, to_text, 0);
}

long nvx_call_symlinkat(const char *target, int directory, const char *text)
{
    (void)target;
    return refuse_new(directory, text);
}

long nvx_call_symlink(const char *target, const char *text)
{
    return nvx_call_symlinkat(target, AT_FDCWD, text);
}

long nvx_call_mknodat(int directory, const char *text)
{
    return refuse_new(directory, text);
}

long nvx_call_mknod(const char *text)
{
    return refuse_new(AT_FDCWD, text);
}

long nvx_call_readlinkat(int directory, const char *text, char *buffer, size_t size)
{
    struct fat_node *node;
    long result = nvx_path_find(directory, text, &node);

    (void)buffer;
    (void)size;
    if (result < 0)
        return result;
    fat_node_release(node);
    return -EINVAL;
}

long nvx_call_readlink(const char *text, char *buffer, size_t size)
{
    return nvx_call_readlinkat(AT_FDCWD, text, buffer, size);
}
