/* Named pipes: making and opening them, who waits for whom, ends, what poll says. In the current directory, so that it can be asked
 * of Linux too. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "listed.h"

static char text[16];

static const char *get(int file)
{
    ssize_t length = read(file, text, sizeof(text) - 1);

    text[length < 0 ? 0 : length] = '\0';
    return length < 0 ? "(nothing)" : text;
}

static short polled(int file, short events)
{
    struct pollfd one = {.fd = file, .events = events};

    return poll(&one, 1, 0) < 0 ? -1 : one.revents;
}

static void made(void)
{
    struct stat status;

    check_number("a named pipe is made", mkfifo("fifo", 0640), 0);
    check("stat says so", stat("fifo", &status) == 0 && S_ISFIFO(status.st_mode) && status.st_size == 0);
    check_number("its mode is the one given", status.st_mode & 07777, 0640);
    check_number("a directory's list says so", listed("fifo"), DT_FIFO);
    check_error("its name is taken", mkfifo("fifo", 0600), EEXIST);
    check_error("also for a file", open("fifo", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
    check_error("it is no directory", open("fifo", O_RDONLY | O_DIRECTORY), ENOTDIR);
    check_error("and has no size to change", truncate("fifo", 10), EINVAL);
    check_number("its mode can be changed", chmod("fifo", 0600), 0);
    check("and is told", stat("fifo", &status) == 0 && status.st_mode == (S_IFIFO | 0600));
}

static void at_once(void)
{
    struct stat by_name, by_file;
    int waiting = 0;

    check_error("a writer without a reader is refused", open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    check("a reader is not", reader >= 0);
    check_number("nothing can be read, and it is the end", read(reader, text, 1), 0);
    check_number("which poll calls no end before there was a writer", polled(reader, POLLIN), 0);
    int writer = open("fifo", O_WRONLY | O_NONBLOCK);
    check("now a writer is let in", writer >= 0);
    check_error("and the end is none", read(reader, text, 1), EAGAIN);
    check_number("poll lets it write", polled(writer, POLLOUT), POLLOUT);
    check("both are the file of that name", fstat(reader, &by_file) == 0 && stat("fifo", &by_name) == 0 &&
                                                by_file.st_ino == by_name.st_ino && by_file.st_mode == by_name.st_mode);
    check_number("it writes", write(writer, "abc", 3), 3);
    check_number("poll says that there is something", polled(reader, POLLIN), POLLIN);
    check("FIONREAD how much", ioctl(reader, FIONREAD, &waiting) == 0 && waiting == 3);
    check_text("it is read", get(reader), "abc");
    check_error("there is no place in it", lseek(reader, 0, SEEK_SET), ESPIPE);
    check_error("a reader does not write", write(reader, "x", 1), EBADF);
    check_error("a writer does not read", read(writer, text, 1), EBADF);
    int second = open("fifo", O_WRONLY);
    check("a second writer comes", second >= 0);
    close(writer);
    check_error("while one is left there is no end", read(reader, text, 1), EAGAIN);
    write(second, "left", 4);
    close(second);
    check_number("after the last poll says both", polled(reader, POLLIN), POLLIN | POLLHUP);
    check_text("what was written is still there", get(reader), "left");
    check_number("then it is the end", read(reader, text, 1), 0);
    check_number("poll says so", polled(reader, POLLIN), POLLHUP);
    writer = open("fifo", O_WRONLY);
    check_error("until a writer comes again", read(reader, text, 1), EAGAIN);
    close(reader);
    check_error("without a reader it can't be written", write(writer, "x", 1), EPIPE);
    check_number("poll says so", polled(writer, POLLOUT), POLLOUT | POLLERR);
    close(writer);
    int both = open("fifo", O_RDWR);
    write(both, "own", 3);
    check_text("who reads and writes waits for nobody", get(both), "own");
    write(both, "lost", 4);
    close(both);
    reader = open("fifo", O_RDONLY | O_NONBLOCK);
    check_number("what nobody read goes with the last", read(reader, text, 1), 0);
    close(reader);
}

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void *writes_late(void *unused)
{
    (void)unused;
    usleep(20000);
    int writer = open("fifo", O_WRONLY);
    usleep(20000);
    write(writer, "late", 4);
    close(writer);
    return NULL;
}

static void *reads_late(void *unused)
{
    (void)unused;
    usleep(20000);
    int reader = open("fifo", O_RDONLY);
    char *read_there = get(reader)[0] == 'x' ? text : NULL;
    close(reader);
    return read_there;
}

static void waiting(void)
{
    pthread_t thread;
    void *read_there;
    long long start = now();

    pthread_create(&thread, NULL, writes_late, NULL);
    int reader = open("fifo", O_RDONLY);
    check("a reader waits for a writer", now() - start >= 20000000);
    check_text("and for what it writes", get(reader), "late");
    check("which comes later", now() - start >= 40000000);
    check_number("and then ends", read(reader, text, 1), 0);
    close(reader);
    pthread_join(thread, NULL);

    start = now();
    pthread_create(&thread, NULL, reads_late, NULL);
    int writer = open("fifo", O_WRONLY);
    check("a writer waits for a reader", now() - start >= 20000000);
    write(writer, "x", 1);
    pthread_join(thread, &read_there);
    check("which reads what it writes", read_there != NULL);
    close(writer);
}

static void names(void)
{
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);

    check_number("it is given another name", rename("fifo", "other"), 0);
    int writer = open("other", O_WRONLY | O_NONBLOCK);
    write(writer, "same", 4);
    check_text("and is the same", get(reader), "same");
    check_number("the name is removed", unlink("other"), 0);
    write(writer, "on", 2);
    check_text("who has it open goes on", get(reader), "on");
    check_error("nobody else finds it", open("other", O_RDONLY), ENOENT);
    close(reader), close(writer);
    check_number("a node of that kind is one too", mknod("fifo", S_IFIFO | 0600, 0), 0);
    check_number("as the list says", listed("fifo"), DT_FIFO);
    unlink("fifo");
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    umask(0);
    made();
    at_once();
    waiting();
    names();
    return finish();
}
