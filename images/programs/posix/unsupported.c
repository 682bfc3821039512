/* What Nanvix lacks is refused: no call pretends. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
    check_error("epoll", epoll_create1(0), ENOSYS);
    check_error("terminals", open("/dev/tty", O_RDWR), ENOENT);
    check_error("numbers nobody knows", syscall(4000), ENOSYS);
    check_error("negative ones", syscall(-1), ENOSYS);
    close(open("/file", O_CREAT | O_WRONLY, 0644));
    check_error("hard links", link("/file", "/link"), EPERM);
    check_error("symbolic links", symlink("/file", "/link"), EPERM);
    check_error("pipes with a name", mkfifo("/fifo", 0644), EPERM);
    check_error("reading a link that is a file", readlink("/file", text, sizeof(text)), EINVAL);
    check_error("reading one that is not there", readlink("/none", text, sizeof(text)), ENOENT);
    check_error("giving a file away", chown("/file", 5, 5), EPERM);
    check_error("becoming another user", setuid(5), EPERM);
    unlink("/file");
    return finish();
}
