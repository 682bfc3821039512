/*
 * From a path to a file.
 */
#ifndef NVX_PATH_H
#define NVX_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "fat/node.h"

struct nvx_path {
    /* The directory that holds (or would hold) the last component; null for the root. Referenced. */
    struct fat_node *parent;
    /* The file, or null if there is none of that name. Referenced. */
    struct fat_node *node;
    /* The last component, where it is a name, and where that stands if there is a file of it. */
    struct fat_name name;
    struct fat_place place;
    enum { NVX_LAST_NAME, NVX_LAST_DOT, NVX_LAST_DOT_DOT, NVX_LAST_ROOT } last;
    /* The path ends in a slash: it means a directory. */
    bool slash;
};

/* What a walk does at a symbolic link in the last component; in others it always goes on where the link leads. */
enum nvx_follow { NVX_FOLLOW, NVX_NO_FOLLOW };

/* Walks a path from the directory of `descriptor` (or AT_FDCWD). 0 also if only the last component does not exist;
 * `path` then has to be released. An error of the walk otherwise. */
long nvx_path_walk(int descriptor, const char *text, enum nvx_follow follow, struct nvx_path *path);

/* Writes the path of a directory or file that has a name to the end of a buffer; answers where it begins, or null if it is
 * too small. */
char *nvx_path_of(const struct fat_node *node, char *buffer, size_t size);

/* Is this what the path of a directory is, or of the one where a walk from a descriptor (or AT_FDCWD) begins? */
bool nvx_path_is(const struct fat_node *directory, const char *path);
bool nvx_path_begins_in(int descriptor, const char *path);

/* -ENOTDIR if the path ends in a slash and leads to a file. A call that makes a directory asks in its own order. */
long nvx_path_check_slash(const struct nvx_path *path);

/* The same walk, and -ENOENT or -ENOTDIR unless the path leads to something that exists; answers it with a reference.
 */
long nvx_path_find(int descriptor, const char *text, enum nvx_follow follow, struct fat_node **node);

void nvx_path_release(struct nvx_path *path);

#endif
