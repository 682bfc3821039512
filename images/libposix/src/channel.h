/*
 * A channel: bytes that go one way, from those who may write to those who may read. A pipe is one, two connected sockets have two.
 * What goes through is one stream, or messages that are read one by one as they were written.
 */
#ifndef NVX_CHANNEL_H
#define NVX_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iovec;
struct nvx_channel;

enum nvx_channel_form {
    NVX_CHANNEL_STREAM,
    /* Messages; a reader is told when there is no writer any more (SOCK_SEQPACKET). */
    NVX_CHANNEL_PACKETS,
    /* Messages; it is not, and a writer without a reader is refused (SOCK_DGRAM). */
    NVX_CHANNEL_DATAGRAMS,
};

enum nvx_channel_how {
    NVX_CHANNEL_WAITS = 0,
    /* Do what can be done at once, or EAGAIN. */
    NVX_CHANNEL_AT_ONCE = 1,
    /* Leave what was read where it is. */
    NVX_CHANNEL_PEEKS = 2,
    /* No SIGPIPE. */
    NVX_CHANNEL_QUIET = 4,
};

/* What goes with a message: sockets say so whose it is. */
enum { NVX_LABEL_BYTES = 112 };
struct nvx_label {
    uint32_t length;
    uint8_t bytes[NVX_LABEL_BYTES];
};

/* A channel with one reader and one writer, or null for want of memory. */
struct nvx_channel *nvx_channel_make(enum nvx_channel_form form);

/* An end is given up; the second one frees the channel. */
void nvx_channel_leave_reader(struct nvx_channel *channel);
void nvx_channel_leave_writer(struct nvx_channel *channel);

/* For who counts several readers and writers: whether there are any. Without either the channel is freed. */
void nvx_channel_set_ends(struct nvx_channel *channel, bool reader, bool writer);

/* Bytes read: 0 once it is empty and has no writer. */
long nvx_channel_read(struct nvx_channel *channel, void *buffer, size_t bytes, int how);

/* Bytes written; up to PIPE_BUF of them are never parted. -EPIPE, and SIGPIPE for the thread, without a reader. */
long nvx_channel_write(struct nvx_channel *channel, const void *buffer, size_t bytes, int how);

/* Writes parts as one message with a label; all of it or nothing. -EMSGSIZE if it never fits. */
long nvx_channel_send(struct nvx_channel *channel, const struct iovec *parts, size_t count, int how,
                      const struct nvx_label *label);

/* Reads one message into parts; what has no room in them is lost. Bytes read; `whole` gets the message's length. */
long nvx_channel_receive(struct nvx_channel *channel, const struct iovec *parts, size_t count, int how, size_t *whole,
                         struct nvx_label *label);

/* POLLIN and POLLHUP as a reader sees it; POLLOUT and POLLERR as a writer does. */
short nvx_channel_readable(const struct nvx_channel *channel);
short nvx_channel_writable(const struct nvx_channel *channel);

/* How much it may hold, and changing that: a power of two in pages. -EPERM above the largest, -EBUSY if more is in it. */
long nvx_channel_capacity(const struct nvx_channel *channel);
long nvx_channel_resize(struct nvx_channel *channel, size_t bytes);

/* Bytes that wait to be read, of messages those of the next. */
size_t nvx_channel_waiting(const struct nvx_channel *channel);

#endif
