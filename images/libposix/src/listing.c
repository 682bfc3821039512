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
#include "kinds.h"
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

/* The numbers of all open files; the offset is that of the next one, plus 2. */
static bool put_descriptors(struct nvx_file *file, char *buffer, size_t size, size_t *used)
{
    for (; file->offset < FIRST_SLOT_OFFSET + NVX_DESCRIPTORS; file->offset++) {
        unsigned number = (unsigned)file->offset - FIRST_SLOT_OFFSET;
        char digits[3] = {(char)('0' + number / 100), (char)('0' + number / 10 % 10), (char)('0' + number % 10)};
        unsigned skip = number >= 100 ? 0 : number >= 10 ? 1 : 2;
        bool fits = true;

        if (file->offset < FIRST_SLOT_OFFSET)
            fits = put_name(buffer, size, used, 1, file->offset + 1, DT_DIR, "..", (size_t)file->offset + 1);
        else if (nvx_file_get((int)number) != NULL)
            fits = put_name(buffer, size, used, number + 2, file->offset + 1, DT_LNK, digits + skip, 3 - skip);
        if (!fits)
            return false;
    }
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
    if (file->node == NULL ? file->kind != &nvx_descriptors_kind : !file->node->is_directory)
        return -ENOTDIR;
    if (file->node != NULL && file->node->unlinked)
        return -ENOENT;
    if (!nvx_writable(buffer, size))
        return -EFAULT;
    if (file->node == NULL) {
        full = !put_descriptors(file, buffer, size, &used);
        return full && used == 0 ? -EINVAL : (long)used;
    }

    full = !put_dot_names(file, buffer, size, &used);
    if (!full) {
        struct fat_walk walk = fat_walk_from(file->node->first_cluster, (uint32_t)file->offset - FIRST_SLOT_OFFSET);

        while (!full && fat_walk_next(&walk, &found)) {
            const uint8_t *slot = found.place.slot;
            unsigned type = (slot[FAT_SLOT_ATTRIBUTES] & FAT_ATTRIBUTE_DIRECTORY) ? DT_DIR
                            : fat_slot_is_link(slot)                              ? DT_LNK
                            : fat_slot_is_fifo(slot)                              ? DT_FIFO
                            : fat_slot_is_socket(slot)                            ? DT_SOCK
                                                                                  : DT_REG;
            uint64_t next = walk.slot + FIRST_SLOT_OFFSET;

            full = !put_name(buffer, size, &used, fat_place_number(&found.place), next, type, name,
                             fat_name_to_utf8(found.units, found.length, name));
            if (!full)
                file->offset = next;
        }
    }
    return full && used == 0 ? -EINVAL : (long)used;
}
