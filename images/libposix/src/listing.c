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
#include "limits.h"
#include "linux-abi.h"
#include "pointers.h"

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

/* Offsets of a directory: 0 is before `.`, 1 before `..`, 2 + n before slot n. */
enum { FIRST_SLOT_OFFSET = 2 };

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

long nvx_call_getdents64(int descriptor, char *buffer, size_t size)
{
    struct nvx_file *file = nvx_file_get(descriptor);
    struct fat_found found;
    char name[NVX_NAME_BYTES];
    size_t used = 0;
    bool full;

    if (file == NULL || (file->flags & O_PATH))
        return -EBADF;
    if (file->node == NULL || !file->node->is_directory)
        return -ENOTDIR;
    if (file->node->unlinked)
        return -ENOENT;
    if (!nvx_writable(buffer, size))
        return -EFAULT;

    full = !put_dot_names(file, buffer, size, &used);
    if (!full) {
        struct fat_walk walk = fat_walk_from(file->node->first_cluster, (uint32_t)file->offset - FIRST_SLOT_OFFSET);

        while (!full && fat_walk_next(&walk, &found)) {
            const uint8_t *slot = found.place.slot;
            bool directory = slot[FAT_SLOT_ATTRIBUTES] & FAT_ATTRIBUTE_DIRECTORY;
            uint64_t next = walk.slot + FIRST_SLOT_OFFSET;

            full = !put_name(buffer, size, &used, fat_place_number(&found.place), next, directory ? DT_DIR : DT_REG,
                             name, fat_name_to_utf8(found.units, found.length, name));
            if (!full)
                file->offset = next;
        }
    }
    return full && used == 0 ? -EINVAL : (long)used;
}
