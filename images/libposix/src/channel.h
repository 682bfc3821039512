/*
 * A channel: bytes that go one way, from those who may write to those who may read. A pipe is one, a pair of sockets two.
 */
#ifndef NVX_CHANNEL_H
#define NVX_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct nvx_channel;

enum nvx_channel_how {
    NVX_CHANNEL_WAITS = 0,
    /* Do what can be done at once, or EAGAIN. */
    NVX_CHANNEL_AT_ONCE = 1,
    /* Leave what was read where it is. */
    NVX_CHANNEL_PEEKS = 2,
    /* No SIGPIPE. */
    NVX_CHANNEL_QUIET = 4,
};

/* A channel with one reader and one writer, or null for want of memory. */
struct nvx_channel *nvx_channel_make(void);

/* An end is given up; the second one frees the channel. */
void nvx_channel_leave_reader(struct nvx_channel *channel);
void nvx_channel_leave_writer(struct nvx_channel *channel);

/* Bytes read: 0 once it is empty and has no writer. */
long nvx_channel_read(struct nvx_channel *channel, void *buffer, size_t bytes, int how);

/* Bytes written; up to PIPE_BUF of them are never parted. -EPIPE, and SIGPIPE for the thread, without a reader. */
long nvx_channel_write(struct nvx_channel *channel, const void *buffer, size_t bytes, int how);

/* POLLIN and POLLHUP as a reader sees it; POLLOUT and POLLERR as a writer does. */
short nvx_channel_readable(const struct nvx_channel *channel);
short nvx_channel_writable(const struct nvx_channel *channel);

/* Bytes that wait to be read. */
size_t nvx_channel_waiting(const struct nvx_channel *channel);

#endif
