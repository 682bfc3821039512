/*
 * Open files: the table of descriptors, opening, closing, duplicating, flags.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "calls.h"
#include "channel.h"
#include "fat/content.h"
#include "fat/node.h"
#include "fat/volume.h"
#include "fifo.h"
#include "kinds.h"
#include "limits.h"
#include "pages.h"
#include "path.h"
#include "pointers.h"
#include "rlimits.h"
#include "special.h"
#include "tree.h"

struct descriptor {
    struct nvx_file *file;
    bool close_on_exec;
};

static struct nvx_file standard[] = {
    {.references = 1, .flags = O_RDONLY, .kind = &nvx_stream_kind, .stream = 0},
    {.references = 1, .flags = O_WRONLY, .kind = &nvx_stream_kind, .stream = 1},
    {.references = 1, .flags = O_WRONLY, .kind = &nvx_stream_kind, .stream = 2},
};

static struct descriptor descriptors[NVX_DESCRIPTORS] = {
    {&standard[0], false},
    {&standard[1], false},
    {&standard[2], false},
};
static struct nvx_file *free_files;
/* Descriptions made so far. */
static uint32_t opened;

struct nvx_file *nvx_file_get(int descriptor)
{
    return (unsigned)descriptor < NVX_DESCRIPTORS ? descriptors[descriptor].file : NULL;
}

static struct nvx_file *allocate(void)
{
    struct nvx_file *file = free_files;

    if (file == NULL) {
        struct nvx_file *page = nvx_pages_take(1);

        if (page == NULL)
            return NULL;
        for (unsigned i = 0; i < NANVIX_PAGE_SIZE / sizeof(*page); i++) {
            page[i].next_free = free_files;
            free_files = &page[i];
        }
        file = free_files;
    }
    free_files = file->next_free;
    return file;
}

void nvx_file_release(struct nvx_file *file)
{
    if (--file->references > 0)
        return;
    if (file->node != NULL)
        fat_node_release(file->node);
    else if (file->kind->close != NULL)
        file->kind->close(file);
    if (file < standard || file >= standard + sizeof(standard) / sizeof(standard[0])) {
        file->next_free = free_files;
        free_files = file;
    }
}

/* The lowest free descriptor that is not below `lowest`, or -EMFILE. */
static int free_descriptor(int lowest)
{
    int end = (int)nvx_rlimit(RLIMIT_NOFILE);

    for (int i = lowest; i < end; i++)
        if (descriptors[i].file == NULL)
            return i;
    return -EMFILE;
}

/* A new description with one reference, and a descriptor for it; takes over the reference to the node unless it fails.
 */
static long install(const struct nvx_file *what)
{
    int descriptor = free_descriptor(0);

    if (descriptor < 0)
        return descriptor;

    struct nvx_file *file = allocate();

    if (file == NULL)
        return -ENOMEM;
    *file = *what;
    file->references = 1;
    file->serial = ++opened;
    file->flags &= ~(O_CLOEXEC | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
    descriptors[descriptor] = (struct descriptor){file, (what->flags & O_CLOEXEC) != 0};
    return descriptor;
}

long nvx_file_open(const struct nvx_kind *kind, int flags, void *object)
{
    return install(&(struct nvx_file){.flags = flags, .kind = kind, .object = object});
}

long nvx_file_open_nameless(int flags, unsigned mode)
{
    struct fat_node *node;
    long result = fat_mount();

    if (result == 0 && free_descriptor(0) < 0)
        result = -EMFILE;
    if (result == 0)
        result = nvx_tree_create_nameless(mode, &node);
    if (result < 0)
        return result;
    result = install(&(struct nvx_file){.flags = flags, .node = node});
    if (result < 0)
        fat_node_release(node);
    return result;
}

long nvx_file_directory(int descriptor, struct fat_node **node)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->node == NULL || !file->node->is_directory)
        return -ENOTDIR;
    *node = file->node;
    return 0;
}

long nvx_file_mappable(int descriptor, bool shared, bool writes, struct fat_node **node)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->node == NULL || file->node->is_directory)
        return -ENODEV;
    if ((file->flags & O_PATH) || (file->flags & O_ACCMODE) == O_WRONLY ||
        (shared && writes && (file->flags & O_ACCMODE) != O_RDWR))
        return (file->flags & O_PATH) ? -EBADF : -EACCES;
    if (shared && writes && (file->node->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
        return -EPERM;
    *node = file->node;
    return 0;
}

static bool wants_to_write(int flags)
{
    int mode = flags & O_ACCMODE;

    return mode == O_WRONLY || mode == O_RDWR;
}

/* Checks that a file that exists may be opened like this. */
static long check_existing(const struct fat_node *node, int flags)
{
    bool writes = wants_to_write(flags) || (flags & O_TRUNC);

    if ((flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    if (node->is_directory)
        return writes || (flags & O_CREAT) ? -EISDIR : 0;
    if (flags & O_DIRECTORY)
        return -ENOTDIR;
    if (node->is_link && !(flags & O_PATH))
        return -ELOOP;
    if (writes && fat_volume.read_only && !node->is_fifo)
        return -EROFS;
    if (writes && (node->attributes & FAT_ATTRIBUTE_READ_ONLY))
        return -EACCES;
    return node->is_socket && !(flags & O_PATH) ? -ENXIO : 0;
}

static long open_walked(struct nvx_path *path, int flags, unsigned mode)
{
    struct fat_node *node = path->node;
    bool created = node == NULL;
    long result;

    /* What ends in a slash is no name for a file to be made. */
    if ((flags & O_CREAT) && path->slash)
        return -EISDIR;
    if (created && !(flags & O_CREAT))
        return -ENOENT;
    if (created && (flags & O_DIRECTORY))
        return -EINVAL;
    result = nvx_path_check_slash(path);
    if (result < 0)
        return result;
    if (free_descriptor(0) < 0)
        return -EMFILE;
    if (created)
        result = nvx_tree_create_file(path, mode, &node);
    else
        result = check_existing(node, flags);
    if (result < 0)
        return result;
    if (node->is_fifo && !(flags & O_PATH))
        return nvx_fifo_open(node, flags);
    if (!created) {
        fat_node_keep(node);
        if ((flags & O_TRUNC) && !(flags & O_PATH) && node->size > 0)
            (void)fat_content_resize(node, 0);
    }
    result = install(&(struct nvx_file){.flags = flags, .node = node});
    if (result < 0)
        fat_node_release(node);
    return result;
}

static long duplicate(int descriptor, int lowest, bool close_on_exec)
{
    struct nvx_file *file = nvx_file_get(descriptor);
    int copy;

    if (file == NULL)
        return -EBADF;
    copy = free_descriptor(lowest);
    if (copy < 0)
        return copy;
    file->references++;
    descriptors[copy] = (struct descriptor){file, close_on_exec};
    return copy;
}

static long open_kind(const struct nvx_kind *kind, int flags, void *object)
{
    bool is_directory = (kind->mode & S_IFMT) == S_IFDIR;

    if ((flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    if (is_directory ? wants_to_write(flags) : (flags & O_DIRECTORY) != 0)
        return is_directory ? -EISDIR : -ENOTDIR;
    if (kind->open_error != 0)
        return -(long)kind->open_error;
    return nvx_file_open(kind, flags, object);
}

/* Opens what is not on the volume. -ENOENT also for a file that is, and was named by its descriptor: the walk knows it. */
static long open_special(const struct nvx_special *special, int flags)
{
    if (special->kind != NULL)
        return open_kind(special->kind, flags, special->object);
    if (special->descriptor < 0 || nvx_file_get(special->descriptor)->node != NULL)
        return -ENOENT;
    return duplicate(special->descriptor, 0, (flags & O_CLOEXEC) != 0);
}

/* A file without a name, in a directory that only says on which volume. */
static long open_nameless(int directory, const char *text, int flags, unsigned mode)
{
    struct fat_node *node;
    long result;

    if (!wants_to_write(flags))
        return -EINVAL;
    result = nvx_path_find(directory, text, NVX_FOLLOW, &node);
    if (result < 0)
        return result;
    result = node->is_directory ? nvx_file_open_nameless(flags & ~O_TMPFILE, mode) : -ENOTDIR;
    fat_node_release(node);
    return result;
}

static enum nvx_follow follow_by(int flags)
{
    return (flags & O_NOFOLLOW) || ((flags & O_CREAT) && (flags & O_EXCL)) ? NVX_NO_FOLLOW : NVX_FOLLOW;
}

long nvx_call_openat(int directory, const char *text, int flags, unsigned mode)
{
    struct nvx_special special;
    struct nvx_path path;
    long result;

    if ((flags & O_TMPFILE) == O_TMPFILE)
        return open_nameless(directory, text, flags, mode);
    /* A path-only descriptor takes no notice of anything else. */
    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    else if ((flags & O_ACCMODE) == (O_WRONLY | O_RDWR))
        return -EINVAL;
    if (!nvx_readable(text, 1))
        return -EFAULT;
    if (nvx_may_be_special(text)) {
        result = nvx_special_look_up_at(directory, text, &special);
        if (result > 0)
            result = open_special(&special, flags);
        if (result != 0 && result != -ENOENT)
            return result;
    }
    result = nvx_path_walk(directory, text, follow_by(flags), &path);
    if (result == 0) {
        result = open_walked(&path, flags, mode);
        nvx_path_release(&path);
    }
    if (result == -ENOENT && !(flags & O_CREAT) && nvx_special_instead(text, &special))
        result = wants_to_write(flags) ? -EACCES : open_kind(special.kind, flags, special.object);
    return result;
}

long nvx_call_open(const char *text, int flags, unsigned mode)
{
    return nvx_call_openat(AT_FDCWD, text, flags, mode);
}

long nvx_call_creat(const char *text, unsigned mode)
{
    return nvx_call_openat(AT_FDCWD, text, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long nvx_call_close(int descriptor)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    descriptors[descriptor].file = NULL;
    nvx_file_release(file);
    return 0;
}

long nvx_call_dup(int descriptor)
{
    return duplicate(descriptor, 0, false);
}

static long duplicate_to(int descriptor, int target, bool close_on_exec)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL || (unsigned)target >= nvx_rlimit(RLIMIT_NOFILE))
        return -EBADF;
    file->references++;
    if (descriptors[target].file != NULL)
        (void)nvx_call_close(target);
    descriptors[target] = (struct descriptor){file, close_on_exec};
    return target;
}

long nvx_call_dup2(int descriptor, int target)
{
    if (descriptor == target)
        return nvx_file_get(descriptor) == NULL ? -EBADF : target;
    return duplicate_to(descriptor, target, false);
}

long nvx_call_dup3(int descriptor, int target, int flags)
{
    if (descriptor == target || (flags & ~O_CLOEXEC) != 0)
        return -EINVAL;
    return duplicate_to(descriptor, target, (flags & O_CLOEXEC) != 0);
}

static long set_status_flags(struct nvx_file *file, int flags)
{
    const int changeable = O_APPEND | O_NONBLOCK;

    file->flags = (file->flags & ~changeable) | (flags & changeable);
    return 0;
}

/* Nobody else is there to hold a lock. */
long nvx_call_flock(int descriptor, int operation)
{
    operation &= ~LOCK_NB;
    if (nvx_file_get(descriptor) == NULL)
        return -EBADF;
    return operation == LOCK_SH || operation == LOCK_EX || operation == LOCK_UN ? 0 : -EINVAL;
}

/* The size of a pipe, or another one. */
static long pipe_size(const struct nvx_file *file, const uintptr_t *wanted)
{
    struct nvx_channel *channel;

    if (file->node != NULL || !S_ISFIFO(file->kind->mode) || file->object == NULL)
        return -EBADF;
    channel = nvx_fifo_node(file) == NULL ? file->object : nvx_fifo_channel(file);
    return wanted == NULL ? nvx_channel_capacity(channel) : nvx_channel_resize(channel, *wanted);
}

long nvx_call_fcntl64(int descriptor, int command, uintptr_t argument)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if (argument >= nvx_rlimit(RLIMIT_NOFILE))
            return -EINVAL;
        return duplicate(descriptor, (int)argument, command == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return descriptors[descriptor].close_on_exec ? FD_CLOEXEC : 0;
    case F_SETFD:
        descriptors[descriptor].close_on_exec = (argument & FD_CLOEXEC) != 0;
        return 0;
    case F_GETFL:
        return file->flags | O_LARGEFILE;
    case F_SETFL:
        return set_status_flags(file, (int)argument);
    case F_GETLK:
        /* Nobody else is there to hold a lock. */
        ((struct flock *)argument)->l_type = F_UNLCK;
        return 0;
    case F_GETPIPE_SZ:
        return pipe_size(file, NULL);
    case F_SETPIPE_SZ:
        return pipe_size(file, &argument);
    case F_GET_SEALS:
    case F_ADD_SEALS:
        return nvx_memfd_seal(file, command == F_ADD_SEALS ? &argument : NULL);
    case F_SETLK:
    case F_SETLKW:
        return file->node != NULL ? 0 : -EINVAL;
    default:
        return -EINVAL;
    }
}

long nvx_call_ioctl(int descriptor, unsigned request, uintptr_t argument)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    switch (request) {
    case FIOCLEX:
    case FIONCLEX:
        descriptors[descriptor].close_on_exec = request == FIOCLEX;
        return 0;
    case FIONBIO:
        return set_status_flags(file, (file->flags & ~O_NONBLOCK) | (*(const int *)argument ? O_NONBLOCK : 0));
    case FIONREAD:
        if (file->node == NULL && file->kind->waiting == NULL)
            return -ENOTTY;
        if (!nvx_writable((void *)argument, sizeof(int)))
            return -EFAULT;
        *(int *)argument = (int)(file->node == NULL ? file->kind->waiting(file) : file->node->size - file->offset);
        return 0;
    default:
        /* Nothing is a terminal. */
        return -ENOTTY;
    }
}
