/* What Nanvix lacks is refused: no call pretends. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

int main(void)
{
    char text[8];
    char *arguments[] = {"x", NULL};

    check_error("fork", fork(), ENOSYS);
    check_error("vfork", vfork(), ENOSYS);
    check_error("execve", execv("/x", arguments), ENOSYS);
    check_error("wait", waitpid(-1, NULL, 0), ENOSYS);
    check_error("socket", socket(AF_INET, SOCK_STREAM, 0), ENOSYS);
    struct addrinfo *found;
    check_number("who a name is", (errno = 0, getaddrinfo("nanvix.example", NULL, NULL, &found)), EAI_SYSTEM);
    check_number("since there is no socket to ask by", errno, ENOSYS);
    check_error("message queues", msgget(1, IPC_CREAT | 0600), ENOSYS);
    check_error("semaphores of System V", semget(1, 1, IPC_CREAT | 0600), ENOSYS);
    check_error("its shared memory", shmget(1, 1, IPC_CREAT | 0600), ENOSYS);
    check_error("terminals", open("/dev/tty", O_RDWR), ENXIO);
    check_error("setting the clock", clock_settime(CLOCK_REALTIME, &(struct timespec){0, 0}), EPERM);
    check_error("in its older form", settimeofday(&(struct timeval){0, 0}, NULL), EPERM);
    check_error("numbers nobody knows", syscall(4000), ENOSYS);
    check_error("negative ones", syscall(-1), ENOSYS);
    close(open("/file", O_CREAT | O_WRONLY, 0644));
    check_error("devices with a name", mknod("/device", S_IFCHR | 0644, 0), EPERM);
    check_error("reading a link that is a file", readlink("/file", text, sizeof(text)), EINVAL);
    check_error("reading one that is not there", readlink("/none", text, sizeof(text)), ENOENT);
    check_error("becoming another user", setuid(5), EPERM);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    check_number("a thread's processors are asked by its number", sched_getaffinity(gettid(), sizeof(one), &one), 0);
    check_number("which is one", CPU_COUNT(&one), 1);
    check_number("and set", sched_setaffinity(gettid(), sizeof(one), &one), 0);
    check_error("not those of a thread that is not there", sched_getaffinity(4711, sizeof(one), &one), ESRCH);
    check_error("nor any others", (CPU_ZERO(&one), CPU_SET(1, &one), sched_setaffinity(0, sizeof(one), &one)), EINVAL);
    unlink("/file");
    return finish();
}
