/*
 * Paths that are not on the volume (special.h): what each of them leads to. What lists them is in folders.c.
 */
#include "special.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "calls.h"
#include "fat/node.h"
#include "fifo.h"
#include "files.h"
#include "folders.h"
#include "kinds.h"
#include "limits.h"
#include "path.h"
#include "pointers.h"
#include "process.h"

const char *nvx_special_behind(const char *path, const char *beginning)
{
    size_t length = strlen(beginning);

    if (strncmp(path, beginning, length) != 0 || (path[length] != '\0' && path[length] != '/'))
        return NULL;
    return path + length;
}

static size_t text_left(const struct nvx_file *file)
{
    size_t length = strlen(file->object);

    return file->offset < length ? length - (size_t)file->offset : 0;
}

static long read_text(struct nvx_file *file, void *buffer, size_t bytes)
{
    const char *text = file->object;
    size_t left = text_left(file);

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
    .seeks = NVX_SEEKS,
    .read = read_text,
    .write = refuse_write,
    .ready = always_ready,
    .waiting = text_left,
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

static long by_descriptor(long number, const char *rest, struct nvx_special *special)
{
    if (number < 0)
        return number;
    special->descriptor = (int)number;
    special->rest = rest;
    return *rest != '\0' && nvx_file_get((int)number)->node == NULL ? -ENOTDIR : 1;
}

static long by_folder(const struct nvx_folder *folder, struct nvx_special *special)
{
    nvx_special_folder_is_used = true;
    special->kind = &nvx_folder_kind;
    special->object = (void *)(uintptr_t)folder;
    return 1;
}

/* What lies in the folder of open files, or that itself. */
static long look_in_descriptors(const char *rest, struct nvx_special *special)
{
    const char *following;
    long number;

    while (*rest == '/')
        rest++;
    if (*rest == '\0')
        return by_folder(&nvx_folder_descriptors, special);
    number = number_of(rest, &following);
    return by_descriptor(number, following, special);
}

static long look_in_dev(const char *path, struct nvx_special *special)
{
    static const char *const streams[][2] = {
        {"/dev/stdin", "/proc/self/fd/0"},
        {"/dev/stdout", "/proc/self/fd/1"},
        {"/dev/stderr", "/proc/self/fd/2"},
    };
    const char *rest = nvx_special_behind(path, "/dev/fd");
    long result;

    if (rest != NULL) {
        if (*rest == '\0')
            special->target = "/proc/self/fd";
        return look_in_descriptors(rest, special);
    }
    for (int i = 0; i < 3; i++)
        if ((rest = nvx_special_behind(path, streams[i][0])) != NULL) {
            if (*rest == '\0')
                special->target = streams[i][1];
            return by_descriptor(nvx_file_get(i) == NULL ? -ENOENT : i, rest, special);
        }
    result = nvx_device_find(path, &special->kind);
    if (result != 0 || nvx_folders_make(path))
        return result;
    rest = path + sizeof("/dev") - 1;
    return rest[strspn(rest, "/")] == '\0' ? by_folder(&nvx_folder_dev, special) : 0;
}

/* Of all processes there is this one, by its number or as `self`. */
static long look_in_proc(const char *rest, struct nvx_special *special)
{
    static char own[12] = "/";
    const char *in_process = nvx_special_behind(rest, "/self");
    const char *behind;

    nvx_special_digits(own + 1, (uint32_t)nvx_process_id);
    while (*rest == '/' && (rest[1] == '/' || rest[1] == '\0'))
        rest++;
    if (*rest == '\0')
        return by_folder(&nvx_folder_proc, special);
    if (in_process != NULL && *in_process == '\0')
        special->target = own + 1;
    if (in_process == NULL && (in_process = nvx_special_behind(rest, own)) == NULL)
        return 0;
    if (in_process[0] == '\0' || strcmp(in_process, "/") == 0)
        return by_folder(&nvx_folder_process, special);
    if ((behind = nvx_special_behind(in_process, "/fd")) != NULL)
        return look_in_descriptors(behind, special);
    if ((behind = nvx_special_behind(in_process, "/exe")) == NULL)
        return 0;
    special->target = nvx_process_path();
    return *behind == '\0' ? 1 : -ENOTDIR;
}

long nvx_special_look_up(const char *path, struct nvx_special *special)
{
    const char *rest;

    if (!nvx_readable(path, 1))
        return -EFAULT;
    if (!nvx_may_be_special(path) || nvx_text_length(path, NVX_PATH_BYTES) < 0)
        return 0;
    *special = (struct nvx_special){.descriptor = -1};
    if (nvx_special_behind(path, "/dev") != NULL)
        return look_in_dev(path, special);
    if ((rest = nvx_special_behind(path, "/proc")) != NULL)
        return look_in_proc(rest, special);
    if (nvx_special_behind(path, "/tmp") != NULL)
        (void)nvx_folders_make(path);
    return 0;
}

/* The folder of special paths that a walk begins in, or null. */
static const struct nvx_folder *begins_in(int directory)
{
    const struct nvx_file *file = nvx_file_get(directory);
    const struct nvx_folder *folder = file == NULL ? NULL : nvx_folder_of(file);

    return folder == NULL && nvx_path_begins_in(directory, nvx_folder_dev.path) ? &nvx_folder_dev : folder;
}

long nvx_special_look_up_at(int directory, const char *path, struct nvx_special *special)
{
    /* What is found points into it; no other walk begins before this one is done with that. */
    static char whole[NVX_PATH_BYTES];
    const struct nvx_folder *folder;

    if (!nvx_readable(path, 1))
        return -EFAULT;
    if (path[0] == '/' || !nvx_special_folder_is_used || nvx_text_length(path, NVX_PATH_BYTES / 2) <= 0)
        return nvx_special_look_up(path, special);
    folder = begins_in(directory);
    if (folder == NULL)
        return 0;
    strcpy(stpcpy(stpcpy(whole, folder->path), "/"), path);
    return nvx_special_look_up(whole, special);
}

uint64_t nvx_special_number(const struct nvx_special *special, bool follow)
{
    if (special->target != NULL && !follow)
        return (uintptr_t)special->target;
    if (special->descriptor >= 0)
        return (uint64_t)special->descriptor + 1;
    return special->object != NULL ? (uintptr_t)special->object : (uintptr_t)special->kind;
}

bool nvx_special_instead(const char *path, struct nvx_special *special)
{
    static const char *const files[][2] = {
        {"/etc/passwd", "root:x:0:0:root:/:/bin/sh\n"},
        {"/etc/group", "root:x:0:\n"},
        {"/etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\t" NVX_HOST_NAME "\n::1\tlocalhost\n"},
    };

    for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (strcmp(path, files[i][0]) == 0) {
            *special = (struct nvx_special){.kind = &text_kind, .object = (void *)(uintptr_t)files[i][1], .descriptor = -1};
            return true;
        }
    return false;
}

char *nvx_special_digits(char *at, uint32_t number)
{
    char digits[10];
    unsigned count = 0;

    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0)
        *at++ = digits[--count];
    *at = '\0';
    return at;
}

/* `kind:[number]`. */
static const char *with_number(const char *kind, uint32_t number, char *text)
{
    strcpy(nvx_special_digits(stpcpy(stpcpy(text, kind), ":["), number), "]");
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

        path = kind == &nvx_folder_kind ? ((const struct nvx_folder *)file->object)->path : kind->name;
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
