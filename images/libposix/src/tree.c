/*
 * Making, removing, renaming and linking files and directories.
 */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "calls.h"
#include "fat/content.h"
#include "fat/table.h"
#include "fat/time.h"
#include "fat/volume.h"
#include "folders.h"
#include "pointers.h"
#include "special.h"

enum { OWNER_WRITES = 0200, PERMISSIONS = 0777, MODES = 07777 };

static unsigned creation_mask = 022;

long nvx_call_umask(unsigned mask)
{
    unsigned before = creation_mask;

    creation_mask = mask & PERMISSIONS;
    return (long)before;
}

/* May names be made or removed in a directory? */
static long check_writable(const struct fat_node *directory)
{
    if (fat_volume.read_only)
        return -EROFS;
    return directory->extra != NULL && !(directory->extra->mode & OWNER_WRITES) ? -EACCES : 0;
}

/* May a name be made here? */
static long check_new_name(const struct nvx_path *path)
{
    return path->parent->unlinked ? -ENOENT : check_writable(path->parent);
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
    if (*node == NULL)
        return -ENOMEM;
    (void)fat_node_begin_extra(*node, mode & MODES & ~creation_mask);
    return 0;
}

long nvx_tree_create_nameless(unsigned mode, struct fat_node **node)
{
    *node = fat_volume.read_only ? NULL : fat_node_make_nameless();
    if (*node == NULL)
        return fat_volume.read_only ? -EROFS : -ENOMEM;
    (void)fat_node_begin_extra(*node, mode & MODES & ~creation_mask);
    return 0;
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

static long make_directory(struct nvx_path *path, unsigned mode)
{
    uint8_t slot[FAT_SLOT_BYTES];
    struct fat_place place;
    struct fat_node *made;
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
    if (result < 0) {
        fat_free_chain(cluster);
        return result;
    }
    path->parent->modified = true;
    made = fat_node_get(path->parent, &place);
    if (made != NULL)
        (void)fat_node_begin_extra(made, mode & (PERMISSIONS | S_ISVTX) & ~creation_mask);
    fat_node_release(made);
    return 0;
}

long nvx_call_mkdirat(int directory, const char *text, unsigned mode)
{
    struct nvx_path path;
    long result = nvx_path_walk(directory, text, NVX_NO_FOLLOW, &path);

    if (result < 0)
        return result;
    result = make_directory(&path, mode);
    nvx_path_release(&path);
    return result;
}

long nvx_call_mkdir(const char *text, unsigned mode)
{
    return nvx_call_mkdirat(AT_FDCWD, text, mode);
}

static long remove_directory(struct nvx_path *path)
{
    long result;

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
    if (nvx_folder_upon(path->node) != NULL)
        return -EBUSY;
    result = check_writable(path->parent);
    if (result < 0)
        return result;
    if (!fat_directory_is_empty(path->node->first_cluster))
        return -ENOTEMPTY;
    fat_node_unlink(path->node, path->parent, &path->place);
    path->parent->modified = true;
    return 0;
}

static long remove_file(struct nvx_path *path)
{
    long result;

    if (path->last != NVX_LAST_NAME)
        return -EISDIR;
    if (path->node == NULL)
        return -ENOENT;
    if (path->node->is_directory)
        return -EISDIR;
    if (path->slash)
        return -ENOTDIR;
    result = check_writable(path->parent);
    if (result < 0)
        return result;
    fat_node_unlink(path->node, path->parent, &path->place);
    path->parent->modified = true;
    return 0;
}

long nvx_call_unlinkat(int directory, const char *text, int flags)
{
    struct nvx_path path;
    long result;

    if ((flags & ~AT_REMOVEDIR) != 0)
        return -EINVAL;
    result = nvx_path_walk(directory, text, NVX_NO_FOLLOW, &path);
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
static void take_over_slots(const struct nvx_path *from, const struct nvx_path *to)
{
    fat_node_forget_name(to->node, &to->place);
    fat_slot_copy(to->place.slot, from->place.slot);
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

static long check_rename(const struct nvx_path *from, const struct nvx_path *to, bool respelled)
{
    long result;

    if ((from->slash || to->slash) && !from->node->is_directory)
        return -ENOTDIR;
    if (from->node->is_directory && fat_node_is_within(to->parent, from->node))
        return -EINVAL;
    if (to->node != NULL && !respelled && fat_node_is_within(from->parent, to->node))
        return -ENOTEMPTY;
    result = check_new_name(to);
    if (result == 0)
        result = check_writable(from->parent);
    return result == 0 && to->node != NULL && !respelled ? check_replacement(from, to) : result;
}

static long rename_walked(struct nvx_path *from, struct nvx_path *to, unsigned flags)
{
    const struct fat_place old_place = from->place;
    struct fat_place new_place;
    bool respelled = to->node != NULL && to->node == from->node && from->place.slot == to->place.slot;
    long result;

    if (from->last != NVX_LAST_NAME || to->last != NVX_LAST_NAME)
        return -EBUSY;
    if (from->node == NULL)
        return -ENOENT;
    if (to->node != NULL && (flags & NVX_RENAME_NOREPLACE))
        return -EEXIST;
    /* One that has no case gets the new spelling; two names of one file, or the same spelling, are nothing to do. */
    if (to->node == from->node && (!respelled || same_spelling(from, to)))
        return 0;
    result = check_rename(from, to, respelled);
    if (result < 0)
        return result;

    if (to->node != NULL && !respelled) {
        new_place = to->place;
        take_over_slots(from, to);
    } else {
        result = fat_directory_add(to->parent->first_cluster, &to->name, from->place.slot, &new_place);
        if (result < 0)
            return result;
    }
    fat_directory_remove(from->parent->first_cluster, &old_place);
    fat_node_move(from->node, &old_place, to->parent, &new_place);
    if (from->node->is_directory)
        point_to_parent(from->node);
    from->parent->modified = true;
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
    result = nvx_path_walk(from_directory, from_text, NVX_NO_FOLLOW, &from);
    if (result < 0)
        return result;
    result = nvx_path_walk(to_directory, to_text, NVX_NO_FOLLOW, &to);
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

/* Can a name be made that must not be there yet? */
static long check_missing(const struct nvx_path *path)
{
    if (path->node != NULL)
        return -EEXIST;
    return path->slash ? -ENOENT : check_new_name(path);
}

/* A further name stands on the volume as an empty file until the program ends. */
static long link_to(struct fat_node *node, struct nvx_path *path)
{
    uint8_t slot[FAT_SLOT_BYTES];
    struct fat_place place;
    long result = node->is_directory ? -EPERM : node->unlinked ? -ENOENT : check_missing(path);

    if (result < 0)
        return result;
    fill_slot(slot, FAT_ATTRIBUTE_ARCHIVE, 0);
    result = fat_directory_add(path->parent->first_cluster, &path->name, slot, &place);
    if (result < 0)
        return result;
    path->parent->modified = true;
    if (fat_node_link(node, path->parent, &place))
        return 0;
    fat_directory_remove(path->parent->first_cluster, &place);
    return -ENOMEM;
}

long nvx_call_linkat(int from_directory, const char *from_text, int to_directory, const char *to_text, int flags)
{
    struct nvx_path path;
    struct fat_node *node;
    long result;

    if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
        return -EINVAL;
    result = nvx_path_find(from_directory, from_text, (flags & AT_SYMLINK_FOLLOW) ? NVX_FOLLOW : NVX_NO_FOLLOW, &node);
    if (result < 0)
        return result;
    result = nvx_path_walk(to_directory, to_text, NVX_NO_FOLLOW, &path);
    if (result == 0) {
        result = link_to(node, &path);
        nvx_path_release(&path);
    }
    fat_node_release(node);
    return result;
}

long nvx_call_link(const char *from_text, const char *to_text)
{
    return nvx_call_linkat(AT_FDCWD, from_text, AT_FDCWD, to_text, 0);
}

static long make_symbolic_link(const char *target, size_t bytes, struct nvx_path *path)
{
    struct fat_node *node;
    long result = check_missing(path);

    if (result == 0)
        result = nvx_tree_create_file(path, PERMISSIONS, &node);
    if (result < 0)
        return result;
    result = fat_node_make_link(node, target, bytes);
    if (result < 0) {
        const struct fat_place place = node->place;

        fat_node_unlink(node, path->parent, &place);
    } else {
        node->modified = false;
        /* The mask for new files is not for links: nobody asks for their mode. */
        if (node->extra != NULL)
            node->extra->mode = PERMISSIONS;
    }
    fat_node_release(node);
    return result;
}

long nvx_call_symlinkat(const char *target, int directory, const char *text)
{
    struct nvx_path path;
    long bytes = nvx_text_length(target, NVX_PATH_BYTES);
    long result;

    if (bytes <= 0)
        return bytes < 0 ? bytes : -ENOENT;
    result = nvx_path_walk(directory, text, NVX_NO_FOLLOW, &path);
    if (result < 0)
        return result;
    result = make_symbolic_link(target, (size_t)bytes, &path);
    nvx_path_release(&path);
    return result;
}

long nvx_call_symlink(const char *target, const char *text)
{
    return nvx_call_symlinkat(target, AT_FDCWD, text);
}

long nvx_tree_make_node(int directory, const char *text, unsigned mode, struct fat_node **node)
{
    struct nvx_path path;
    long result = nvx_path_walk(directory, text, NVX_NO_FOLLOW, &path);

    if (result < 0)
        return result;
    result = check_missing(&path);
    if (result == 0)
        result = nvx_tree_create_file(&path, mode, node);
    if (result == 0 && S_ISFIFO(mode))
        fat_node_make_fifo(*node);
    if (result == 0 && S_ISSOCK(mode))
        fat_node_make_socket(*node);
    nvx_path_release(&path);
    return result;
}

/* Devices are not to be had. */
long nvx_call_mknodat(int directory, const char *text, unsigned mode)
{
    struct fat_node *node;
    long result;

    if (S_ISCHR(mode) || S_ISBLK(mode))
        return -EPERM;
    if ((mode & S_IFMT) != 0 && !S_ISREG(mode) && !S_ISFIFO(mode) && !S_ISSOCK(mode))
        return S_ISDIR(mode) ? -EPERM : -EINVAL;
    result = nvx_tree_make_node(directory, text, mode, &node);
    if (result == 0)
        fat_node_release(node);
    return result;
}

long nvx_call_mknod(const char *text, unsigned mode)
{
    return nvx_call_mknodat(AT_FDCWD, text, mode);
}

static long copy_text(const char *text, char *buffer, size_t size)
{
    size_t length = strlen(text);

    if (length > size)
        length = size;
    memcpy(buffer, text, length);
    return (long)length;
}

long nvx_call_readlinkat(int directory, const char *text, char *buffer, size_t size)
{
    struct nvx_special special;
    struct fat_node *node;
    long result = nvx_special_look_up_at(directory, text, &special);

    if (result < 0)
        return result;
    if ((ssize_t)size <= 0)
        return -EINVAL;
    if (!nvx_writable(buffer, 1))
        return -EFAULT;
    if (result > 0 && special.target != NULL)
        return copy_text(special.target, buffer, size);
    if (result > 0 && special.descriptor >= 0 && *special.rest == '\0')
        return nvx_special_descriptor_target(special.descriptor, buffer, size);
    if (result > 0 && special.kind != NULL)
        return -EINVAL;
    result = nvx_path_find(directory, text, NVX_NO_FOLLOW, &node);
    if (result < 0)
        return result;
    result = node->is_link ? (long)fat_node_target(node, buffer, size) : -EINVAL;
    fat_node_release(node);
    return result;
}

long nvx_call_readlink(const char *text, char *buffer, size_t size)
{
    return nvx_call_readlinkat(AT_FDCWD, text, buffer, size);
}
