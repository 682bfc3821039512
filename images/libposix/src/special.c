/*
 * Paths that are not on the volume (special.h). They are names and nothing else, there without a folder that lists them; but
 * /tmp and /dev/shm are folders of the volume, made when a path first leads into them.
 */
#include "special.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "calls.h"
#include "fat/node.h"
#include "fat/volume.h"
#include "fifo.h"
#include "files.h"
#include "kinds.h"
#include "limits.h"
#include "path.h"
#include "pointers.h"
#include "process.h"

/* What a path has behind a beginning: null if it begins otherwise, or goes on in the midst of a name. */
static const char *behind(const char *path, const char *beginning)
{
    size_t length = strlen(beginning);

    if (strncmp(path, beginning, length) != 0 || (path[length] != '\0' && path[length] != '/'))
        return NULL;
    return path + length;
}

static long read_text(struct nvx_file *file, void *buffer, size_t bytes)
{
    const char *text = file->object;
    size_t left = strlen(text) - (size_t)file->offset;

    if (bytes > left)
        bytes = left;
    if (!nvx_writable(buffer, bytes))
        return -EFAULT;
    memcpy(buffer, text + file->offset, bytes);
    file->offset += bytes;
    return (long)bytes;
}

static long refuse_write(struct nvx_file *file, const void *buffer, size_t bytes)
{
    (void)file, (void)buffer, (void)bytes;
    return -EACCES;
}

static short always_ready(const struct nvx_file *file)
{
    (void)file;
    return POLLIN | POLLOUT;
}

/* A text that the layer has ready. */
static const struct nvx_kind text_kind = {
    .name = "text",
    .mode = S_IFREG | 0444,
    .seeks = 1,
    .read = read_text,
    .write = refuse_write,
    .ready = always_ready,
};

static long refuse_read(struct nvx_file *file, void *buffer, size_t bytes)
{
    (void)file, (void)buffer, (void)bytes;
    return -EISDIR;
}

/* The folder of open files. */
const struct nvx_kind nvx_descriptors_kind = {
    .name = "open files",
    .mode = S_IFDIR | 0555,
    .seeks = 1,
    .read = refuse_read,
    .write = refuse_write,
    .ready = always_ready,
};

/* The number of an open file and what follows it; -ENOENT if it is none. */
static long number_of(const char *text, const char **rest)
{
    int number = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9' && number < NVX_DESCRIPTORS; at++)
        number = number * 10 + *at - '0';
    *rest = at;
    return at == text || (*at != '\0' && *at != '/') || nvx_file_get(number) == NULL ? -ENOENT : number;
}

/* Folders that programs expect, those they lie in first. */
static struct folder {
    const char *path;
    unsigned mode;
    bool looked_for;
    bool made;
} folders[] = {{.path = "/tmp", .mode = 01777}, {.path = "/dev", .mode = 0755}, {.path = "/dev/shm", .mode = 01777}};

enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

/* Makes the folders that a path leads into, once: a program may remove them. The call is a path's own, hence the order. */
static void make_folders(const char *path)
{
    for (struct folder *folder = folders; folder < folders + FOLDERS; folder++) {
        if (folder->looked_for || behind(path, folder->path) == NULL)
            continue;
        folder->looked_for = true;
        folder->made = nvx_call_mkdir(folder->path, folder->mode) == 0;
    }
}

void nvx_special_finish(void)
{
    for (unsigned i = FOLDERS; i-- > 0;)
        if (folders[i].made)
            (void)nvx_call_rmdir(folders[i].path);
}

static long by_descriptor(long number, const char *rest, struct nvx_special *special)
{
    if (number < 0)
        return number;
    special->descriptor = (int)number;
    special->rest = rest;
    return *rest != '\0' && nvx_file_get((int)number)->node == NULL ? -ENOTDIR : 1;
}

static long look_in_dev(const char *path, struct nvx_special *special)
{
    static const char *const streams[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    const char *rest;

    if (behind(path, "/dev/shm") != NULL) {
        make_folders(path);
        return 0;
    }
    for (int i = 0; i < 3; i++)
        if ((rest = behind(path, streams[i])) != NULL)
            return by_descriptor(nvx_file_get(i) == NULL ? -ENOENT : i, rest, special);
    return nvx_device_find(path, &special->kind);
}

long nvx_special_look_up(const char *path, struct nvx_special *special)
{
    const char *rest;

    if (!nvx_readable(path, 1))
        return -EFAULT;
    if (!nvx_may_be_special(path) || nvx_text_length(path, NVX_PATH_BYTES) < 0)
        return 0;
    *special = (struct nvx_special){.descriptor = -1};
    if ((rest = behind(path, "/dev/fd")) != NULL || (rest = behind(path, "/proc/self/fd")) != NULL) {
        while (*rest == '/')
            rest++;
        if (*rest != '\0') {
            const char *following;
            long number = number_of(rest, &following);

            return by_descriptor(number, following, special);
        }
        special->kind = &nvx_descriptors_kind;
        return 1;
    }
    if (behind(path, "/tmp") != NULL) {
        make_folders(path);
        return 0;
    }
    if ((rest = behind(path, "/proc/self/exe")) != NULL) {
        special->target = nvx_process_path();
        return *rest == '\0' ? 1 : -ENOTDIR;
    }
    return strncmp(path, "/dev/", 5) == 0 ? look_in_dev(path, special) : 0;
}

bool nvx_special_instead(const char *path, struct nvx_special *special)
{
    static const char *const files[][2] = {
        {"/etc/passwd", "root:x:0:0:root:/:/bin/sh\n"},
        {"/etc/group", "root:x:0:\n"},
    };

    for (unsigned i = 0; i < 2; i++)
        if (strcmp(path, files[i][0]) == 0) {
            *special = (struct nvx_special){.kind = &text_kind, .object = (void *)(uintptr_t)files[i][1], .descriptor = -1};
            return true;
        }
    return false;
}

/* `kind:[number]`. */
static const char *with_number(const char *kind, uint32_t number, char *text)
{
    char digits[10];
    unsigned count = 0;
    char *at = stpcpy(stpcpy(text, kind), ":[");

    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0)
        *at++ = digits[--count];
    strcpy(at, "]");
    return text;
}

long nvx_special_descriptor_target(int descriptor, char *buffer, size_t size)
{
    const struct nvx_file *file = nvx_file_get(descriptor);
    const struct fat_node *node;
    char text[NVX_PATH_BYTES];
    const char *path = text;
    size_t length;

    if (file == NULL)
        return -ENOENT;
    node = file->node != NULL ? file->node : nvx_fifo_node(file);
    if (node == NULL) {
        const struct nvx_kind *kind = file->kind;

        path = kind->name;
        if (path[0] != '/')
            path = with_number(S_ISFIFO(kind->mode)    ? "pipe"
                               : S_ISSOCK(kind->mode) ? "socket"
                                                       : "anon_inode",
                               (uint32_t)(uintptr_t)file->object, text);
    } else if (node->unlinked) {
        path = "/ (deleted)";
    } else {
        path = nvx_path_of(node, text, sizeof(text));
    }
    if (path == NULL)
        return -ENAMETOOLONG;
    length = strlen(path);
    if (length > size)
        length = size;
    memcpy(buffer, path, length);
    return (long)length;
}
