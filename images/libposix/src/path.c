/*
 * Walking paths; the current directory.
 *
 * `..` is the directory a node was found in: a directory has one name, and symbolic links are followed as text, in
 * front of what is left of the path.
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
#include "pages.h"
#include "pointers.h"
#include "special.h"

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
    path->node = NULL;
    if (path->parent->unlinked)
        return -ENOENT;
    if (!fat_directory_find(path->parent->first_cluster, &path->name, &path->place))
        return 0;
    path->node = fat_node_get(path->parent, &path->place);
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

/* Puts the target of the link that the walk has come to in front of the rest of the path, and sets the walk back to where
 * that is to be looked for. The text lies in a page of its own, which serves one walk at a time: a walk is never
 * interrupted by another. */
static long enter_link(struct nvx_path *path, const char **rest)
{
    static char *text;
    size_t left = strlen(*rest) + 1;
    size_t length = path->node->size;
    struct fat_node *base;

    if (text == NULL && (text = nvx_pages_take(1)) == NULL)
        return -ENOMEM;
    if (length + left > NANVIX_PAGE_SIZE)
        return -ENAMETOOLONG;
    /* The rest may lie in the page already. Behind the link's full size there is room for the target and its NUL. */
    memmove(text + NANVIX_PAGE_SIZE - left, *rest, left);
    length = fat_node_target(path->node, text, length);
    if (length == 0)
        return -ENOENT;
    memmove(text + length, text + NANVIX_PAGE_SIZE - left, left);
    base = text[0] == '/' ? fat_node_root() : fat_node_keep(path->parent);
    path->last = NVX_LAST_ROOT;
    nvx_path_release(path);
    path->parent = NULL;
    path->node = base;
    *rest = text;
    return 0;
}

static long walk(struct nvx_path *path, const char *at, enum nvx_follow follow)
{
    enum { MOST_LINKS = 40 };
    unsigned entered = 0;

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
        if (path->node->is_link && (*at == '/' || follow == NVX_FOLLOW)) {
            result = entered++ == MOST_LINKS ? -ELOOP : enter_link(path, &at);
            if (result < 0)
                return result;
        }
    }
}

/* A path by way of an open file goes on from there. What else is special has no node: calls that serve it ask before they
 * walk, to all others it is not there. */
static long enter_special(struct nvx_path *path, const struct nvx_special *special, enum nvx_follow follow)
{
    struct nvx_file *file = special->descriptor < 0 ? NULL : nvx_file_get(special->descriptor);
    long result;

    if (file == NULL || file->node == NULL)
        return -EPERM;
    path->node = fat_node_keep(file->node);
    path->last = NVX_LAST_DOT;
    result = walk(path, special->rest, follow);
    if (result < 0)
        nvx_path_release(path);
    return result;
}

long nvx_path_walk(int descriptor, const char *text, enum nvx_follow follow, struct nvx_path *path)
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
    path->last = NVX_LAST_ROOT;
    if (nvx_may_be_special(text)) {
        struct nvx_special special;

        result = nvx_special_look_up_at(descriptor, text, &special);
        if (result < 0)
            return result;
        if (result > 0)
            return enter_special(path, &special, follow);
    }
    result = start_of(descriptor, text, &path->node);
    if (result < 0)
        return result;
    result = walk(path, text, follow);
    if (result < 0)
        nvx_path_release(path);
    return result;
}

/* "name/" is a path to what is called so only if that is a directory. */
long nvx_path_check_slash(const struct nvx_path *path)
{
    return path->slash && path->node != NULL && !path->node->is_directory ? -ENOTDIR : 0;
}

long nvx_path_find(int descriptor, const char *text, enum nvx_follow follow, struct fat_node **node)
{
    struct nvx_path path;
    long result = nvx_path_walk(descriptor, text, follow, &path);

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
    long result = nvx_path_find(AT_FDCWD, text, NVX_FOLLOW, &node);

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

char *nvx_path_of(const struct fat_node *node, char *buffer, size_t size)
{
    char name[NVX_NAME_BYTES];
    char *at = buffer + size;

    if (size < 2)
        return NULL;
    *--at = '\0';
    if (node->parent == NULL)
        *--at = '/';
    for (; node->parent != NULL; node = node->parent) {
        size_t bytes = name_of(node, name);

        if (bytes + 1 > (size_t)(at - buffer))
            return NULL;
        at -= bytes;
        memcpy(at, name, bytes);
        *--at = '/';
    }
    return at;
}

bool nvx_path_is(const struct fat_node *directory, const char *path)
{
    char buffer[16];
    const char *own = nvx_path_of(directory, buffer, sizeof(buffer));

    return own != NULL && strcmp(own, path) == 0;
}

bool nvx_path_begins_in(int descriptor, const char *path)
{
    struct fat_node *node;
    bool result;

    if (start_of(descriptor, "", &node) < 0)
        return false;
    result = !node->unlinked && nvx_path_is(node, path);
    fat_node_release(node);
    return result;
}

long nvx_call_getcwd(char *buffer, size_t size)
{
    const struct fat_node *directory = fat_mount() < 0 ? NULL : current();
    size_t bytes = sizeof("/");
    const char *path = "/";

    if (directory != NULL) {
        if (directory->unlinked)
            return -ENOENT;
        path = nvx_path_of(directory, buffer, size);
        bytes = path == NULL ? 0 : (size_t)(buffer + size - path);
    }
    if (path == NULL || size < bytes)
        return -ERANGE;
    memmove(buffer, path, bytes);
    return (long)bytes;
}
