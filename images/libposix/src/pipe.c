/*
 * Pipes: two open files, one for each end of a channel.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "calls.h"
#include "channel.h"
#include "files.h"
#include "kinds.h"
#include "pointers.h"

static int how(const struct nvx_file *file)
{
    return (file->flags & O_NONBLOCK) ? NVX_CHANNEL_AT_ONCE : NVX_CHANNEL_WAITS;
}

static long read_end_read(struct nvx_file *file, void *buffer, size_t bytes)
{
    return nvx_channel_read(file->object, buffer, bytes, how(file));
}

static short read_end_ready(const struct nvx_file *file)
{
    return nvx_channel_readable(file->object);
}

static size_t waiting(const struct nvx_file *file)
{
    return nvx_channel_waiting(file->object);
}

static void read_end_close(struct nvx_file *file)
{
    nvx_channel_leave_reader(file->object);
}

static long write_end_write(struct nvx_file *file, const void *buffer, size_t bytes)
{
    return nvx_channel_write(file->object, buffer, bytes, how(file));
}

static short write_end_ready(const struct nvx_file *file)
{
    return nvx_channel_writable(file->object);
}

static void write_end_close(struct nvx_file *file)
{
    nvx_channel_leave_writer(file->object);
}

static const struct nvx_kind read_end = {
    .name = "pipe, to read",
    .mode = S_IFIFO | 0600,
    .read = read_end_read,
    .ready = read_end_ready,
    .waiting = waiting,
    .close = read_end_close,
};

static const struct nvx_kind write_end = {
    .name = "pipe, to write",
    .mode = S_IFIFO | 0600,
    .write = write_end_write,
    .ready = write_end_ready,
    .waiting = waiting,
    .close = write_end_close,
};

long nvx_call_pipe2(int ends[2], int flags)
{
    struct nvx_channel *channel;
    long reader, writer;

    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0)
        return -EINVAL;
    if (!nvx_writable(ends, 2 * sizeof(ends[0])))
        return -EFAULT;
    channel = nvx_channel_make(NVX_CHANNEL_STREAM);
    if (channel == NULL)
        return -ENOMEM;
    reader = nvx_file_open(&read_end, O_RDONLY | flags, channel);
    if (reader < 0) {
        nvx_channel_leave_reader(channel);
        nvx_channel_leave_writer(channel);
        return reader;
    }
    writer = nvx_file_open(&write_end, O_WRONLY | flags, channel);
    if (writer < 0) {
        nvx_channel_leave_writer(channel);
        (void)nvx_call_close((int)reader);
        return writer;
    }
    ends[0] = (int)reader;
    ends[1] = (int)writer;
    return 0;
}

long nvx_call_pipe(int ends[2])
{
    return nvx_call_pipe2(ends, 0);
}
