/*
 * What goes through sockets: streams of bytes, and messages, each of which tells whose it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "calls.h"
#include "files.h"
#include "pointers.h"
#include "socket.h"
#include "threads.h"

struct exchange {
    const struct iovec *parts;
    size_t count;
    /* MSG_… of the call, and those told of a message. */
    int flags;
    int told;
    /* Sending: to whom, null for the peer. */
    const struct nvx_label *to;
    /* Receiving: from whom; the length is 0 if that has no name. */
    struct nvx_label from;
};

static int how(const struct nvx_file *file, int flags)
{
    return ((file->flags & O_NONBLOCK) || (flags & MSG_DONTWAIT) ? NVX_CHANNEL_AT_ONCE : NVX_CHANNEL_WAITS) |
           ((flags & MSG_PEEK) ? NVX_CHANNEL_PEEKS : 0) | ((flags & MSG_NOSIGNAL) ? NVX_CHANNEL_QUIET : 0);
}

/* What went wrong since somebody asked, as a negated error. */
static long take_error(struct nvx_socket *socket)
{
    long error = socket->error;

    socket->error = 0;
    return -error;
}

static long receive_message(struct nvx_file *file, struct exchange *exchange)
{
    struct nvx_socket *socket = file->object;
    size_t whole, room = 0;
    long result;

    if (socket->error != 0)
        return take_error(socket);
    if (socket->in == NULL)
        return 0;
    result = nvx_channel_receive(socket->in, exchange->parts, exchange->count, how(file, exchange->flags), &whole,
                                 &exchange->from);
    for (size_t i = 0; i < exchange->count; i++)
        room += exchange->parts[i].iov_len;
    if (result < 0 || whole <= room)
        return result;
    exchange->told |= MSG_TRUNC;
    return (exchange->flags & MSG_TRUNC) ? (long)whole : result;
}

static long send_datagram_to(struct nvx_file *file, struct nvx_socket *to, const struct exchange *exchange)
{
    struct nvx_socket *socket = file->object;

    if (to->in == NULL)
        return to->state == NVX_SOCKET_CLOSED ? -ECONNREFUSED : -EPIPE;
    /* Who has a peer hears nobody else. */
    if (to->peer != NULL && to->peer != socket)
        return -EPERM;
    return nvx_channel_send(to->in, exchange->parts, exchange->count, how(file, exchange->flags), &socket->name);
}

static long send_datagram(struct nvx_file *file, const struct exchange *exchange)
{
    struct nvx_socket *socket = file->object;
    struct nvx_socket *to = socket->peer;
    long result = 0;

    if (socket->shut_writing)
        return -EPIPE;
    if (exchange->to != NULL)
        result = nvx_socket_find(exchange->to, SOCK_DGRAM, &to);
    else if (to != NULL)
        (void)nvx_socket_keep(to);
    else
        result = -ENOTCONN;
    if (result < 0)
        return result;
    result = send_datagram_to(file, to, exchange);
    /* A peer that is gone is none from now on. */
    if (to->state == NVX_SOCKET_CLOSED && socket->peer == to) {
        socket->peer = NULL;
        socket->state = NVX_SOCKET_NEW;
        nvx_socket_release(to);
    }
    nvx_socket_release(to);
    return result;
}

static long transfer_message(struct nvx_file *file, struct exchange *exchange, bool sends)
{
    const struct nvx_socket *socket = file->object;

    if (socket->type == SOCK_DGRAM)
        return sends ? send_datagram(file, exchange) : receive_message(file, exchange);
    if (socket->state != NVX_SOCKET_CONNECTED)
        return -ENOTCONN;
    if (!sends)
        return receive_message(file, exchange);
    if (socket->out == NULL)
        return -EPIPE;
    return nvx_channel_send(socket->out, exchange->parts, exchange->count, how(file, exchange->flags), &socket->name);
}

static long receive(struct nvx_file *file, void *buffer, size_t bytes, int flags)
{
    struct nvx_socket *socket = file->object;
    long result = socket->in == NULL ? 0 : nvx_channel_read(socket->in, buffer, bytes, how(file, flags));

    return result == 0 && bytes > 0 ? take_error(socket) : result;
}

static long transmit(struct nvx_file *file, const void *buffer, size_t bytes, int flags)
{
    const struct nvx_socket *socket = file->object;

    if (socket->out != NULL)
        return nvx_channel_write(socket->out, buffer, bytes, how(file, flags));
    if (!(flags & MSG_NOSIGNAL))
        (void)nvx_call_tkill(nvx_thread_self()->tid, SIGPIPE);
    return -EPIPE;
}

/* Whether a stream socket may send or receive now: 0, or a negated error. */
static long check_stream(const struct nvx_socket *socket, const struct exchange *exchange, bool sends)
{
    bool connected = socket->state == NVX_SOCKET_CONNECTED;

    if (sends && exchange->to != NULL)
        return connected ? -EISCONN : -EOPNOTSUPP;
    return connected ? 0 : sends ? -ENOTCONN : -EINVAL;
}

static long transfer_stream(struct nvx_file *file, struct exchange *exchange, bool sends)
{
    const struct nvx_socket *socket = file->object;
    const int flags = exchange->flags;
    long total = 0;
    long result = check_stream(socket, exchange, sends);

    if (result == 0 && !sends && socket->peer != NULL)
        exchange->from = socket->peer->name;
    for (size_t i = 0; i < exchange->count && result >= 0; i++) {
        const struct iovec *part = &exchange->parts[i];
        /* What came first is not kept back until more comes. */
        int now = flags | (total > 0 && !sends && !(flags & MSG_WAITALL) ? MSG_DONTWAIT : 0);
        size_t done = 0;

        do {
            char *at = (char *)part->iov_base + done;
            size_t left = part->iov_len - done;

            if (left == 0)
                break;
            result = sends ? transmit(file, at, left, now) : receive(file, at, left, now);
            if (result > 0)
                done += (size_t)result;
        } while (result > 0 && (flags & MSG_WAITALL) && !sends && !(flags & MSG_PEEK));
        total += (long)done;
        if (done < part->iov_len)
            break;
    }
    return total > 0 || result >= 0 ? total : result;
}

static long transfer_parts(struct nvx_file *file, struct exchange *exchange, bool sends)
{
    const struct nvx_socket *socket = file->object;

    return socket->type == SOCK_STREAM ? transfer_stream(file, exchange, sends) : transfer_message(file, exchange, sends);
}

long nvx_socket_vector(struct nvx_file *file, const struct iovec *parts, size_t count, bool writes)
{
    return transfer_parts(file, &(struct exchange){.parts = parts, .count = count}, writes);
}

long nvx_socket_read(struct nvx_file *file, void *buffer, size_t bytes)
{
    return nvx_socket_vector(file, &(struct iovec){buffer, bytes}, 1, false);
}

long nvx_socket_write(struct nvx_file *file, const void *buffer, size_t bytes)
{
    return nvx_socket_vector(file, &(struct iovec){(void *)(uintptr_t)buffer, bytes}, 1, true);
}

/* An open file stays while a call is inside, also if another thread closes its descriptor. */
static long transfer(int descriptor, struct exchange *exchange, bool sends)
{
    const int known = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_PEEK | MSG_WAITALL | MSG_CMSG_CLOEXEC | MSG_EOR | MSG_TRUNC;
    struct nvx_file *file;
    long result = nvx_socket_of(descriptor, &file);

    if (result < 0)
        return result;
    if ((exchange->flags & ~known) != 0)
        return -EOPNOTSUPP;
    if (exchange->count > IOV_MAX)
        return -EMSGSIZE;
    if (!nvx_readable(exchange->parts, exchange->count * sizeof(*exchange->parts)))
        return -EFAULT;
    file->references++;
    result = transfer_parts(file, exchange, sends);
    nvx_file_release(file);
    return result;
}

/* Sends to an address, or to the peer if that is null or of no length. */
static long send_to(int descriptor, struct exchange *exchange, const void *address, socklen_t length)
{
    struct nvx_label name;

    if (address != NULL && length > 0) {
        long result = nvx_socket_take_name(address, length, &name);

        if (result < 0)
            return result;
        exchange->to = &name;
    }
    return transfer(descriptor, exchange, true);
}

long nvx_call_sendto(int descriptor, const void *buffer, size_t bytes, int flags, const void *address, socklen_t length)
{
    const struct iovec one = {(void *)(uintptr_t)buffer, bytes};

    return send_to(descriptor, &(struct exchange){.parts = &one, .count = 1, .flags = flags}, address, length);
}

long nvx_call_recvfrom(int descriptor, void *buffer, size_t bytes, int flags, void *address, socklen_t *length)
{
    const struct iovec one = {buffer, bytes};
    struct exchange exchange = {.parts = &one, .count = 1, .flags = flags};
    long result = transfer(descriptor, &exchange, false);
    long told = result < 0 || address == NULL ? 0 : nvx_socket_give_name(&exchange.from, address, length);

    return told < 0 ? told : result;
}

/* No rights go over a socket of one program to itself. */
long nvx_call_sendmsg(int descriptor, const struct msghdr *message, int flags)
{
    if (!nvx_readable(message, sizeof(*message)))
        return -EFAULT;
    if (message->msg_controllen != 0)
        return -EOPNOTSUPP;
    return send_to(descriptor,
                   &(struct exchange){.parts = message->msg_iov, .count = (size_t)message->msg_iovlen, .flags = flags},
                   message->msg_name, message->msg_namelen);
}

long nvx_call_recvmsg(int descriptor, struct msghdr *message, int flags)
{
    struct exchange exchange = {.flags = flags};
    long told = 0;
    long result;

    if (!nvx_writable(message, sizeof(*message)))
        return -EFAULT;
    exchange.parts = message->msg_iov;
    exchange.count = (size_t)message->msg_iovlen;
    result = transfer(descriptor, &exchange, false);
    if (result < 0)
        return result;
    message->msg_flags = exchange.told;
    message->msg_controllen = 0;
    if (message->msg_name == NULL)
        message->msg_namelen = 0;
    else
        told = nvx_socket_give_name(&exchange.from, message->msg_name, &message->msg_namelen);
    return told < 0 ? told : result;
}
