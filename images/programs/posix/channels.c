/* Pipes, pairs of sockets and event counters within one program, and waiting for them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { CAPACITY = 65536, MUCH = 300000 };

static volatile sig_atomic_t signals_seen;
static char buffer[CAPACITY + 1];

static void count_signal(int number)
{
    (void)number;
    signals_seen++;
}

static void nap(void)
{
    nanosleep(&(struct timespec){0, 2000000}, NULL);
}

static short ready(int descriptor, short events, int milliseconds)
{
    struct pollfd one = {descriptor, events, 0};

    return poll(&one, 1, milliseconds) > 0 ? one.revents : 0;
}

static void pipes(void)
{
    int ends[2], waiting;
    struct stat status, other;

    check_number("pipe makes two ends", pipe(ends), 0);
    check_number("what is written comes out", write(ends[1], "hello, pipe", 11), 11);
    check_number("FIONREAD tells how much", ioctl(ends[0], FIONREAD, &waiting) == 0 ? waiting : -1, 11);
    check_number("in pieces", read(ends[0], buffer, 5), 5);
    check_number("up to what there is", read(ends[0], buffer + 5, 100), 6);
    check("as it was", memcmp(buffer, "hello, pipe", 11) == 0);
    check_error("the end to read takes nothing", write(ends[0], "x", 1), EBADF);
    check_error("the end to write gives nothing", read(ends[1], buffer, 1), EBADF);
    check_error("there is no position", lseek(ends[0], 0, SEEK_SET), ESPIPE);
    check_error("nor one to read from", pread(ends[0], buffer, 1, 0), ESPIPE);
    check("fstat says pipe", fstat(ends[0], &status) == 0 && S_ISFIFO(status.st_mode));
    check("and that both ends are one", fstat(ends[1], &other) == 0 && status.st_ino == other.st_ino);
    check_error("it can't be mapped or truncated", ftruncate(ends[1], 0), EINVAL);

    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    check_error("an empty one asked not to block", read(ends[0], buffer, 1), EAGAIN);
    memset(buffer, 'f', sizeof(buffer));
    check_number("it holds 64 KiB", write(ends[1], buffer, CAPACITY + 1), CAPACITY);
    check_error("and no more", write(ends[1], buffer, 1), EAGAIN);
    check_number("a reader makes room", read(ends[0], buffer, 100), 100);
    check_error("what is atomic waits for room for all of it", write(ends[1], buffer, PIPE_BUF), EAGAIN);
    check_number("more room", read(ends[0], buffer, 2 * PIPE_BUF - 100), 2 * PIPE_BUF - 100);
    check_number("what is not atomic takes what there is", write(ends[1], buffer, 3 * PIPE_BUF), 2 * PIPE_BUF);
    int copy = dup(ends[1]);
    close(ends[1]);
    check_number("what is left can be read", read(ends[0], buffer, CAPACITY), CAPACITY);
    check_error("a copy keeps it open", read(ends[0], buffer, 1), EAGAIN);
    close(copy);
    check_number("without a writer it ends", read(ends[0], buffer, 1), 0);
    close(ends[0]);

    check_number("pipe2 sets flags", pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    check("both of them", (fcntl(ends[0], F_GETFD) & FD_CLOEXEC) && (fcntl(ends[1], F_GETFL) & O_NONBLOCK));
    close(ends[0]);
    signal(SIGPIPE, count_signal);
    check_error("without a reader writing fails", write(ends[1], "x", 1), EPIPE);
    check_number("with a signal", signals_seen, 1);
    close(ends[1]);
    check_error("flags nobody knows", pipe2(ends, 0x40000000), EINVAL);
    int *volatile nowhere = (int *)8;
    check_error("ends in nowhere", pipe(nowhere), EFAULT);
}

static void vectors(void)
{
    int ends[2];
    char first[3], second[10];
    struct iovec parts[] = {{first, 3}, {second, 10}};

    pipe(ends);
    write(ends[1], "abc", 3);
    check_number("a vector does not wait for more than came", readv(ends[0], parts, 2), 3);
    check_number("and is written as one", writev(ends[1], (struct iovec[]){{"de", 2}, {"fgh", 3}}, 2), 5);
    check_number("and read as one", readv(ends[0], parts, 2), 5);
    close(ends[0]);
    close(ends[1]);

    pipe(ends);
    FILE *in = fdopen(ends[0], "r");
    FILE *out = fdopen(ends[1], "w");
    fprintf(out, "12 words\n");
    fflush(out);
    int number = 0;
    char word[16] = "";
    fscanf(in, "%d %15s", &number, word);
    check("stdio reads and writes it", number == 12 && strcmp(word, "words") == 0);
    fclose(out);
    check_number("to its end", (getc(in), getc(in)), EOF);
    fclose(in);
}

static void polling(void)
{
    int ends[2];
    fd_set reading, writing;
    struct timeval none = {0, 0};

    pipe(ends);
    check_number("an empty pipe can't be read", ready(ends[0], POLLIN, 0), 0);
    check_number("but written", ready(ends[1], POLLOUT, 0), POLLOUT);
    write(ends[1], "x", 1);
    check_number("one with bytes can", ready(ends[0], POLLIN | POLLPRI, 0), POLLIN);
    FD_ZERO(&reading);
    FD_ZERO(&writing);
    FD_SET(ends[0], &reading);
    FD_SET(ends[1], &writing);
    check_number("select says both", select(ends[1] + 1, &reading, &writing, NULL, &none), 2);
    read(ends[0], buffer, 1);
    FD_SET(ends[0], &reading);
    check_number("or one", select(ends[1] + 1, &reading, NULL, NULL, &none), 0);
    check("and leaves only what is ready", !FD_ISSET(ends[0], &reading));
    check_number("a timeout passes", ready(ends[0], POLLIN, 3), 0);
    close(ends[1]);
    check_number("the last writer hangs up", ready(ends[0], POLLIN, 0), POLLHUP);
    FD_ZERO(&reading);
    FD_SET(ends[0], &reading);
    check_number("which select calls ready to read", select(ends[0] + 1, &reading, NULL, NULL, &none), 1);
    close(ends[0]);
    pipe(ends);
    close(ends[0]);
    check_number("the last reader is an error to a writer", ready(ends[1], POLLOUT, 0), POLLOUT | POLLERR);
    close(ends[1]);
    check_number("what is closed is told", ready(ends[1], POLLIN, 0), POLLNVAL);
}

static void sockets(void)
{
    int ends[2], number = -1;
    socklen_t length = sizeof(number);
    struct sockaddr address;

    check_number("socketpair makes two", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    check_number("one sends", send(ends[0], "there", 5, 0), 5);
    check_number("the other sends back", write(ends[1], "back", 4), 4);
    check_number("peeking leaves it", recv(ends[1], buffer, 2, MSG_PEEK), 2);
    check_number("the one way", recv(ends[1], buffer, 100, 0), 5);
    check("as it was", memcmp(buffer, "there", 5) == 0);
    check_number("and the other", read(ends[0], buffer, 100), 4);
    check_error("nothing more", recv(ends[0], buffer, 1, 0), EAGAIN);
    check_number("it is a stream", getsockopt(ends[0], SOL_SOCKET, SO_TYPE, &number, &length) == 0 ? number : -1, SOCK_STREAM);
    check_number("without an error", getsockopt(ends[0], SOL_SOCKET, SO_ERROR, &number, &length) == 0 ? number : -1, 0);
    check_error("options nobody knows", setsockopt(ends[0], SOL_SOCKET, 9999, &number, sizeof(number)), ENOPROTOOPT);
    length = sizeof(address);
    check("its name is its family", getsockname(ends[0], &address, &length) == 0 && address.sa_family == AF_UNIX && length == 2);
    int tube[2];
    pipe(tube);
    check_error("a socket's call on a pipe", recv(tube[0], buffer, 1, 0), ENOTSOCK);
    close(tube[0]);
    close(tube[1]);
    check_number("a message of parts", sendmsg(ends[0], &(struct msghdr){.msg_iov = (struct iovec[]){{"ab", 2}, {"c", 1}}, .msg_iovlen = 2}, 0), 3);
    struct msghdr message = {.msg_iov = &(struct iovec){buffer, 100}, .msg_iovlen = 1};
    check_number("is received", recvmsg(ends[1], &message, 0), 3);
    check_number("writing can be shut down", shutdown(ends[0], SHUT_WR), 0);
    check_number("and ends what the other reads", read(ends[1], buffer, 1), 0);
    check_number("while it may still write", write(ends[1], "x", 1), 1);
    check_error("sending where nobody reads, without a signal", send(ends[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    close(ends[1]);
    check_number("what was sent before is there", read(ends[0], buffer, 10), 1);
    check_number("and then the end", read(ends[0], buffer, 10), 0);
    close(ends[0]);
    check_error("no pairs in a network", socketpair(AF_INET, SOCK_STREAM, 0, ends), EOPNOTSUPP);
    check_error("other families", socketpair(4000, SOCK_STREAM, 0, ends), EAFNOSUPPORT);
    check_error("other kinds", socketpair(AF_UNIX, SOCK_RDM, 0, ends), ESOCKTNOSUPPORT);
}

static void messages(int type)
{
    int ends[2], number = 0;
    socklen_t length = sizeof(number);

    check_number("socketpair of messages", socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends), 0);
    check_number("of its type", getsockopt(ends[0], SOL_SOCKET, SO_TYPE, &number, &length) == 0 ? number : -1, type);
    send(ends[0], "first", 5, 0);
    check_number("parts are one message", writev(ends[0], (struct iovec[]){{"sec", 3}, {"ond", 3}}, 2), 6);
    check_number("an empty one is one as well", send(ends[0], "", 0, 0), 0);
    check_number("they come one by one", recv(ends[1], buffer, 100, 0), 5);
    check_number("peeking leaves one", recv(ends[1], buffer, 100, MSG_PEEK), 6);
    struct msghdr message = {.msg_iov = &(struct iovec){buffer, 4}, .msg_iovlen = 1};
    check_number("a small buffer gets the beginning", recvmsg(ends[1], &message, 0), 4);
    check("and is told so", (message.msg_flags & MSG_TRUNC) != 0 && memcmp(buffer, "seco", 4) == 0);
    check_number("what had no room is lost", recv(ends[1], buffer, 100, 0), 0);
    check_error("then there is nothing", recv(ends[1], buffer, 100, 0), EAGAIN);
    send(ends[0], "longer", 6, 0);
    check_number("MSG_TRUNC tells the whole length", recv(ends[1], buffer, 2, MSG_TRUNC), 6);
    while (send(ends[0], buffer, 1000, 0) == 1000)
        number++;
    check("they fill up", errno == EAGAIN && number > 2);
    check_number("which poll knows", ready(ends[0], POLLOUT, 0) & POLLOUT, 0);
    check_number("and make room", recv(ends[1], buffer, 2000, 0), 1000);
    while (recv(ends[1], buffer, 2000, 0) > 0)
        ;
    send(ends[1], "last words", 10, 0);
    close(ends[1]);
    signals_seen = 0;
    signal(SIGPIPE, count_signal);
    check_number("what was sent before an end is there", recv(ends[0], buffer, 100, 0), 10);
    check_error("nobody is there to read", send(ends[0], "x", 1, 0), type == SOCK_DGRAM ? ECONNREFUSED : EPIPE);
    check_number("which is no signal for messages", signals_seen, 0);
    if (type == SOCK_DGRAM)
        check_error("datagrams have no end", recv(ends[0], buffer, 100, 0), EAGAIN);
    else
        check_number("packets do", recv(ends[0], buffer, 100, 0), 0);
    close(ends[0]);
}

static void counters(void)
{
    eventfd_t value = 0;
    int counter = eventfd(3, EFD_NONBLOCK);

    check("eventfd counts", counter >= 0 && eventfd_write(counter, 4) == 0);
    check_number("a read takes all", eventfd_read(counter, &value) == 0 ? (long long)value : -1, 7);
    check_error("then there is nothing", read(counter, &value, sizeof(value)), EAGAIN);
    check_number("it can be written, not read", ready(counter, POLLIN | POLLOUT, 0), POLLOUT);
    check_number("up to its largest", eventfd_write(counter, UINT64_MAX - 1), 0);
    check_number("then not", ready(counter, POLLIN | POLLOUT, 0), POLLIN);
    check_error("nor more", eventfd_write(counter, 1), EAGAIN);
    check_error("in fewer than eight bytes", read(counter, buffer, 4), EINVAL);
    close(counter);
    counter = eventfd(2, EFD_SEMAPHORE);
    check("a semaphore gives one at a time", eventfd_read(counter, &value) == 0 && value == 1 && eventfd_read(counter, &value) == 0 && value == 1);
    close(counter);
}

static void *write_much(void *end)
{
    for (int i = 0, left = MUCH; left > 0; i++) {
        int piece = left < 7000 ? left : 7000;
        memset(buffer, 'a' + i % 26, (size_t)piece);
        if (write(*(int *)end, buffer, (size_t)piece) != piece)
            return NULL;
        left -= piece;
    }
    close(*(int *)end);
    return end;
}

static void *write_later(void *end)
{
    nap();
    return write(*(int *)end, "now", 3) == 3 ? end : NULL;
}

static volatile bool has_read;

static void *read_once(void *end)
{
    char byte;
    ssize_t result = read(*(int *)end, &byte, 1);

    has_read = true;
    return (void *)(intptr_t)result;
}

static void threads(void)
{
    static char in[MUCH + 1];
    int ends[2], total = 0, count;
    pthread_t thread;
    void *result;

    pipe(ends);
    pthread_create(&thread, NULL, write_much, &ends[1]);
    while ((count = (int)read(ends[0], in + total, sizeof(in) - (size_t)total)) > 0)
        total += count;
    pthread_join(thread, &result);
    check("a writer waits for room and is not lost", result != NULL);
    check_number("a reader waits for bytes and gets all", total, MUCH);
    int wrong = 0;
    for (int i = 0; i < MUCH; i++)
        wrong += in[i] != 'a' + i / 7000 % 26;
    check_number("in their order", wrong, 0);
    close(ends[0]);

    pipe(ends);
    pthread_create(&thread, NULL, write_later, &ends[1]);
    check_number("poll waits for another thread", ready(ends[0], POLLIN, -1), POLLIN);
    pthread_join(thread, NULL);
    read(ends[0], buffer, 3);
    pthread_create(&thread, NULL, write_later, &ends[1]);
    fd_set reading;
    FD_ZERO(&reading);
    FD_SET(ends[0], &reading);
    check_number("so does select", select(ends[0] + 1, &reading, NULL, NULL, &(struct timeval){5, 0}), 1);
    pthread_join(thread, NULL);

    int empty[2];
    pipe(empty);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = count_signal}, NULL);
    signals_seen = 0;
    has_read = false;
    pthread_create(&thread, NULL, read_once, &empty[0]);
    /* On a busy machine the first one may come before the thread reads. */
    do {
        nap();
        pthread_kill(thread, SIGUSR1);
    } while (!has_read);
    pthread_join(thread, &result);
    check_number("a signal ends a read that waits", (intptr_t)result, -1);
    check("after its handler", signals_seen > 0);
    signals_seen = 0;
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = count_signal, .sa_flags = SA_RESTART}, NULL);
    pthread_create(&thread, NULL, read_once, &empty[0]);
    nap();
    pthread_kill(thread, SIGUSR1);
    do
        nap();
    while (signals_seen == 0);
    check_number("one with SA_RESTART runs its handler", signals_seen, 1);
    write(empty[1], "x", 1);
    pthread_join(thread, &result);
    check_number("and lets the read go on", (intptr_t)result, 1);
    pthread_create(&thread, NULL, read_once, &empty[0]);
    nap();
    close(empty[1]);
    pthread_join(thread, &result);
    check_number("so does the last writer's leaving, with the end", (intptr_t)result, 0);
    pthread_create(&thread, NULL, read_once, &empty[0]);
    pthread_join(thread, NULL);
    pipe(empty);
    pthread_create(&thread, NULL, read_once, &empty[0]);
    nap();
    pthread_cancel(thread);
    pthread_join(thread, &result);
    check("a read that waits can be cancelled", result == PTHREAD_CANCELED);
}

/* The layer keeps nothing of what was closed: more pairs than memory would hold. */
static void many(void)
{
    int ends[2], made = 0;

    for (int i = 0; i < 3000; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
            break;
        made++;
        close(ends[0]);
        close(ends[1]);
    }
    check_number("pairs are made and closed without end", made, 3000);
    while (pipe(ends) == 0)
        made++;
    check_number("descriptors end", errno, EMFILE);
}

int main(void)
{
    pipes();
    vectors();
    polling();
    sockets();
    messages(SOCK_SEQPACKET);
    messages(SOCK_DGRAM);
    counters();
    threads();
    many();
    return finish();
}
