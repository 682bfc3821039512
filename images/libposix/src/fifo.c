/*
 * Named pipes (fifo.h): a channel that is there as long as somebody has the name open. Every open file of one is its node.
 */
#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "channel.h"
#include "fat/node.h"
#include "files.h"
#include "kinds.h"
#include "pages.h"
#include "wait.h"

struct nvx_fifo {
    struct nvx_channel *channel;
    /* Open files that read, and that write; those that still wait for the other side count. */
    unsigned readers;
    unsigned writers;
    /* How often either was opened: who waits for the other side is let in also if that is gone again. */
    unsigned reader_opens;
    unsigned writer_opens;
    struct nvx_fifo *next_free;
};

static struct nvx_fifo *free_fifos;

/* An offset that says: there was a writer when this reader was opened. */
static const uint64_t had_writer = UINT64_MAX;

static bool reads(int flags)
{
    return (flags & O_ACCMODE) != O_WRONLY;
}

static bool writes(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY;
}

static struct nvx_fifo *make(struct fat_node *node)
{
    struct nvx_fifo *fifo = free_fifos;

    if (fifo == NULL) {
        struct nvx_fifo *page = nvx_pages_take(1);

        if (page == NULL)
            return NULL;
        for (unsigned i = 0; i < NANVIX_PAGE_SIZE / sizeof(*page); i++) {
            page[i].next_free = free_fifos;
            free_fifos = &page[i];
        }
        fifo = free_fifos;
    }
    struct nvx_channel *channel = nvx_channel_make(NVX_CHANNEL_STREAM);

    if (channel == NULL)
        return NULL;
    free_fifos = fifo->next_free;
    *fifo = (struct nvx_fifo){.channel = channel};
    node->fifo = fifo;
    return fifo;
}

static void join(struct nvx_fifo *fifo, int flags)
{
    fifo->readers += reads(flags);
    fifo->reader_opens += reads(flags);
    fifo->writers += writes(flags);
    fifo->writer_opens += writes(flags);
    nvx_channel_set_ends(fifo->channel, fifo->readers > 0, fifo->writers > 0);
}

static void leave(struct fat_node *node, int flags)
{
    struct nvx_fifo *fifo = node->fifo;

    fifo->readers -= reads(flags);
    fifo->writers -= writes(flags);
    nvx_channel_set_ends(fifo->channel, fifo->readers > 0, fifo->writers > 0);
    if (fifo->readers + fifo->writers == 0) {
        node->fifo = NULL;
        fifo->next_free = free_fifos;
        free_fifos = fifo;
    }
    fat_node_release(node);
}

static int how(const struct nvx_file *file)
{
    return (file->flags & O_NONBLOCK) ? NVX_CHANNEL_AT_ONCE : NVX_CHANNEL_WAITS;
}

static long read_fifo(struct nvx_file *file, void *buffer, size_t bytes)
{
    return nvx_channel_read(nvx_fifo_channel(file), buffer, bytes, how(file));
}

static long write_fifo(struct nvx_file *file, const void *buffer, size_t bytes)
{
    return nvx_channel_write(nvx_fifo_channel(file), buffer, bytes, how(file));
}

static short ready(const struct nvx_file *file)
{
    const struct nvx_fifo *fifo = nvx_fifo_node(file)->fifo;
    short readable = reads(file->flags) ? nvx_channel_readable(fifo->channel) : 0;

    /* The end is the end only for who has seen a beginning. */
    if (file->offset == fifo->writer_opens)
        readable &= (short)~POLLHUP;
    return readable | (writes(file->flags) ? nvx_channel_writable(fifo->channel) : 0);
}

static size_t waiting(const struct nvx_file *file)
{
    return nvx_channel_waiting(nvx_fifo_channel(file));
}

static void close_fifo(struct nvx_file *file)
{
    leave(nvx_fifo_node(file), file->flags);
}

static const struct nvx_kind kind = {
    .name = "named pipe",
    .mode = S_IFIFO | 0600,
    .read = read_fifo,
    .write = write_fifo,
    .ready = ready,
    .waiting = waiting,
    .close = close_fifo,
};

struct fat_node *nvx_fifo_node(const struct nvx_file *file)
{
    return file->kind == &kind ? file->object : NULL;
}

struct nvx_channel *nvx_fifo_channel(const struct nvx_file *file)
{
    const struct fat_node *node = nvx_fifo_node(file);

    return node == NULL ? NULL : node->fifo->channel;
}

static long wait_for_other(const unsigned *opens)
{
    unsigned seen = *opens;
    long result = 0;

    while (*opens == seen && result == 0)
        result = nvx_wait_since(nvx_wait_mark(), NULL);
    return result;
}

long nvx_fifo_open(struct fat_node *node, int flags)
{
    struct nvx_fifo *fifo = node->fifo;
    bool both = reads(flags) && writes(flags);
    bool alone;
    uint64_t seen;
    long result = 0;

    if (!reads(flags) && (flags & O_NONBLOCK) && (fifo == NULL || fifo->readers == 0))
        return -ENXIO;
    if (fifo == NULL && (fifo = make(node)) == NULL)
        return -ENOMEM;
    join(fifo, flags);
    (void)fat_node_keep(node);
    alone = (reads(flags) ? fifo->writers : fifo->readers) == 0;
    seen = alone && (flags & O_NONBLOCK) ? fifo->writer_opens : had_writer;
    if (!both && alone && !(flags & O_NONBLOCK))
        result = wait_for_other(reads(flags) ? &fifo->writer_opens : &fifo->reader_opens);
    if (result == 0)
        result = nvx_file_open(&kind, flags, node);
    if (result < 0)
        leave(node, flags);
    else
        nvx_file_get((int)result)->offset = seen;
    return result;
}
