/* States worth a snapshot: threads that wait on a mutex, on a condition variable and in a sleep, with the timer running. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 3, BUSY = 60000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn;

static void sleep_microseconds(long microseconds)
{
    struct timespec duration = {.tv_sec = 0, .tv_nsec = microseconds * 1000};

    nanosleep(&duration, NULL);
}

/* Each thread waits for its turn; whoever has it works long enough for the others to queue up at the mutex. */
static void *take_turns(void *argument)
{
    int own = (int)(long)argument;
    volatile unsigned work = 0;

    for (int round = 0; round < ROUNDS; round++) {
        pthread_mutex_lock(&mutex);
        while (turn % 2 != own)
            pthread_cond_wait(&condition, &mutex);
        for (unsigned i = 0; i < BUSY; i++)
            work += i;
        turn++;
        printf("thread %d, round %d, work %u\n", own, round, work);
        fflush(stdout);
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
        sleep_microseconds(700 + 300 * own);
    }
    return argument;
}

int main(void)
{
    pthread_t threads[2];
    struct timespec end;

    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, take_turns, (void *)i);
    sleep_microseconds(1500);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%d turns, %ld ns\n", turn, (long)end.tv_nsec);
    return 5;
}
