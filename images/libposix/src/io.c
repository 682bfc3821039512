/*
 * Reading, writing and seeking in open files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>
#include <unistd.h>

#include "calls.h"
#include "fat/content.h"
#include "fat/node.h"
#include "files.h"
#include "kinds.h"
#include "pointers.h"

/* The file of a descriptor that may be read (or written), or a negated error. */
static long file_for(int descriptor, int unwanted_mode, struct nvx_file **file)
{
    *file = nvx_file_get(descriptor);
    if (*file == NULL || ((*file)->flags & O_PATH) || ((*file)->flags & O_ACCMODE) == unwanted_mode)
        return -EBADF;
    return 0;
}

/* Reads at the file's own offset (`at` null), or at another one. */
static long read_from(struct nvx_file *file, void *buffer, size_t bytes, const uint64_t *at)
{
    if (file->node != NULL && file->node->is_directory)
        return -EISDIR;
    if (file->node == NULL) {
        long result;

        if (at != NULL && !file->kind->seeks)
            return -ESPIPE;
        /* The file has to outlive a close by another thread. */
        file->references++;
        result = file->kind->read(file, buffer, bytes);
        nvx_file_release(file);
        return result;
    }

    uint64_t offset = at == NULL ? file->offset : *at;
    uint64_t left = offset < file->node->size ? file->node->size - offset : 0;

    /* A buffer may be smaller than it is said to be, as long as what comes fits. */
    if (bytes > left)
        bytes = (size_t)left;
    if (!nvx_writable(buffer, bytes))
        return -EFAULT;

    size_t done = fat_content_read(file->node, offset, buffer, bytes);

    if (at == NULL)
        file->offset += done;
    return (long)done;
}

static long write_to(struct nvx_file *file, const void *buffer, size_t bytes, const uint64_t *at)
{
    if (file->node == NULL) {
        long result;

        if (at != NULL && !file->kind->seeks)
            return -ESPIPE;
        file->references++;
        result = file->kind->write(file, buffer, bytes);
        nvx_file_release(file);
        return result;
    }
    if (!nvx_readable(buffer, bytes))
        return -EFAULT;

    uint64_t offset = (file->flags & O_APPEND) ? file->node->size : at != NULL ? *at : file->offset;
    long done = fat_content_write(file->node, offset, buffer, bytes);

    if (done > 0 && at == NULL)
        file->offset = offset + (uint64_t)done;
    return done;
}

static long check_length(size_t bytes)
{
    return bytes > SSIZE_MAX ? -EINVAL : 0;
}

long nvx_call_read(int descriptor, void *buffer, size_t bytes)
{
    struct nvx_file *file;
    long result = file_for(descriptor, O_WRONLY, &file);

    if (result == 0)
        result = check_length(bytes);
    return result < 0 ? result : read_from(file, buffer, bytes, NULL);
}

long nvx_call_write(int descriptor, const void *buffer, size_t bytes)
{
    struct nvx_file *file;
    long result = file_for(descriptor, O_RDONLY, &file);

    if (result == 0)
        result = check_length(bytes);
    return result < 0 ? result : write_to(file, buffer, bytes, NULL);
}

static long check_offset(uint32_t low, uint32_t high, uint64_t *offset)
{
    *offset = (uint64_t)high << 32 | low;
    return (int64_t)*offset < 0 ? -EINVAL : 0;
}

long nvx_call_pread64(int descriptor, void *buffer, size_t bytes, uint32_t low, uint32_t high)
{
    struct nvx_file *file;
    uint64_t offset;
    long result = file_for(descriptor, O_WRONLY, &file);

    if (result == 0)
        result = check_length(bytes);
    if (result == 0)
        result = check_offset(low, high, &offset);
    return result < 0 ? result : read_from(file, buffer, bytes, &offset);
}

long nvx_call_pwrite64(int descriptor, const void *buffer, size_t bytes, uint32_t low, uint32_t high)
{
    struct nvx_file *file;
    uint64_t offset;
    long result = file_for(descriptor, O_RDONLY, &file);

    if (result == 0)
        result = check_length(bytes);
    if (result == 0)
        result = check_offset(low, high, &offset);
    return result < 0 ? result : write_to(file, buffer, bytes, &offset);
}

static long check_vector(const struct iovec *vector, int count)
{
    size_t total = 0;

    if (count < 0 || count > IOV_MAX)
        return -EINVAL;
    if (!nvx_readable(vector, (size_t)count * sizeof(*vector)))
        return -EFAULT;
    for (int i = 0; i < count; i++) {
        total += vector[i].iov_len;
        if (vector[i].iov_len > SSIZE_MAX || total > SSIZE_MAX)
            return -EINVAL;
    }
    return 0;
}

/* Goes through a vector of buffers until one is not done in full. */
static long transfer_vector(struct nvx_file *file, const struct iovec *vector, int count, uint64_t *at, bool writes)
{
    size_t total = 0;

    if (file->node == NULL && file->kind->vector != NULL) {
        long result;

        if (at != NULL)
            return -ESPIPE;
        file->references++;
        result = file->kind->vector(file, vector, (size_t)count, writes);
        nvx_file_release(file);
        return result;
    }
    for (int i = 0; i < count; i++) {
        long done;

        if (vector[i].iov_len == 0)
            continue;
        /* What came is not kept back until more comes. */
        if (total > 0 && !writes && file->node == NULL && !(file->kind->ready(file) & POLLIN))
            break;
        done = writes ? write_to(file, vector[i].iov_base, vector[i].iov_len, at)
                      : read_from(file, vector[i].iov_base, vector[i].iov_len, at);
        if (done < 0)
            return total > 0 ? (long)total : done;
        total += (size_t)done;
        if (at != NULL)
            *at += (size_t)done;
        if ((size_t)done < vector[i].iov_len)
            break;
    }
    return (long)total;
}

long nvx_call_readv(int descriptor, const struct iovec *vector, int count)
{
    struct nvx_file *file;
    long result = file_for(descriptor, O_WRONLY, &file);

    if (result == 0)
        result = check_vector(vector, count);
    return result < 0 ? result : transfer_vector(file, vector, count, NULL, false);
}

long nvx_call_writev(int descriptor, const struct iovec *vector, int count)
{
    struct nvx_file *file;
    long result = file_for(descriptor, O_RDONLY, &file);

    if (result == 0)
        result = check_vector(vector, count);
    return result < 0 ? result : transfer_vector(file, vector, count, NULL, true);
}

long nvx_call_preadv(int descriptor, const struct iovec *vector, int count, uint32_t low, uint32_t high)
{
    struct nvx_file *file;
    uint64_t offset;
    long result = file_for(descriptor, O_WRONLY, &file);

    if (result == 0)
        result = check_vector(vector, count);
    if (result == 0)
        result = check_offset(low, high, &offset);
    return result < 0 ? result : transfer_vector(file, vector, count, &offset, false);
}

long nvx_call_pwritev(int descriptor, const struct iovec *vector, int count, uint32_t low, uint32_t high)
{
    struct nvx_file *file;
    uint64_t offset;
    long result = file_for(descriptor, O_RDONLY, &file);

    if (result == 0)
        result = check_vector(vector, count);
    if (result == 0)
        result = check_offset(low, high, &offset);
    return result < 0 ? result : transfer_vector(file, vector, count, &offset, true);
}

static uint64_t size_of(const struct nvx_file *file)
{
    if (file->node != NULL)
        return file->node->size;
    return file->offset + (file->kind->waiting == NULL ? 0 : file->kind->waiting(file));
}

static long seek(int descriptor, int64_t offset, int whence, int64_t *position)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->node == NULL && file->kind->seeks != NVX_SEEKS) {
        *position = 0;
        return file->kind->seeks == NVX_SEEKS_NOT ? -ESPIPE : 0;
    }
    switch (whence) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        offset += (int64_t)file->offset;
        break;
    case SEEK_END:
        offset += (int64_t)size_of(file);
        break;
    case SEEK_DATA:
    case SEEK_HOLE:
        /* A FAT file has no holes but the one at its end. */
        if (offset < 0 || offset >= (int64_t)size_of(file))
            return -ENXIO;
        if (whence == SEEK_HOLE)
            offset = file->node->size;
        break;
    default:
        return -EINVAL;
    }
    if (offset < 0)
        return -EINVAL;
    file->offset = (uint64_t)offset;
    *position = offset;
    return 0;
}

long nvx_call__llseek(int descriptor, uint32_t high, uint32_t low, int64_t *position, int whence)
{
    return seek(descriptor, (int64_t)((uint64_t)high << 32 | low), whence, position);
}

long nvx_call_lseek(int descriptor, long offset, int whence)
{
    int64_t position = 0;
    long result = seek(descriptor, offset, whence, &position);

    if (result < 0)
        return result;
    return position > LONG_MAX ? -EOVERFLOW : (long)position;
}

/* The volume is memory: what was written is where it stays. Only the time of modification may be due. */
long nvx_call_fsync(int descriptor)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->node == NULL)
        return -EINVAL;
    fat_node_store_time(file->node);
    return 0;
}

long nvx_call_sync(void)
{
    return 0;
}

long nvx_call_fadvise64_64(int descriptor)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    return file->node == NULL ? -ESPIPE : 0;
}
