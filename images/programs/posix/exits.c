/* Ways to end: `exits HOW [STATUS]`, with HOW one of return, exit, _exit, abort, raise, null, thread. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static void at_exit(void)
{
    printf("exit handlers run\n");
}

static void *leave(void *status)
{
    exit(*(int *)status);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "return";
    int status = argc > 2 ? atoi(argv[2]) : 0;
    pthread_t thread;

    atexit(at_exit);
    printf("leaving by %s\n", how);
    if (strcmp(how, "exit") == 0)
        exit(status);
    if (strcmp(how, "_exit") == 0) {
        fflush(stdout);
        _exit(status);
    }
    if (strcmp(how, "abort") == 0 || strcmp(how, "raise") == 0)
        fflush(stdout);
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "raise") == 0)
        raise(status);
    if (strcmp(how, "null") == 0) {
        fflush(stdout);
        *(volatile int *)NULL = 0;
    }
    if (strcmp(how, "thread") == 0) {
        pthread_create(&thread, NULL, leave, &status);
        pthread_join(thread, NULL);
    }
    return status;
}
