/*
 * Options of sockets.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "calls.h"
#include "files.h"
#include "limits.h"
#include "pointers.h"
#include "socket.h"

/* Options that say how a network is used: AF_UNIX keeps them, and does nothing with them. */
static bool means_nothing(int name)
{
    return name == SO_REUSEADDR || name == SO_KEEPALIVE || name == SO_BROADCAST;
}

/* The value of an option that is a number, or a negated error. */
static long option(struct nvx_socket *socket, int name)
{
    int error = socket->error;

    if (means_nothing(name))
        return (socket->options >> name) & 1;
    switch (name) {
    case SO_TYPE:
        return socket->type;
    case SO_DOMAIN:
        return AF_UNIX;
    case SO_SNDBUF:
    case SO_RCVBUF:
        return NVX_CHANNEL_BYTES;
    case SO_ERROR:
        socket->error = 0;
        return error;
    case SO_ACCEPTCONN:
        return socket->state == NVX_SOCKET_LISTENS;
    case SO_PROTOCOL:
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

/* Whose the other end is: this program's, the only one there is. */
static struct ucred peer_of(const struct nvx_socket *socket)
{
    if (socket->state != NVX_SOCKET_CONNECTED)
        return (struct ucred){0, (uid_t)-1, (gid_t)-1};
    return (struct ucred){(pid_t)nvx_call_getpid(), (uid_t)nvx_call_getuid32(), (gid_t)nvx_call_getuid32()};
}

long nvx_call_getsockopt(int descriptor, int level, int name, void *value, socklen_t *length)
{
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);
    struct ucred peer;
    int number;
    const void *from = &number;
    socklen_t bytes = sizeof(number);

    if (result < 0)
        return result;
    if (level != SOL_SOCKET)
        return -EOPNOTSUPP;
    if (!nvx_writable(length, sizeof(*length)) || !nvx_writable(value, *length))
        return -EFAULT;
    if (name == SO_PEERCRED) {
        peer = peer_of(file->object);
        from = &peer;
        bytes = sizeof(peer);
    } else {
        result = option(file->object, name);
        if (result < 0)
            return result;
        number = (int)result;
    }
    if (*length > bytes)
        *length = bytes;
    memcpy(value, from, *length);
    return 0;
}

/* The sizes of buffers are a wish, which may be passed over. */
long nvx_call_setsockopt(int descriptor, int level, int name, const void *value, socklen_t length)
{
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);
    struct nvx_socket *socket;
    int number;

    if (result < 0)
        return result;
    if (level != SOL_SOCKET)
        return -ENOPROTOOPT;
    if (name == SO_SNDBUF || name == SO_RCVBUF)
        return 0;
    if (!means_nothing(name))
        return -ENOPROTOOPT;
    if (length < sizeof(number))
        return -EINVAL;
    if (!nvx_readable(value, sizeof(number)))
        return -EFAULT;
    memcpy(&number, value, sizeof(number));
    socket = file->object;
    socket->options = (socket->options & ~(1u << name)) | ((uint32_t)(number != 0) << name);
    return 0;
}
