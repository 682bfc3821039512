/*
 * Sockets (socket.h): making, ending, and what poll says of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/stat.h>

#include "calls.h"
#include "files.h"
#include "kinds.h"
#include "limits.h"
#include "pages.h"
#include "pointers.h"
#include "socket.h"
#include "wait.h"

static struct nvx_socket *free_sockets;

static enum nvx_channel_form form_of(int type)
{
    return type == SOCK_STREAM ? NVX_CHANNEL_STREAM : type == SOCK_SEQPACKET ? NVX_CHANNEL_PACKETS : NVX_CHANNEL_DATAGRAMS;
}

struct nvx_socket *nvx_socket_make(int type)
{
    struct nvx_socket *socket = free_sockets;
    struct nvx_channel *in = NULL;

    if (socket == NULL) {
        struct nvx_socket *page = nvx_pages_take(1);

        if (page == NULL)
            return NULL;
        for (unsigned i = 0; i < NANVIX_PAGE_SIZE / sizeof(*page); i++) {
            page[i].next = free_sockets;
            free_sockets = &page[i];
        }
        socket = free_sockets;
    }
    if (type == SOCK_DGRAM && (in = nvx_channel_make(NVX_CHANNEL_DATAGRAMS)) == NULL)
        return NULL;
    free_sockets = socket->next;
    *socket = (struct nvx_socket){.type = type, .references = 1, .in = in};
    return socket;
}

struct nvx_socket *nvx_socket_keep(struct nvx_socket *socket)
{
    socket->references++;
    return socket;
}

void nvx_socket_release(struct nvx_socket *socket)
{
    if (--socket->references > 0)
        return;
    socket->next = free_sockets;
    free_sockets = socket;
}

long nvx_socket_join(struct nvx_socket *one, struct nvx_socket *other)
{
    if (one->type != SOCK_DGRAM) {
        struct nvx_channel *there = nvx_channel_make(form_of(one->type));
        struct nvx_channel *back = there == NULL ? NULL : nvx_channel_make(form_of(one->type));

        if (back == NULL) {
            if (there != NULL)
                nvx_channel_set_ends(there, false, false);
            return -ENOMEM;
        }
        one->in = other->out = back;
        one->out = other->in = there;
    }
    one->peer = nvx_socket_keep(other);
    other->peer = nvx_socket_keep(one);
    one->state = other->state = NVX_SOCKET_CONNECTED;
    return 0;
}

static void shut(struct nvx_socket *socket, bool reading, bool writing)
{
    socket->shut_reading |= reading;
    socket->shut_writing |= writing;
    if (reading && socket->in != NULL) {
        if (socket->type == SOCK_DGRAM)
            nvx_channel_set_ends(socket->in, false, false);
        else
            nvx_channel_leave_reader(socket->in);
        socket->in = NULL;
    }
    if (writing && socket->out != NULL) {
        nvx_channel_leave_writer(socket->out);
        socket->out = NULL;
    }
    nvx_wait_wake();
}

void nvx_socket_close(struct nvx_socket *socket)
{
    struct nvx_socket *peer = socket->peer;
    bool unread = socket->type != SOCK_DGRAM && socket->in != NULL && nvx_channel_waiting(socket->in) > 0;

    while (socket->queue != NULL) {
        struct nvx_socket *end = socket->queue;

        socket->queue = end->next;
        end->peer->error = ECONNRESET;
        nvx_socket_close(end);
    }
    if (unread && peer != NULL)
        peer->error = ECONNRESET;
    shut(socket, true, true);
    nvx_socket_forget_name(socket);
    socket->state = NVX_SOCKET_CLOSED;
    socket->peer = NULL;
    if (peer != NULL)
        nvx_socket_release(peer);
    nvx_socket_release(socket);
}

static short ready(const struct nvx_file *file)
{
    const struct nvx_socket *socket = file->object;
    const struct nvx_channel *out = socket->type == SOCK_DGRAM && socket->peer != NULL ? socket->peer->in : socket->out;
    short error = socket->error != 0 ? POLLERR : 0;

    if (socket->state == NVX_SOCKET_LISTENS)
        return (short)((socket->queue != NULL ? POLLIN : 0) | (socket->shut_reading ? POLLIN | POLLHUP : 0));
    if (socket->state == NVX_SOCKET_NEW && socket->type != SOCK_DGRAM)
        return POLLOUT | POLLHUP;

    short readable = socket->in == NULL ? POLLIN : nvx_channel_readable(socket->in);
    short writable = out == NULL ? POLLOUT : nvx_channel_writable(out) & POLLOUT;

    /* The end of what comes can be read; only when nothing goes either is it hung up. */
    if (readable & POLLHUP)
        readable = (short)(readable | POLLIN);
    if (out != NULL && !(nvx_channel_writable(out) & POLLERR))
        readable &= (short)~POLLHUP;
    return readable | writable | error;
}

static size_t waiting(const struct nvx_file *file)
{
    const struct nvx_socket *socket = file->object;

    return socket->in == NULL ? 0 : nvx_channel_waiting(socket->in);
}

static void close_file(struct nvx_file *file)
{
    nvx_socket_close(file->object);
}

static const struct nvx_kind kind = {
    .name = "socket",
    .mode = S_IFSOCK | 0777,
    .read = nvx_socket_read,
    .write = nvx_socket_write,
    .vector = nvx_socket_vector,
    .ready = ready,
    .waiting = waiting,
    .close = close_file,
};

long nvx_socket_of(int descriptor, struct nvx_file **file)
{
    *file = nvx_file_get(descriptor);
    if (*file == NULL)
        return -EBADF;
    return (*file)->kind == &kind ? 0 : -ENOTSOCK;
}

long nvx_socket_open(struct nvx_socket *socket, int flags)
{
    return nvx_file_open(&kind, O_RDWR | flags, socket);
}

/* SOCK_CLOEXEC and SOCK_NONBLOCK are the numbers of O_CLOEXEC and O_NONBLOCK. */
enum { MODIFIERS = SOCK_CLOEXEC | SOCK_NONBLOCK };

/* What AF_UNIX has: 0, or a negated error. */
static long check_type(int type, int protocol)
{
    if (type != SOCK_STREAM && type != SOCK_SEQPACKET && type != SOCK_DGRAM)
        return -ESOCKTNOSUPPORT;
    return protocol != 0 && protocol != AF_UNIX ? -EPROTONOSUPPORT : 0;
}

long nvx_call_socket(int domain, int type, int protocol)
{
    struct nvx_socket *socket;
    long result;

    if (domain != AF_UNIX)
        return -ENOSYS;
    result = check_type(type & ~MODIFIERS, protocol);
    if (result < 0)
        return result;
    socket = nvx_socket_make(type & ~MODIFIERS);
    if (socket == NULL)
        return -ENOMEM;
    result = nvx_socket_open(socket, type & MODIFIERS);
    if (result < 0)
        nvx_socket_close(socket);
    return result;
}

/* Descriptors for both ends, or a negated error; what has none yet is the caller's to close. */
static long open_pair(struct nvx_socket *pair[2], int flags, int ends[2])
{
    long result = pair[0] == NULL || pair[1] == NULL ? -ENOMEM : nvx_socket_join(pair[0], pair[1]);

    for (unsigned i = 0; i < 2 && result >= 0; i++) {
        result = nvx_socket_open(pair[i], flags);
        if (result < 0)
            break;
        ends[i] = (int)result;
        pair[i] = NULL;
    }
    return result < 0 ? result : 0;
}

long nvx_call_socketpair(int domain, int type, int protocol, int ends[2])
{
    struct nvx_socket *pair[2];
    int opened[2] = {-1, -1};
    long result;

    if (domain != AF_UNIX)
        return domain == AF_INET || domain == AF_INET6 ? -EOPNOTSUPP : -EAFNOSUPPORT;
    result = check_type(type & ~MODIFIERS, protocol);
    if (result < 0)
        return result;
    if (!nvx_writable(ends, 2 * sizeof(ends[0])))
        return -EFAULT;
    pair[0] = nvx_socket_make(type & ~MODIFIERS);
    pair[1] = nvx_socket_make(type & ~MODIFIERS);
    result = open_pair(pair, type & MODIFIERS, opened);
    for (unsigned i = 0; i < 2; i++) {
        if (pair[i] != NULL)
            nvx_socket_close(pair[i]);
        if (result < 0 && opened[i] >= 0)
            (void)nvx_call_close(opened[i]);
        if (result == 0)
            ends[i] = opened[i];
    }
    return result;
}

long nvx_call_shutdown(int descriptor, int what)
{
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    if (result < 0)
        return result;
    if (what != SHUT_RD && what != SHUT_WR && what != SHUT_RDWR)
        return -EINVAL;
    shut(file->object, what != SHUT_WR, what != SHUT_RD);
    return 0;
}
