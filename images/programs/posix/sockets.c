/* Sockets of AF_UNIX with a name: by path and abstract; streams, packets, datagrams. In the current directory, so that it can be
 * asked of Linux too. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "listed.h"

static char buffer[200];

/* The address of a path; a name that begins with @ is an abstract one. */
static struct sockaddr_un address_of(const char *name, socklen_t *length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, name, strlen(name) + 1);
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + (name[0] != '@'));
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    return address;
}

typedef int name_call(int, const struct sockaddr *, socklen_t);
typedef int ask_call(int, struct sockaddr *restrict, socklen_t *restrict);

static int with_name(name_call *call, int file, const char *name)
{
    socklen_t length;
    struct sockaddr_un address = address_of(name, &length);

    return call(file, (struct sockaddr *)&address, length);
}

/* What getsockname and its like tell, in the form of address_of; "" without a name. */
static const char *told(ask_call *call, int file)
{
    static char text[120];
    struct sockaddr_un address = {0};
    socklen_t length = sizeof(address);
    size_t bytes;

    if (call(file, (struct sockaddr *)&address, &length) < 0)
        return "(error)";
    if (length < sizeof(sa_family_t))
        return "(nothing)";
    bytes = length - offsetof(struct sockaddr_un, sun_path);
    memset(text, 0, sizeof(text));
    memcpy(text, address.sun_path, bytes);
    if (bytes > 0 && text[0] == '\0')
        text[0] = '@';
    return text;
}

static const char *get(int file)
{
    ssize_t length = recv(file, buffer, sizeof(buffer) - 1, 0);

    buffer[length < 0 ? 0 : length] = '\0';
    return length < 0 ? "(error)" : buffer;
}

static short polled(int file)
{
    struct pollfd one = {.fd = file, .events = POLLIN | POLLOUT};

    return poll(&one, 1, 0) < 0 ? -1 : one.revents;
}

static int option(int file, int name)
{
    int value = -1;
    socklen_t length = sizeof(value);

    return getsockopt(file, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

static void files(void)
{
    int one = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un wrong = {.sun_family = AF_INET};
    struct stat status;

    check("a socket is made", one >= 0);
    check_text("it has no name", told(getsockname, one), "");
    check_number("it can't be read, and is not connected", polled(one), POLLOUT | POLLHUP);
    check_error("it does not listen without a name", listen(one, 1), EINVAL);
    check_number("it is given one", with_name(bind, one, "name"), 0);
    check_text("which it tells", told(getsockname, one), "name");
    check("it is a file", stat("name", &status) == 0 && S_ISSOCK(status.st_mode) && status.st_size == 0);
    check_number("that all may use", status.st_mode & 07777, 0777);
    check_number("a directory's list says so", listed("name"), DT_SOCK);
    check_error("which can't be opened", open("name", O_RDWR), ENXIO);
    check_error("nor cut", truncate("name", 0), EINVAL);
    check_error("a second name is refused", with_name(bind, one, "more"), EINVAL);
    check_error("and a name that is taken", with_name(bind, other, "name"), EADDRINUSE);
    close(open("file", O_CREAT | O_WRONLY, 0644));
    check_error("by a file too", with_name(bind, other, "file"), EADDRINUSE);
    check_error("or in no directory", with_name(bind, other, "none/name"), ENOENT);
    check_error("an address of another family", bind(other, (struct sockaddr *)&wrong, sizeof(wrong)), EINVAL);
    check_error("one that is too long", bind(other, (struct sockaddr *)&wrong, 200), EINVAL);
    check_error("nobody listens yet", with_name(connect, other, "name"), ECONNREFUSED);
    check_number("it listens", listen(one, 1), 0);
    check_number("and says so", option(one, SO_ACCEPTCONN), 1);
    check_error("a socket that listens does not connect", with_name(connect, one, "name"), EINVAL);
    check_error("a file is no socket", with_name(connect, other, "file"), ECONNREFUSED);
    check_error("none is there", with_name(connect, other, "none"), ENOENT);
    chmod("name", 0444);
    if (geteuid() != 0)
        check_error("one that may not be written", with_name(connect, other, "name"), EACCES);
    chmod("name", 0700);
    close(other);
    other = socket(AF_UNIX, SOCK_DGRAM, 0);
    check_error("one of another type", with_name(connect, other, "name"), EPROTOTYPE);
    close(other);
    close(one);
    check("its file is left", stat("name", &status) == 0 && S_ISSOCK(status.st_mode));
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    check_error("but leads nowhere", with_name(connect, other, "name"), ECONNREFUSED);
    check_number("and is removed", unlink("name"), 0);
    check_number("a node of that kind is made without a socket", mknod("name", S_IFSOCK | 0600, 0), 0);
    check_error("and leads nowhere", with_name(connect, other, "name"), ECONNREFUSED);
    unlink("name"), unlink("file");
    check_number("any name is to be had", bind(other, (struct sockaddr *)&(struct sockaddr_un){.sun_family = AF_UNIX}, sizeof(sa_family_t)), 0);
    check_number("it is short and abstract", (long)strlen(told(getsockname, other)), 6);
    close(other);
}

/* Connections by a name: streams, and packets, which keep their borders. */
static void connections(int type, const char *name)
{
    int server = socket(AF_UNIX, type | SOCK_NONBLOCK, 0), client = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
    struct ucred peer = {0};
    socklen_t length = sizeof(peer);

    with_name(bind, server, name);
    check_error("it does not accept before it listens", accept(server, NULL, NULL), EINVAL);
    listen(server, 5);
    check_number("nobody waits", polled(server), 0);
    check_error("so there is nobody to accept", accept(server, NULL, NULL), EAGAIN);
    check_error("nobody is at the other side", getpeername(client, (struct sockaddr *)buffer, &(socklen_t){100}), ENOTCONN);
    check_error("and hears", send(client, "x", 1, MSG_NOSIGNAL), ENOTCONN);
    check_number("a client connects at once", with_name(connect, client, name), 0);
    check_error("and not again", with_name(connect, client, name), EISCONN);
    check_number("now somebody waits", polled(server), POLLIN);
    check_number("it may send before it is accepted", send(client, "early", 5, 0), 5);
    check_text("it has no name of its own", told(getsockname, client), "");
    check_text("the other side has", told(getpeername, client), name);
    struct sockaddr_un address;
    socklen_t bytes = sizeof(address);
    int accepted = accept4(server, (struct sockaddr *)&address, &bytes, SOCK_CLOEXEC | SOCK_NONBLOCK);
    check("it is accepted", accepted >= 0 && bytes == sizeof(sa_family_t) && address.sun_family == AF_UNIX);
    check_number("with the flags that were asked for", fcntl(accepted, F_GETFD), FD_CLOEXEC);
    check_text("its name is the server's", told(getsockname, accepted), name);
    check_text("what was sent early is there", get(accepted), "early");
    check_error("nothing more", recv(accepted, buffer, 1, 0), EAGAIN);
    send(accepted, "one", 3, 0), send(accepted, "two", 3, 0);
    check_text("the way back", get(client), type == SOCK_STREAM ? "onetwo" : "one");
    if (type != SOCK_STREAM)
        check_text("message by message", get(client), "two");
    check("who it is", getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && length == sizeof(peer) &&
                           peer.pid == getpid() && peer.uid == getuid() && peer.gid == getgid());
    check_number("the server's name can be removed", name[0] == '@' ? 0 : unlink(name), 0);
    send(client, "still", 5, 0);
    check_text("and those who are connected go on", get(accepted), "still");
    check_text("by the name it had", told(getpeername, client), name);
    check_number("writing is shut down", shutdown(client, SHUT_WR), 0);
    check_number("and ends what is read", recv(accepted, buffer, 1, 0), 0);
    send(accepted, "unread", 6, 0);
    close(client);
    check_error("what was never read is an error to who sent it", recv(accepted, buffer, 1, 0), ECONNRESET);
    check_number("once", recv(accepted, buffer, 1, 0), 0);
    close(accepted);

    client = socket(AF_UNIX, type, 0);
    if (name[0] == '@') {
        with_name(connect, client, name);
        check_number("a server closes with a client waiting", close(server), 0);
        check_number("which is told", option(client, SO_ERROR), ECONNRESET);
        check_number("once", option(client, SO_ERROR), 0);
        check_error("and hears nobody", send(client, "x", 1, MSG_NOSIGNAL), EPIPE);
    } else {
        check_error("a name that was removed leads nowhere", with_name(connect, client, name), ENOENT);
        close(server);
    }
    close(client);
    server = socket(AF_UNIX, type, 0);
    check_number("a name can be had again", with_name(bind, server, name), 0);
    close(server);
    unlink(name);
}

static void backlog(void)
{
    int server = socket(AF_UNIX, SOCK_STREAM, 0), clients[3];

    with_name(bind, server, "@full");
    listen(server, 1);
    for (int i = 0; i < 3; i++)
        clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check_number("one waits", with_name(connect, clients[0], "@full"), 0);
    check_number("and one more", with_name(connect, clients[1], "@full"), 0);
    check_error("then the queue is full", with_name(connect, clients[2], "@full"), EAGAIN);
    send(clients[0], "first", 5, 0);
    int accepted = accept(server, NULL, NULL);
    check_text("who came first is accepted first", get(accepted), "first");
    check_number("which makes room", with_name(connect, clients[2], "@full"), 0);
    close(accepted);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    accepted = accept(server, NULL, NULL);
    check_number("who has gone meanwhile is accepted all the same", recv(accepted, buffer, 1, 0), 0);
    close(accepted);
    check_number("a server can be shut down", shutdown(server, SHUT_RDWR), 0);
    clients[0] = socket(AF_UNIX, SOCK_STREAM, 0);
    check_error("then nobody connects", with_name(connect, clients[0], "@full"), ECONNREFUSED);
    close(clients[0]);
    close(server);
}

static void datagrams(void)
{
    int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0), client = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct sockaddr_un from, to;
    socklen_t length = sizeof(from), bytes;

    check_error("datagrams have nobody to accept", listen(server, 1), EOPNOTSUPP);
    with_name(bind, server, "server");
    check_error("nobody is at the other side", send(client, "x", 1, 0), ENOTCONN);
    to = address_of("server", &bytes);
    check_number("a message goes to a name", sendto(client, "hello", 5, 0, (struct sockaddr *)&to, bytes), 5);
    check_number("it comes", recvfrom(server, buffer, 100, 0, (struct sockaddr *)&from, &length), 5);
    check_number("from somebody without a name", length, 0);
    with_name(bind, client, "@client");
    sendto(client, "again", 5, 0, (struct sockaddr *)&to, bytes);
    length = sizeof(from);
    check_number("one comes from somebody who has one", recvfrom(server, buffer, 100, 0, (struct sockaddr *)&from, &length), 5);
    check("which is told", length == offsetof(struct sockaddr_un, sun_path) + 7 && memcmp(from.sun_path, "\0client", 7) == 0);
    check_number("so an answer finds its way", sendto(server, "back", 4, 0, (struct sockaddr *)&from, length), 4);
    check_text("there", get(client), "back");
    sendto(client, "parts", 5, 0, (struct sockaddr *)&to, bytes);
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &(struct iovec){buffer, 100}, .msg_iovlen = 1};
    check("recvmsg tells it too", recvmsg(server, &message, 0) == 5 && message.msg_namelen == offsetof(struct sockaddr_un, sun_path) + 7);
    check_number("a client keeps to one", with_name(connect, client, "server"), 0);
    check_number("and sends to it", send(client, "kept", 4, 0), 4);
    check_text("who gets it", get(server), "kept");
    check_text("by its name", told(getpeername, client), "server");
    to = address_of("@client", &bytes);
    check_error("it hears nobody else", sendto(other, "x", 1, 0, (struct sockaddr *)&to, bytes), EPERM);
    check_number("until it is parted", connect(client, (struct sockaddr *)&(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(sa_family_t)), 0);
    check_number("from its peer", sendto(other, "x", 1, 0, (struct sockaddr *)&to, bytes), 1);
    check_error("whom it has no more", send(client, "x", 1, 0), ENOTCONN);
    with_name(connect, other, "server");
    close(server);
    check_error("a server that is gone refuses", send(other, "x", 1, 0), ECONNREFUSED);
    check_error("and then is none", send(other, "x", 1, 0), ENOTCONN);
    close(client), close(other);
    unlink("server");
}

static void *connects_late(void *name)
{
    int client = socket(AF_UNIX, SOCK_STREAM, 0);

    usleep(5000);
    with_name(connect, client, name);
    send(client, "ping", 4, 0);
    get(client);
    close(client);
    return NULL;
}

static void threads(void)
{
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    pthread_t thread;
    char text[8] = "";

    with_name(bind, server, "waiting");
    listen(server, 5);
    pthread_create(&thread, NULL, connects_late, (void *)"waiting");
    int accepted = accept(server, NULL, NULL);
    check("who accepts waits", accepted >= 0);
    check_number("for what comes", recv(accepted, text, 4, MSG_WAITALL), 4);
    check_text("over there", text, "ping");
    send(accepted, "pong", 4, 0);
    check_number("until the end", recv(accepted, text, 4, 0), 0);
    pthread_join(thread, NULL);
    close(accepted), close(server);
    unlink("waiting");
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    umask(0);
    files();
    connections(SOCK_STREAM, "stream");
    connections(SOCK_SEQPACKET, "packets");
    connections(SOCK_STREAM, "@stream");
    connections(SOCK_SEQPACKET, "@packets");
    backlog();
    datagrams();
    threads();
    return finish();
}
