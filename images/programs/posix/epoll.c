/* epoll: what is in the set, what it tells, once or at each change, and waiting for another thread. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int set;
static struct epoll_event events[8];

static int change(int operation, int descriptor, uint32_t wanted)
{
    return epoll_ctl(set, operation, descriptor, &(struct epoll_event){.events = wanted, .data.fd = descriptor});
}

static int wait_for(int milliseconds)
{
    return epoll_wait(set, events, 8, milliseconds);
}

static void membership(void)
{
    int ends[2], file = open("file", O_CREAT | O_RDWR, 0644);

    pipe(ends);
    check_number("a set is empty", wait_for(0), 0);
    check_number("a pipe goes in", change(EPOLL_CTL_ADD, ends[0], EPOLLIN), 0);
    check_error("once", change(EPOLL_CTL_ADD, ends[0], EPOLLIN), EEXIST);
    check_error("not what is closed", change(EPOLL_CTL_ADD, 77, EPOLLIN), EBADF);
    check_error("nor a file", change(EPOLL_CTL_ADD, file, EPOLLIN), EPERM);
    check_error("nor the set", change(EPOLL_CTL_ADD, set, EPOLLIN), EINVAL);
    check_error("only what is in can be changed", change(EPOLL_CTL_MOD, ends[1], EPOLLOUT), ENOENT);
    check_error("or taken out", change(EPOLL_CTL_DEL, ends[1], 0), ENOENT);
    check_error("a pipe is no set", epoll_ctl(ends[0], EPOLL_CTL_ADD, ends[1], events), EINVAL);
    check_error("nor can it be asked", epoll_wait(ends[0], events, 8, 0), EINVAL);
    check_error("for no event", epoll_wait(set, events, 0, 0), EINVAL);
    check_number("it is taken out", change(EPOLL_CTL_DEL, ends[0], 0), 0);
    write(ends[1], "x", 1);
    check_number("and is told no more", wait_for(0), 0);
    change(EPOLL_CTL_ADD, ends[0], EPOLLIN);
    check_number("back in it is", wait_for(0), 1);
    close(ends[0]);
    close(ends[1]);
    check_number("what is closed drops out", wait_for(0), 0);
    pipe(ends);
    write(ends[1], "x", 1);
    check_number("also when another has its number", wait_for(0), 0);
    check_number("which can be put in", change(EPOLL_CTL_ADD, ends[0], EPOLLIN), 0);
    close(ends[0]);
    close(ends[1]);
    close(file);
    unlink("file");
}

static void telling(void)
{
    int ends[2];
    char byte;

    pipe(ends);
    change(EPOLL_CTL_ADD, ends[0], EPOLLIN);
    change(EPOLL_CTL_ADD, ends[1], EPOLLOUT);
    check_number("the end to write is ready", wait_for(0), 1);
    check("and is told by its data", events[0].data.fd == ends[1] && events[0].events == EPOLLOUT);
    write(ends[1], "ab", 2);
    check_number("then both", wait_for(0), 2);
    check_number("as often as one asks", wait_for(-1), 2);
    check_number("one after the other", epoll_wait(set, events, 1, 0), 1);
    int first = events[0].data.fd;
    epoll_wait(set, events, 1, 0);
    check("in turn", events[0].data.fd != first);
    change(EPOLL_CTL_MOD, ends[1], 0);
    change(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET);
    check_number("at its edge it is told", wait_for(0), 1);
    check_number("once", wait_for(0), 0);
    write(ends[1], "c", 1);
    check_number("until there is more", wait_for(0), 1);
    change(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT);
    check_number("with EPOLLONESHOT it is told", wait_for(0), 1);
    write(ends[1], "d", 1);
    check_number("once for all", wait_for(0), 0);
    change(EPOLL_CTL_MOD, ends[0], EPOLLIN);
    check_number("until it is set again", wait_for(0), 1);
    while (read(ends[0], &byte, 1) == 1 && byte != 'd')
        ;
    check_number("a timeout passes", wait_for(3), 0);
    close(ends[1]);
    check_number("an end is told unasked", (change(EPOLL_CTL_MOD, ends[0], 0), wait_for(0)), 1);
    check_number("as a hang-up", events[0].events, EPOLLHUP);
    close(ends[0]);
}

static void *write_later(void *end)
{
    nanosleep(&(struct timespec){0, 2000000}, NULL);
    write(*(int *)end, "x", 1);
    return NULL;
}

static void waiting(void)
{
    int ends[2], outer = epoll_create1(EPOLL_CLOEXEC);
    pthread_t thread;

    pipe(ends);
    change(EPOLL_CTL_ADD, ends[0], EPOLLIN);
    check_number("a set goes into a set", epoll_ctl(outer, EPOLL_CTL_ADD, set, &(struct epoll_event){.events = EPOLLIN}), 0);
    check_number("which has nothing to tell", epoll_wait(outer, events, 8, 0), 0);
    pthread_create(&thread, NULL, write_later, &ends[1]);
    check_number("another thread is waited for", wait_for(-1), 1);
    check_number("which the outer set knows too", epoll_wait(outer, events, 8, 0), 1);
    pthread_join(thread, NULL);
    close(ends[0]);
    close(ends[1]);
    close(outer);
}

int main(void)
{
    set = epoll_create1(0);
    check("a set is made", set >= 0);
    check_error("flags nobody knows", epoll_create1(12345), EINVAL);
    membership();
    telling();
    waiting();
    close(set);
    return finish();
}
