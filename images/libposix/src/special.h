/*
 * Paths that lead to something that is not on the volume: devices, open files by their number, the program itself.
 */
#ifndef NVX_SPECIAL_H
#define NVX_SPECIAL_H

#include <stdbool.h>
#include <stddef.h>

struct nvx_kind;

struct nvx_special {
    /* What an open makes, or null. */
    const struct nvx_kind *kind;
    void *object;
    /* A path by way of an open file: its number, or -1, and what of the path follows behind it. */
    int descriptor;
    const char *rest;
    /* A symbolic link: where it leads, or null. */
    const char *target;
};

/* Looks a path up here. 1 if it leads to something, 0 if it is one for the volume, or -EFAULT, -ENOENT, -ENOTDIR. */
long nvx_special_look_up(const char *path, struct nvx_special *special);

/* The usual path is told from these by its first letters. */
static inline bool nvx_may_be_special(const char *path)
{
    return path[0] == '/' && (path[1] == 'd' || path[1] == 'p' || (path[1] == 't' && path[2] == 'm'));
}

/* Files that are there if the volume has none of that name: /etc/passwd and /etc/group. */
bool nvx_special_instead(const char *path, struct nvx_special *special);

/* Where the link to an open file leads, as /proc/self/fd shows it: its length, at most `size` bytes of it, or an error. */
long nvx_special_descriptor_target(int descriptor, char *buffer, size_t size);

/* At the end of the program: /tmp and the folders of /dev/shm go if they were made here and nothing is in them. */
void nvx_special_finish(void);

#endif
