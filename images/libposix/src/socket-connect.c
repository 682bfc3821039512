/*
 * From a name to a connection: listening, connecting, accepting. Who connects has the connection at once; it waits in the
 * listener's queue until somebody accepts its other end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

#include "calls.h"
#include "files.h"
#include "socket.h"
#include "wait.h"

long nvx_call_listen(int descriptor, int backlog)
{
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    if (result < 0)
        return result;

    struct nvx_socket *socket = file->object;

    if (socket->type == SOCK_DGRAM)
        return -EOPNOTSUPP;
    if (socket->state == NVX_SOCKET_CONNECTED || socket->name.length == 0)
        return -EINVAL;
    socket->state = NVX_SOCKET_LISTENS;
    socket->backlog = (unsigned)backlog > SOMAXCONN ? SOMAXCONN : (unsigned)backlog;
    nvx_wait_wake();
    return 0;
}

/* Waits until there is room in a listener's queue. */
static long await_room(const struct nvx_socket *listener, bool at_once)
{
    for (;;) {
        long result;

        if (listener->state != NVX_SOCKET_LISTENS || listener->shut_reading)
            return -ECONNREFUSED;
        if (listener->queued <= listener->backlog)
            return 0;
        result = at_once ? -EAGAIN : nvx_wait_since(nvx_wait_mark(), NULL);
        if (result < 0)
            return result;
    }
}

static long connect_to_listener(struct nvx_socket *socket, struct nvx_socket *listener, bool at_once)
{
    long result = await_room(listener, at_once);
    struct nvx_socket **last = &listener->queue;
    struct nvx_socket *end;

    if (result < 0)
        return result;
    /* Another thread may have been quicker. */
    if (socket->state != NVX_SOCKET_NEW)
        return socket->state == NVX_SOCKET_CONNECTED ? -EISCONN : -EINVAL;
    end = nvx_socket_make(socket->type);
    if (end == NULL)
        return -ENOMEM;
    result = nvx_socket_join(socket, end);
    if (result < 0) {
        nvx_socket_close(end);
        return result;
    }
    end->name = listener->name;
    while (*last != NULL)
        last = &(*last)->next;
    *last = end;
    listener->queued++;
    nvx_wait_wake();
    return 0;
}

static void set_peer(struct nvx_socket *socket, struct nvx_socket *peer)
{
    if (socket->peer != NULL)
        nvx_socket_release(socket->peer);
    socket->peer = peer;
    socket->state = peer == NULL ? NVX_SOCKET_NEW : NVX_SOCKET_CONNECTED;
}

/* Of AF_UNSPEC: a datagram socket has no peer any more. */
static bool is_disconnection(const struct nvx_socket *socket, const struct sockaddr *address, socklen_t length)
{
    return socket->type == SOCK_DGRAM && length >= sizeof(address->sa_family) && address->sa_family == AF_UNSPEC;
}

static long connect_by_name(struct nvx_socket *socket, const struct nvx_label *name, bool at_once)
{
    struct nvx_socket *other;
    long result;

    if (socket->type != SOCK_DGRAM && socket->state != NVX_SOCKET_NEW)
        return socket->state == NVX_SOCKET_CONNECTED ? -EISCONN : -EINVAL;
    result = nvx_socket_find(name, socket->type, &other);
    if (result < 0)
        return result;
    if (socket->type == SOCK_DGRAM && other->peer != NULL && other->peer != socket) {
        result = -EPERM;
    } else if (socket->type == SOCK_DGRAM) {
        set_peer(socket, other);
        return 0;
    } else {
        result = connect_to_listener(socket, other, at_once);
    }
    nvx_socket_release(other);
    return result;
}

long nvx_call_connect(int descriptor, const struct sockaddr *address, socklen_t length)
{
    struct nvx_label name;
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    if (result < 0)
        return result;
    result = nvx_socket_take_name(address, length, &name);
    if (result == -EINVAL && is_disconnection(file->object, address, length)) {
        set_peer(file->object, NULL);
        return 0;
    }
    if (result < 0)
        return result;
    file->references++;
    result = connect_by_name(file->object, &name, (file->flags & O_NONBLOCK) != 0);
    nvx_file_release(file);
    return result;
}

/* Waits until somebody has connected. */
static long await_connection(const struct nvx_socket *listener, bool at_once)
{
    while (listener->queue == NULL) {
        long result;

        if (listener->shut_reading)
            return -EINVAL;
        result = at_once ? -EAGAIN : nvx_wait_since(nvx_wait_mark(), NULL);
        if (result < 0)
            return result;
    }
    return 0;
}

static long accept_from(struct nvx_socket *listener, bool at_once, struct sockaddr *address, socklen_t *length, int flags)
{
    struct nvx_socket *end;
    long result;

    if (listener->type == SOCK_DGRAM)
        return -EOPNOTSUPP;
    if (listener->state != NVX_SOCKET_LISTENS)
        return -EINVAL;
    result = await_connection(listener, at_once);
    if (result < 0)
        return result;
    end = listener->queue;
    result = nvx_socket_open(end, flags);
    if (result < 0)
        return result;
    listener->queue = end->next;
    end->next = NULL;
    listener->queued--;
    nvx_wait_wake();
    if (address != NULL) {
        long told = nvx_call_getpeername((int)result, address, length);

        if (told < 0) {
            (void)nvx_call_close((int)result);
            return told;
        }
    }
    return result;
}

long nvx_call_accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags)
{
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0)
        return -EINVAL;
    if (result < 0)
        return result;
    file->references++;
    result = accept_from(file->object, (file->flags & O_NONBLOCK) != 0, address, length, flags);
    nvx_file_release(file);
    return result;
}
