/* A thread that does nothing but send itself signals, or make other short calls, does not keep another from its own. */
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static volatile int stop, rounds;
static volatile sig_atomic_t handled;

static void handle(int number)
{
    (void)number;
    handled++;
}

static void *send_signals(void *unused)
{
    while (!stop) {
        raise(SIGUSR1);
        rounds++;
    }
    return unused;
}

static void *make_calls(void *unused)
{
    while (!stop) {
        umask(022);
        rounds++;
    }
    return unused;
}

/* The calling thread gives the processor up before each call, so that another one is in the midst of its own. */
static void beside(const char *what, void *(*other)(void *))
{
    enum { CALLS = 40, THREADS = 1 };
    pthread_t threads[THREADS];

    stop = rounds = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, other, NULL);
    for (int i = 0; i < CALLS; i++) {
        usleep(1000);
        umask(022);
    }
    stop = 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    check(what, rounds > 0);
}

int main(void)
{
    signal(SIGUSR1, handle);
    beside("beside threads that loop on signals another makes its calls", send_signals);
    check("whose handlers ran", handled > 0);
    beside("and beside threads that loop on calls", make_calls);
    return finish();
}
