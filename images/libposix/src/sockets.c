/*
 * Pairs of connected sockets (socketpair of AF_UNIX): two channels, one each way, of a stream, packets or datagrams. There is
 * no network, so no other socket can be made.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "calls.h"
#include "channel.h"
#include "files.h"
#include "kinds.h"
#include "limits.h"
#include "pages.h"
#include "pointers.h"

/* Both ends of a pair; each channel is called by the end that reads it. Null where an end was shut down. */
struct pair {
    struct {
        struct nvx_channel *in;
        struct nvx_channel *out;
    } end[2];
    unsigned open;
    /* SOCK_STREAM, SOCK_SEQPACKET or SOCK_DGRAM. */
    int type;
    struct pair *next_free;
};

static struct pair *free_pairs;

static struct pair *make_pair(void)
{
    struct pair *pair = free_pairs;

    if (pair == NULL) {
        struct pair *page = nvx_pages_take(1);

        if (page == NULL)
            return NULL;
        for (unsigned i = 0; i < NANVIX_PAGE_SIZE / sizeof(*page); i++) {
            page[i].next_free = free_pairs;
            free_pairs = &page[i];
        }
        pair = free_pairs;
    }
    free_pairs = pair->next_free;
    *pair = (struct pair){.open = 2};
    return pair;
}

/* Which end a file is says its offset, which a socket has no other use for. */
static struct pair *pair_of(const struct nvx_file *file)
{
    return file->object;
}

static int how(const struct nvx_file *file, int flags)
{
    return ((file->flags & O_NONBLOCK) || (flags & MSG_DONTWAIT) ? NVX_CHANNEL_AT_ONCE : NVX_CHANNEL_WAITS) |
           ((flags & MSG_PEEK) ? NVX_CHANNEL_PEEKS : 0) | ((flags & MSG_NOSIGNAL) ? NVX_CHANNEL_QUIET : 0);
}

static long receive(struct nvx_file *file, void *buffer, size_t bytes, int flags)
{
    struct nvx_channel *in = pair_of(file)->end[file->offset].in;

    return in == NULL ? 0 : nvx_channel_read(in, buffer, bytes, how(file, flags));
}

static long transmit(struct nvx_file *file, const void *buffer, size_t bytes, int flags)
{
    struct nvx_channel *out = pair_of(file)->end[file->offset].out;

    return out == NULL ? -EPIPE : nvx_channel_write(out, buffer, bytes, how(file, flags));
}

/* One message each time, whatever its parts. */
static long transfer_message(struct nvx_file *file, const struct iovec *parts, size_t count, int flags, bool sends,
                             int *told)
{
    struct nvx_channel *in = pair_of(file)->end[file->offset].in;
    struct nvx_channel *out = pair_of(file)->end[file->offset].out;
    size_t whole, room = 0;
    long result;

    if (sends)
        return out == NULL ? -EPIPE : nvx_channel_send(out, parts, count, how(file, flags));
    if (in == NULL)
        return 0;
    result = nvx_channel_receive(in, parts, count, how(file, flags), &whole);
    for (size_t i = 0; i < count; i++)
        room += parts[i].iov_len;
    if (result < 0 || whole <= room)
        return result;
    *told |= MSG_TRUNC;
    return (flags & MSG_TRUNC) ? (long)whole : result;
}

static long transfer_stream(struct nvx_file *file, const struct iovec *parts, size_t count, int flags, bool sends)
{
    long total = 0;
    long result = 0;

    for (size_t i = 0; i < count && result >= 0; i++) {
        /* What came first is not kept back until more comes. */
        int now = flags | (total > 0 && !sends && !(flags & MSG_WAITALL) ? MSG_DONTWAIT : 0);
        size_t done = 0;

        do {
            char *at = (char *)parts[i].iov_base + done;
            size_t left = parts[i].iov_len - done;

            if (left == 0)
                break;
            result = sends ? transmit(file, at, left, now) : receive(file, at, left, now);
            if (result > 0)
                done += (size_t)result;
        } while (result > 0 && (flags & MSG_WAITALL) && !sends && !(flags & MSG_PEEK));
        total += (long)done;
        if (done < parts[i].iov_len)
            break;
    }
    return total > 0 || result >= 0 ? total : result;
}

static long transfer_parts(struct nvx_file *file, const struct iovec *parts, size_t count, int flags, bool sends,
                           int *told)
{
    return pair_of(file)->type == SOCK_STREAM ? transfer_stream(file, parts, count, flags, sends)
                                              : transfer_message(file, parts, count, flags, sends, told);
}

static long transfer_vector(struct nvx_file *file, const struct iovec *parts, size_t count, bool writes)
{
    int told;

    return transfer_parts(file, parts, count, 0, writes, &told);
}

static long read_socket(struct nvx_file *file, void *buffer, size_t bytes)
{
    return transfer_vector(file, &(struct iovec){buffer, bytes}, 1, false);
}

static long write_socket(struct nvx_file *file, const void *buffer, size_t bytes)
{
    return transfer_vector(file, &(struct iovec){(void *)(uintptr_t)buffer, bytes}, 1, true);
}

static short ready(const struct nvx_file *file)
{
    struct nvx_channel *in = pair_of(file)->end[file->offset].in;
    struct nvx_channel *out = pair_of(file)->end[file->offset].out;
    short readable = in == NULL ? POLLIN : nvx_channel_readable(in);
    short writable = out == NULL ? POLLOUT : nvx_channel_writable(out) & POLLOUT;

    /* The end of what comes can be read; only when nothing goes either is it hung up. */
    if (readable & POLLHUP)
        readable = (short)(readable | POLLIN);
    if (out != NULL && !(nvx_channel_writable(out) & POLLERR))
        readable &= (short)~POLLHUP;
    return readable | writable;
}

static size_t waiting(const struct nvx_file *file)
{
    struct nvx_channel *in = pair_of(file)->end[file->offset].in;

    return in == NULL ? 0 : nvx_channel_waiting(in);
}

static void shut(struct pair *pair, unsigned end, bool reading, bool writing)
{
    if (reading && pair->end[end].in != NULL) {
        nvx_channel_leave_reader(pair->end[end].in);
        pair->end[end].in = NULL;
    }
    if (writing && pair->end[end].out != NULL) {
        nvx_channel_leave_writer(pair->end[end].out);
        pair->end[end].out = NULL;
    }
}

static void close_socket(struct nvx_file *file)
{
    struct pair *pair = pair_of(file);

    shut(pair, (unsigned)file->offset, true, true);
    if (--pair->open == 0) {
        pair->next_free = free_pairs;
        free_pairs = pair;
    }
}

static const struct nvx_kind socket_kind = {
    .name = "socket",
    .mode = S_IFSOCK | 0777,
    .read = read_socket,
    .write = write_socket,
    .vector = transfer_vector,
    .ready = ready,
    .waiting = waiting,
    .close = close_socket,
};

/* The descriptors of a new pair's ends, or a negated error with nothing left behind. */
static long open_ends(struct pair *pair, int flags, int ends[2])
{
    long first = nvx_file_open(&socket_kind, O_RDWR | flags, pair);
    long second;

    if (first < 0) {
        shut(pair, 0, true, true);
        shut(pair, 1, true, true);
        pair->next_free = free_pairs;
        free_pairs = pair;
        return first;
    }
    second = nvx_file_open(&socket_kind, O_RDWR | flags, pair);
    if (second < 0) {
        shut(pair, 1, true, true);
        pair->open = 1;
        (void)nvx_call_close((int)first);
        return second;
    }
    nvx_file_get((int)second)->offset = 1;
    ends[0] = (int)first;
    ends[1] = (int)second;
    return 0;
}

/* Of AF_UNIX there are only pairs: a family that is not known lets the C library look names up in files. */
long nvx_call_socket(int domain)
{
    return domain == AF_UNIX ? -EAFNOSUPPORT : -ENOSYS;
}

long nvx_call_socketpair(int domain, int type, int protocol, int ends[2])
{
    const int modifiers = SOCK_CLOEXEC | SOCK_NONBLOCK;
    struct nvx_channel *there, *back;
    struct pair *pair;

    if (domain != AF_UNIX)
        return domain == AF_INET || domain == AF_INET6 ? -EOPNOTSUPP : -EAFNOSUPPORT;
    enum nvx_channel_form form = NVX_CHANNEL_STREAM;

    switch (type & ~modifiers) {
    case SOCK_STREAM:
        break;
    case SOCK_SEQPACKET:
        form = NVX_CHANNEL_PACKETS;
        break;
    case SOCK_DGRAM:
        form = NVX_CHANNEL_DATAGRAMS;
        break;
    default:
        return -ESOCKTNOSUPPORT;
    }
    if (protocol != 0 && protocol != AF_UNIX)
        return -EPROTONOSUPPORT;
    if (!nvx_writable(ends, 2 * sizeof(ends[0])))
        return -EFAULT;
    there = nvx_channel_make(form);
    back = nvx_channel_make(form);
    pair = there == NULL || back == NULL ? NULL : make_pair();
    if (pair == NULL) {
        struct nvx_channel *made[] = {there, back};

        for (unsigned i = 0; i < 2; i++)
            if (made[i] != NULL) {
                nvx_channel_leave_reader(made[i]);
                nvx_channel_leave_writer(made[i]);
            }
        return -ENOMEM;
    }
    pair->type = type & ~modifiers;
    pair->end[0].in = pair->end[1].out = back;
    pair->end[1].in = pair->end[0].out = there;
    /* SOCK_CLOEXEC and SOCK_NONBLOCK are the numbers of O_CLOEXEC and O_NONBLOCK. */
    return open_ends(pair, type & modifiers, ends);
}

/* The socket of a descriptor, or a negated error. */
static long socket_of(int descriptor, struct nvx_file **file)
{
    *file = nvx_file_get(descriptor);
    if (*file == NULL)
        return -EBADF;
    return (*file)->kind == &socket_kind ? 0 : -ENOTSOCK;
}

/* An open file stays while a call is inside, also if another thread closes its descriptor. `told` gets flags of a message. */
static long transfer(int descriptor, const struct iovec *parts, size_t count, int flags, bool sends, int *told)
{
    const int known = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_PEEK | MSG_WAITALL | MSG_CMSG_CLOEXEC | MSG_EOR | MSG_TRUNC;
    struct nvx_file *file;
    long result = socket_of(descriptor, &file);

    *told = 0;
    if (result < 0)
        return result;
    if ((flags & ~known) != 0)
        return -EOPNOTSUPP;
    if (count > IOV_MAX)
        return -EMSGSIZE;
    if (!nvx_readable(parts, count * sizeof(*parts)))
        return -EFAULT;
    file->references++;
    result = transfer_parts(file, parts, count, flags, sends, told);
    nvx_file_release(file);
    return result;
}

long nvx_call_sendto(int descriptor, const void *buffer, size_t bytes, int flags, const void *address)
{
    const struct iovec one = {(void *)buffer, bytes};

    int told;

    return address != NULL ? -EISCONN : transfer(descriptor, &one, 1, flags, true, &told);
}

long nvx_call_recvfrom(int descriptor, void *buffer, size_t bytes, int flags, void *address, socklen_t *length)
{
    const struct iovec one = {buffer, bytes};
    int told;

    if (address != NULL && length != NULL)
        *length = 0;
    return transfer(descriptor, &one, 1, flags, false, &told);
}

/* No rights go over a socket of one program to itself. */
long nvx_call_sendmsg(int descriptor, const struct msghdr *message, int flags)
{
    int told;

    if (!nvx_readable(message, sizeof(*message)))
        return -EFAULT;
    if (message->msg_name != NULL)
        return -EISCONN;
    if (message->msg_controllen != 0)
        return -EOPNOTSUPP;
    return transfer(descriptor, message->msg_iov, (size_t)message->msg_iovlen, flags, true, &told);
}

long nvx_call_recvmsg(int descriptor, struct msghdr *message, int flags)
{
    if (!nvx_writable(message, sizeof(*message)))
        return -EFAULT;
    message->msg_namelen = 0;
    message->msg_controllen = 0;
    return transfer(descriptor, message->msg_iov, (size_t)message->msg_iovlen, flags, false, &message->msg_flags);
}

long nvx_call_shutdown(int descriptor, int what)
{
    struct nvx_file *file;
    long result = socket_of(descriptor, &file);

    if (result < 0)
        return result;
    if (what != SHUT_RD && what != SHUT_WR && what != SHUT_RDWR)
        return -EINVAL;
    shut(pair_of(file), (unsigned)file->offset, what != SHUT_WR, what != SHUT_RD);
    return 0;
}

/* Neither end has a name. */
long nvx_call_getsockname(int descriptor, struct sockaddr *address, socklen_t *length)
{
    const sa_family_t family = AF_UNIX;
    struct nvx_file *file;
    long result = socket_of(descriptor, &file);

    if (result < 0)
        return result;
    if (!nvx_writable(length, sizeof(*length)) || !nvx_writable(address, *length))
        return -EFAULT;
    memcpy(address, &family, *length < sizeof(family) ? *length : sizeof(family));
    *length = sizeof(family);
    return 0;
}

/* The value of an option, or a negated error. */
static long option(const struct pair *pair, int level, int name)
{
    if (level != SOL_SOCKET)
        return -EOPNOTSUPP;
    switch (name) {
    case SO_TYPE:
        return pair->type;
    case SO_DOMAIN:
        return AF_UNIX;
    case SO_SNDBUF:
    case SO_RCVBUF:
        return NVX_CHANNEL_BYTES;
    case SO_ERROR:
    case SO_PROTOCOL:
    case SO_ACCEPTCONN:
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

long nvx_call_getsockopt(int descriptor, int level, int name, void *value, socklen_t *length)
{
    struct nvx_file *file;
    long result = socket_of(descriptor, &file);

    if (result == 0)
        result = option(pair_of(file), level, name);
    if (result < 0)
        return result;
    if (!nvx_writable(length, sizeof(*length)) || !nvx_writable(value, *length))
        return -EFAULT;

    int number = (int)result;

    if (*length > sizeof(number))
        *length = sizeof(number);
    memcpy(value, &number, *length);
    return 0;
}

/* The sizes of buffers are a wish, which may be passed over; nothing else can be set. */
long nvx_call_setsockopt(int descriptor, int level, int name)
{
    struct nvx_file *file;
    long result = socket_of(descriptor, &file);

    if (result < 0)
        return result;
    return level == SOL_SOCKET && (name == SO_SNDBUF || name == SO_RCVBUF) ? 0 : -ENOPROTOOPT;
}
