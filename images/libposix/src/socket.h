/*
 * Sockets of AF_UNIX, within the program (there is no network): what the files of their calls share.
 *
 * A stream or packet socket that is connected is an end: it has a channel each way, and its peer. A datagram socket has one
 * channel, which it reads and any other may send into; its peer is where it sends to unless told otherwise. A name leads to a
 * socket by a file of the volume, or by a list of names that no file has (abstract ones).
 */
#ifndef NVX_SOCKET_H
#define NVX_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "channel.h"

struct fat_node;
struct nvx_file;

enum nvx_socket_state { NVX_SOCKET_NEW, NVX_SOCKET_LISTENS, NVX_SOCKET_CONNECTED, NVX_SOCKET_CLOSED };

struct nvx_socket {
    enum nvx_socket_state state;
    /* SOCK_STREAM, SOCK_SEQPACKET or SOCK_DGRAM. */
    int type;
    /* The open file, or the queue it waits in; each socket whose peer it is; each call that waits for it. */
    uint32_t references;
    /* What it reads, and what it writes; null where there is none or it was shut down. */
    struct nvx_channel *in;
    struct nvx_channel *out;
    bool shut_reading;
    bool shut_writing;
    /* It stays after it was closed, since its name can still be asked for. */
    struct nvx_socket *peer;
    /* What went wrong since somebody asked: an error number, or 0. */
    int error;
    /* Options that mean nothing here but are kept, a bit each (socket-options.c). */
    uint32_t options;
    /* struct sockaddr_un; without a name the length is 0. */
    struct nvx_label name;
    /* The file of its name, which leads here; null without one. Referenced. */
    struct fat_node *node;
    bool in_names;
    /* Of one that listens: ends whose other end has connected and that nobody accepted yet. */
    struct nvx_socket *queue;
    unsigned queued;
    unsigned backlog;
    /* In a queue, in the list of abstract names, or in that of free ones. */
    struct nvx_socket *next;
};

/* A new socket with one reference, or null for want of memory. */
struct nvx_socket *nvx_socket_make(int type);

/* Makes two ends of one connection. 0 or -ENOMEM. */
long nvx_socket_join(struct nvx_socket *one, struct nvx_socket *other);

/* What its open file, or the queue it waited in, has to do with it is over. */
void nvx_socket_close(struct nvx_socket *socket);

/* The socket is somebody's peer, or is waited for; and is no more. */
struct nvx_socket *nvx_socket_keep(struct nvx_socket *socket);
void nvx_socket_release(struct nvx_socket *socket);

/* A descriptor for a socket, which takes over its reference unless it fails. */
long nvx_socket_open(struct nvx_socket *socket, int flags);

/* The open file of a descriptor that is a socket's, or a negated error. */
long nvx_socket_of(int descriptor, struct nvx_file **file);

/* Reads and writes (socket-messages.c). */
long nvx_socket_read(struct nvx_file *file, void *buffer, size_t bytes);
long nvx_socket_write(struct nvx_file *file, const void *buffer, size_t bytes);
long nvx_socket_vector(struct nvx_file *file, const struct iovec *parts, size_t count, bool writes);

/* Names (socket-names.c). What a program gave as an address; the length is that of the family alone if there is no name in it. */
long nvx_socket_take_name(const void *address, socklen_t length, struct nvx_label *name);

/* Gives a name to a program, as much as it has room for. */
long nvx_socket_give_name(const struct nvx_label *name, void *address, socklen_t *length);

/* The socket of a type that a name leads to, with a reference, or a negated error. */
long nvx_socket_find(const struct nvx_label *name, int type, struct nvx_socket **found);

/* Its name leads to it no more. */
void nvx_socket_forget_name(struct nvx_socket *socket);

#endif
