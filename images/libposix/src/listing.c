/*
 * Reading directories.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "calls.h"
#include "fat/node.h"
#include "files.h"
#include "folders.h"
#include "kinds.h"
#include "limits.h"
#include "linux-abi.h"
#include "pointers.h"
#include "special.h"

/* Adds a name to the caller's buffer; false if it is full. */
static bool put_name(char *buffer, size_t size, size_t *used, uint64_t inode, uint64_t next, unsigned type,
                     const char *name, size_t bytes)
{
    size_t length = (offsetof(struct nvx_dirent64, name) + bytes + 1 + 7) & ~(size_t)7;
    struct nvx_dirent64 *entry = (struct nvx_dirent64 *)(buffer + *used);

    if (length > size - *used)
        return false;
    entry->inode = inode;
    entry->next = (int64_t)next;
    entry->length = (uint16_t)length;
    entry->type = (uint8_t)type;
    memcpy(entry->name, name, bytes);
    memset(entry->name + bytes, 0, length - offsetof(struct nvx_dirent64, name) - bytes);
    *used += length;
    return true;
}

/* Offsets of a directory: 0 is before `.`, 1 before `..`, 2 + n before slot n; names that are not on the volume come behind all
 * slots. A folder that is not on the volume at all has names in the place of slots. */
enum { FIRST_SLOT_OFFSET = 2, BEHIND_SLOTS = FIRST_SLOT_OFFSET + FAT_MOST_SLOTS };

static bool put_dot_names(struct nvx_file *file, char *buffer, size_t size, size_t *used)
{
    const struct fat_node *directory = file->node;
    const struct fat_node *parent = directory->parent == NULL ? directory : directory->parent;

    for (; file->offset < FIRST_SLOT_OFFSET; file->offset++)
        if (!put_name(buffer, size, used, fat_node_number(file->offset == 0 ? directory : parent), file->offset + 1,
                      DT_DIR, "..", (size_t)file->offset + 1))
            return false;
    return true;
}

static unsigned type_of(const struct nvx_special *special)
{
    return special->target != NULL || special->descriptor >= 0 ? DT_LNK : IFTODT(special->kind->mode);
}

/* The names of a folder that are not on the volume; `first` is the offset of the first. */
static bool put_folder(const struct nvx_folder *folder, struct nvx_file *file, uint64_t first, char *buffer, size_t size,
                       size_t *used)
{
    char name[NVX_FOLDER_NAME_BYTES];

    if (file->offset < first)
        file->offset = first;
    for (; folder->name_at((unsigned)(file->offset - first), name); file->offset++) {
        struct nvx_special special;

        if (name[0] != '\0' && nvx_folder_find(folder, name, &special) &&
            !put_name(buffer, size, used, nvx_special_number(&special, false), file->offset + 1, type_of(&special), name,
                      strlen(name)))
            return false;
    }
    return true;
}

static bool put_special(struct nvx_file *file, char *buffer, size_t size, size_t *used)
{
    for (; file->offset < FIRST_SLOT_OFFSET; file->offset++)
        if (!put_name(buffer, size, used, (uintptr_t)file->object, file->offset + 1, DT_DIR, "..", (size_t)file->offset + 1))
            return false;
    return put_folder(file->object, file, FIRST_SLOT_OFFSET, buffer, size, used);
}

/* What the volume has in a directory, but for names that mean something else in `folder`. */
static bool put_slots(struct nvx_file *file, const struct nvx_folder *folder, char *buffer, size_t size, size_t *used)
{
    struct fat_walk walk = fat_walk_from(file->node->first_cluster, (uint32_t)file->offset - FIRST_SLOT_OFFSET);
    struct fat_found found;
    char name[NVX_NAME_BYTES + 1];

    while (fat_walk_next(&walk, &found)) {
        const uint8_t *slot = found.place.slot;
        unsigned type = (slot[FAT_SLOT_ATTRIBUTES] & FAT_ATTRIBUTE_DIRECTORY) ? DT_DIR
                        : fat_slot_is_link(slot)                              ? DT_LNK
                        : fat_slot_is_fifo(slot)                              ? DT_FIFO
                        : fat_slot_is_socket(slot)                            ? DT_SOCK
                                                                              : DT_REG;
        uint64_t next = walk.slot + FIRST_SLOT_OFFSET;
        size_t bytes = fat_name_to_utf8(found.units, found.length, name);
        struct nvx_special special;

        name[bytes] = '\0';
        if ((folder == NULL || !nvx_folder_find(folder, name, &special)) &&
            !put_name(buffer, size, used, fat_place_number(&found.place), next, type, name, bytes))
            return false;
        file->offset = next;
    }
    return true;
}

static bool put_directory(struct nvx_file *file, char *buffer, size_t size, size_t *used)
{
    const struct nvx_folder *folder = nvx_folder_upon(file->node);

    return put_dot_names(file, buffer, size, used) &&
           (file->offset >= BEHIND_SLOTS || put_slots(file, folder, buffer, size, used)) &&
           (folder == NULL || put_folder(folder, file, BEHIND_SLOTS, buffer, size, used));
}

long nvx_call_getdents64(int descriptor, char *buffer, size_t size)
{
    struct nvx_file *file = nvx_file_get(descriptor);
    size_t used = 0;
    bool all;

    if (file == NULL || (file->flags & O_PATH))
        return -EBADF;
    if (file->node == NULL ? nvx_folder_of(file) == NULL : !file->node->is_directory)
        return -ENOTDIR;
    if (file->node != NULL && file->node->unlinked)
        return -ENOENT;
    if (!nvx_writable(buffer, size))
        return -EFAULT;
    all = file->node == NULL ? put_special(file, buffer, size, &used) : put_directory(file, buffer, size, &used);
    return !all && used == 0 ? -EINVAL : (long)used;
}
