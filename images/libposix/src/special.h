/*
 * Paths that lead to something that is not on the volume: devices, open files by their number, the program itself.
 */
#ifndef NVX_SPECIAL_H
#define NVX_SPECIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nvx_kind;

struct nvx_special {
    /* What an open makes, or null. */
    const struct nvx_kind *kind;
    void *object;
    /* A path by way of an open file: its number, or -1, and what of the path follows behind it. */
    int descriptor;
    const char *rest;
    /* A symbolic link: where it leads, or null. Who follows it comes to the kind or the open file above, if there is one. */
    const char *target;
};

/* Looks a whole path up here. 1 if it leads to something, 0 if it is one for the volume, or -EFAULT, -ENOENT, -ENOTDIR. */
long nvx_special_look_up(const char *path, struct nvx_special *special);

/* The same for a path that begins in the directory of a descriptor, or AT_FDCWD. */
long nvx_special_look_up_at(int directory, const char *path, struct nvx_special *special);

/* The program has been in a folder of the volume that lists more than the volume has (folders.h). */
extern bool nvx_special_folder_is_used;

/* The usual path is told from these by its first letters. */
static inline bool nvx_may_be_special(const char *path)
{
    return path[0] == '/' ? path[1] == 'd' || path[1] == 'p' || (path[1] == 't' && path[2] == 'm') : nvx_special_folder_is_used;
}

/* The number of what a path leads to, as stat and listings tell it; of a link its own unless that is followed. */
uint64_t nvx_special_number(const struct nvx_special *special, bool follow);

/* Files that are there if the volume has none of that name: /etc/passwd and /etc/group, /etc/hosts. */
bool nvx_special_instead(const char *path, struct nvx_special *special);

/* Where the link to an open file leads, as /proc/self/fd shows it: its length, at most `size` bytes of it, or an error. */
long nvx_special_descriptor_target(int descriptor, char *buffer, size_t size);

/* What a path has behind a beginning: null if it begins otherwise, or goes on in the midst of a name. */
const char *nvx_special_behind(const char *path, const char *beginning);

/* Writes a number's digits and a zero; answers where that stands. */
char *nvx_special_digits(char *at, uint32_t number);

#endif
