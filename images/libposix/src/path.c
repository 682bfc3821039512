/*
 * Walking paths; the current directory.
 *
 * A FAT volume has no links, so `..` is the directory a node was found in.
 */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "calls.h"
#include "fat/volume.h"
#include "files.h"
#include "limits.h"
#include "pointers.h"

static struct fat_node *current_directory;

/* The current directory, without a reference. */
static struct fat_node *current(void)
{
    if (current_directory == NULL)
        current_directory = fat_node_root();
    return current_directory;
}

/* Where a walk begins, with a reference; a negated error otherwise. */
static long start_of(int descriptor, const char *text, struct fat_node **start)
{
    struct fat_node *node = current();

    if (text[0] == '/') {
        *start = fat_node_root();
        return 0;
    }
    if (descriptor != AT_FDCWD) {
        long result = nvx_file_directory(descriptor, &node);

        if (result < 0)
            return result;
    }
    *start = fat_node_keep(node);
    return 0;
}

/* Looks the name up in the parent; a missing file is not an error here. */
static long look_up(struct nvx_path *path)
{
    struct fat_place place;

    path->node = NULL;
    if (path->parent->unlinked)
        return -ENOENT;
    if (path->name.forbidden || !fat_directory_find(path->parent->first_cluster, &path->name, &place))
        return 0;
    path->node = fat_node_get(path->parent, &place);
    return path->node == NULL ? -ENOMEM : 0;
}

/* Takes one component; the node so far is the directory to look in. */
static long step(struct nvx_path *path, const char *component, size_t bytes)
{
    struct fat_node *directory = path->node;

    if (!directory->is_directory)
        return -ENOTDIR;
    if (bytes == 1 && component[0] == '.') {
        path->last = NVX_LAST_DOT;
        return 0;
    }
    if (bytes == 2 && component[0] == '.' && component[1] == '.') {
        path->last = NVX_LAST_DOT_DOT;
        if (directory->parent != NULL) {
            path->node = fat_node_keep(directory->parent);
            fat_node_release(directory);
        }
        return 0;
    }
    path->last = NVX_LAST_NAME;

    long result = fat_name_parse(&path->name, component, bytes);

    if (result < 0)
        return result;
    fat_node_release(path->parent);
    path->parent = directory;
    return look_up(path);
}

static long walk(struct nvx_path *path, const char *at)
{
    path->last = NVX_LAST_ROOT;
    for (;;) {
        while (*at == '/')
            at++;
        if (*at == '\0')
            return 0;

        const char *end = at;

        while (*end != '\0' && *end != '/')
            end++;
        path->slash = *end == '/';

        long result = step(path, at, (size_t)(end - at));

        if (result < 0)
            return result;
        at = end;
        if (path->node == NULL) {
            while (*at == '/')
                at++;
            return *at == '\0' ? 0 : -ENOENT;
        }
    }
}

long nvx_path_walk(int descriptor, const char *text, struct nvx_path *path)
{
    long result;

    result = nvx_text_length(text, NVX_PATH_BYTES);
    if (result <= 0)
        return result < 0 ? result : -ENOENT;
    result = fat_mount();
    if (result < 0)
        return result;
    path->parent = NULL;
    path->node = NULL;
    path->slash = false;
    result = start_of(descriptor, text, &path->node);
    if (result < 0)
        return result;
    result = walk(path, text);
    if (result < 0)
        nvx_path_release(path);
    return result;
}

/* "name/" is a path to what is called so only if that is a directory. */
long nvx_path_check_slash(const struct nvx_path *path)
{
    return path->slash && path->node != NULL && !path->node->is_directory ? -ENOTDIR : 0;
}

long nvx_path_find(int descriptor, const char *text, struct fat_node **node)
{
    struct nvx_path path;
    long result = nvx_path_walk(descriptor, text, &path);

    if (result < 0)
        return result;
    result = path.node == NULL ? -ENOENT : nvx_path_check_slash(&path);
    if (result == 0)
        *node = fat_node_keep(path.node);
    nvx_path_release(&path);
    return result;
}

void nvx_path_release(struct nvx_path *path)
{
    fat_node_release(path->parent);
    fat_node_release(path->node);
}

static long change_to(struct fat_node *node)
{
    if (!node->is_directory)
        return -ENOTDIR;

    struct fat_node *before = current();

    current_directory = fat_node_keep(node);
    fat_node_release(before);
    return 0;
}

long nvx_call_chdir(const char *text)
{
    struct fat_node *node;
    long result = nvx_path_find(AT_FDCWD, text, &node);

    if (result < 0)
        return result;
    result = change_to(node);
    fat_node_release(node);
    return result;
}

long nvx_call_fchdir(int descriptor)
{
    struct fat_node *node;
    long result = nvx_file_directory(descriptor, &node);

    return result < 0 ? result : change_to(node);
}

/* Name of a node as its slots say it. */
static size_t name_of(const struct fat_node *node, char *text)
{
    struct fat_walk at = fat_walk_from(node->parent->first_cluster, node->place.first_slot);
    struct fat_found found;

    return fat_walk_next(&at, &found) ? fat_name_to_utf8(found.units, found.length, text) : 0;
}

long nvx_call_getcwd(char *buffer, size_t size)
{
    char text[NVX_NAME_BYTES];
    size_t total = 1;
    struct fat_node *directory = fat_mount() < 0 ? NULL : current();

    if (directory != NULL && directory->unlinked)
        return -ENOENT;
    /* Once to know the length, once to write the names from the end. */
    for (const struct fat_node *node = directory; node != NULL && node->parent != NULL; node = node->parent)
        total += 1 + name_of(node, text);
    if (total == 1)
        total = 2;
    if (size < total)
        return -ERANGE;

    char *at = buffer + total;

    *--at = '\0';
    for (const struct fat_node *node = directory; node != NULL && node->parent != NULL; node = node->parent) {
        size_t bytes = name_of(node, text);

        at -= bytes;
        memcpy(at, text, bytes);
        *--at = '/';
    }
    if (at > buffer)
        *--at = '/';
    return (long)total;
}
