/* What the program is told of itself and may set: groups, niceness, scheduling, clocks of its threads; locks on files that nobody
 * else holds; masks of signals for the time of a wait. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t seen;

static void count(int number)
{
    (void)number;
    seen++;
}

static void identity(void)
{
    gid_t groups[] = {5, 6}, read[8];

    check_number("groups are set", setgroups(2, groups), 0);
    check("and read", getgroups(8, read) == 2 && read[0] == 5 && read[1] == 6);
    check_number("as many as there are", getgroups(0, NULL), 2);
    check_error("in a list that is long enough", getgroups(1, read), EINVAL);
    check_number("or none", setgroups(0, NULL) == 0 ? getgroups(0, NULL) : -1, 0);
    errno = 0;
    check("a user who is not known is no error", getpwnam("nobody-knows") == NULL && errno == 0);
    check("nor is a group", getgrnam("nobody-knows") == NULL && errno == 0);
}

static void scheduling(void)
{
    struct timespec interval, time;
    clockid_t clock;

    check_number("the niceness is 0", getpriority(PRIO_PROCESS, 0), 0);
    check_number("and can be set", setpriority(PRIO_PROCESS, 0, 5), 0);
    check_number("then it is told", getpriority(PRIO_PROCESS, getpid()), 5);
    check_error("not of a process that is not there", getpriority(PRIO_PROCESS, 0x3ffffff0), ESRCH);
    check_error("nor of a kind nobody knows", getpriority(7, 0), EINVAL);
    check_number("ordinary threads have one priority", sched_get_priority_max(SCHED_OTHER), 0);
    check("those of real time have many", sched_get_priority_min(SCHED_FIFO) == 1 && sched_get_priority_max(SCHED_RR) == 99);
    check_error("a policy nobody knows", sched_get_priority_max(77), EINVAL);
    check("threads take turns", sched_rr_get_interval(0, &interval) == 0 && interval.tv_sec == 0 && interval.tv_nsec >= 0);
    check("a thread has a clock", pthread_getcpuclockid(pthread_self(), &clock) == 0 && clock_gettime(clock, &time) == 0);
    check("so has the process", clock_getcpuclockid(getpid(), &clock) == 0 && clock_gettime(clock, &time) == 0);
    check_error("but no other", clock_gettime((clockid_t)(~4711u << 3 | 6), &time), EINVAL);
}

static void locks(void)
{
    int file = open("file", O_CREAT | O_RDWR, 0644), ends[2];

    check_number("a file is locked", flock(file, LOCK_EX | LOCK_NB), 0);
    check_number("and unlocked", flock(file, LOCK_UN), 0);
    check_error("in a way that is known", flock(file, 77), EINVAL);
    check_error("if it is open", flock(99, LOCK_EX), EBADF);
    pipe(ends);
    check_number("a pipe has a size", fcntl(ends[0], F_GETPIPE_SZ), 65536);
    check_number("which can be less", fcntl(ends[1], F_SETPIPE_SZ, 8192), 8192);
    check_number("at both ends", fcntl(ends[0], F_GETPIPE_SZ), 8192);
    static char bytes[8193];
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    check_number("then it holds so much", write(ends[1], bytes, sizeof(bytes)), 8192);
    check_error("a file has none", fcntl(file, F_GETPIPE_SZ), EBADF);
    close(ends[0]);
    close(ends[1]);
    close(file);
    unlink("file");
}

static void masks(void)
{
    const struct timespec soon = {0, 1000000};
    struct epoll_event event;
    sigset_t none, blocked;
    int set = epoll_create1(0);

    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    signal(SIGUSR1, count);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    raise(SIGUSR1);
    check_number("a blocked signal waits", ppoll(NULL, 0, &soon, NULL), 0);
    check_number("for its time", seen, 0);
    check_error("ppoll lets it in", ppoll(NULL, 0, &soon, &none), EINTR);
    check_number("while it waits", seen, 1);
    raise(SIGUSR1);
    check_number("and no longer", seen, 1);
    check_error("so does pselect", pselect(0, NULL, NULL, NULL, &soon, &none), EINTR);
    raise(SIGUSR1);
    check_error("and epoll_pwait", epoll_pwait(set, &event, 1, 1, &none), EINTR);
    check_number("each time", seen, 3);
    close(set);
}

int main(void)
{
    identity();
    scheduling();
    locks();
    masks();
    return finish();
}
