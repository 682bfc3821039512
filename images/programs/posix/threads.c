/* Threads: pthreads with mutexes, conditions, semaphores, barriers, locks, thread-local data, joining, detaching,
 * cancelling. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { THREADS = 8, ROUNDS = 2000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_key_t key;
static _Thread_local int own = 5;
static int counter, ready, keys_destroyed, once_count;
static sem_t semaphore;

static void *count_up(void *argument)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        int seen = counter;
        if (i % 97 == 0)
            sched_yield();
        counter = seen + 1;
        pthread_mutex_unlock(&mutex);
    }
    own += (int)(long)argument;
    return (void *)(long)own;
}

static void joining(void)
{
    pthread_t threads[THREADS];
    bool started = true, results = true;
    void *result;

    for (long i = 0; i < THREADS; i++)
        started = pthread_create(&threads[i], NULL, count_up, (void *)i) == 0 && started;
    check("threads start", started);
    for (long i = 0; i < THREADS; i++)
        results = pthread_join(threads[i], &result) == 0 && (long)result == 5 + i && results;
    check("pthread_join gives what each returned", results);
    check_number("a mutex keeps them out of each other's way", counter, THREADS * ROUNDS);
    check_number("thread-local data is each thread's own", own, 5);
}

static void *wait_for_ready(void *argument)
{
    pthread_mutex_lock(&mutex);
    while (ready == 0)
        pthread_cond_wait(&condition, &mutex);
    ready--;
    pthread_mutex_unlock(&mutex);
    return argument;
}

static struct timespec soon(long milliseconds)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_nsec += milliseconds * 1000000;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

/* What nobody has taken yet, within five seconds: on a busy machine it takes long until a thread comes to it. */
static int left_over(void)
{
    int left = 1;

    for (int turn = 0; turn < 2500 && left > 0; turn++) {
        usleep(2000);
        pthread_mutex_lock(&mutex);
        left = ready;
        pthread_mutex_unlock(&mutex);
    }
    return left;
}

static void conditions(void)
{
    pthread_t threads[4];
    struct timespec deadline = soon(10);

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, wait_for_ready, NULL);
    usleep(2000);
    pthread_mutex_lock(&mutex);
    ready = 1;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&mutex);
    check_number("pthread_cond_signal wakes one", left_over(), 0);
    pthread_mutex_lock(&mutex);
    ready = 3;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    check_number("pthread_cond_broadcast wakes all", ready, 0);
    pthread_mutex_lock(&mutex);
    check_number("pthread_cond_timedwait gives up", pthread_cond_timedwait(&condition, &mutex, &deadline), ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
}

static void *post(void *argument)
{
    usleep(1000);
    sem_post(&semaphore);
    return argument;
}

static void semaphores(void)
{
    struct timespec deadline = soon(5);
    pthread_t thread;

    sem_init(&semaphore, 0, 1);
    check_number("sem_wait takes what is there", sem_wait(&semaphore), 0);
    check_error("sem_trywait does not wait", sem_trywait(&semaphore), EAGAIN);
    check_error("sem_timedwait does not wait for ever", sem_timedwait(&semaphore, &deadline), ETIMEDOUT);
    pthread_create(&thread, NULL, post, NULL);
    check_number("sem_wait waits for another thread", sem_wait(&semaphore), 0);
    pthread_join(thread, NULL);
    sem_destroy(&semaphore);
}

static void *lock_and_leave(void *kind)
{
    pthread_mutex_lock(kind);
    return NULL;
}

static void mutexes(void)
{
    pthread_mutex_t kind;
    pthread_mutexattr_t attribute;
    struct timespec deadline = soon(5);

    pthread_mutex_lock(&mutex);
    check_number("pthread_mutex_trylock does not wait", pthread_mutex_trylock(&mutex), EBUSY);
    check_number("pthread_mutex_timedlock not for ever", pthread_mutex_timedlock(&mutex, &deadline), ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
    pthread_mutexattr_init(&attribute);
    pthread_mutexattr_settype(&attribute, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&kind, &attribute);
    check_number("a recursive mutex", pthread_mutex_lock(&kind) | pthread_mutex_lock(&kind), 0);
    check_number("is unlocked as often as locked", pthread_mutex_unlock(&kind) | pthread_mutex_unlock(&kind), 0);
    pthread_mutexattr_settype(&attribute, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&kind, &attribute);
    pthread_mutex_lock(&kind);
    check_number("an error-checking one finds a deadlock", pthread_mutex_lock(&kind), EDEADLK);
    pthread_mutex_unlock(&kind);
    check_number("and a stranger's unlock", pthread_mutex_unlock(&kind), EPERM);
    pthread_mutexattr_settype(&attribute, PTHREAD_MUTEX_NORMAL);
    pthread_mutexattr_setrobust(&attribute, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&kind, &attribute);
    pthread_t thread;
    pthread_create(&thread, NULL, lock_and_leave, &kind);
    pthread_join(thread, NULL);
    check_number("a robust one tells that its owner died", pthread_mutex_lock(&kind), EOWNERDEAD);
    check_number("and can be made whole", pthread_mutex_consistent(&kind) | pthread_mutex_unlock(&kind), 0);
    check_number("a priority-inheriting one is a mutex",
                 pthread_mutexattr_setprotocol(&attribute, PTHREAD_PRIO_INHERIT), 0);
    pthread_mutex_init(&kind, &attribute);
    pthread_mutex_lock(&kind);
    deadline = soon(5);
    check_number("that is locked once", pthread_mutex_timedlock(&kind, &deadline), ETIMEDOUT);
    pthread_mutex_unlock(&kind);
}

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int readers, most_readers, serial;

static void count_once(void)
{
    once_count++;
}

static void *meet(void *argument)
{
    pthread_once(&once, count_once);
    pthread_rwlock_rdlock(&lock);
    pthread_mutex_lock(&mutex);
    readers++;
    most_readers = readers > most_readers ? readers : most_readers;
    pthread_mutex_unlock(&mutex);
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
        serial++;
    pthread_mutex_lock(&mutex);
    readers--;
    pthread_mutex_unlock(&mutex);
    pthread_rwlock_unlock(&lock);
    pthread_rwlock_wrlock(&lock);
    bool alone = readers == 0;
    pthread_rwlock_unlock(&lock);
    return (void *)(long)(argument == NULL && alone);
}

static void meeting(void)
{
    pthread_t threads[4];
    bool alone = true;
    void *result;

    pthread_barrier_init(&barrier, NULL, 4);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, meet, NULL);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &result);
        alone = alone && result != NULL;
    }
    check_number("readers share a read-write lock", most_readers, 4);
    check("a writer has it alone", alone);
    check_number("a barrier lets go all, and tells one", serial, 1);
    check_number("pthread_once runs once", once_count, 1);
}

static void destroy_key(void *value)
{
    keys_destroyed += *(int *)value;
}

static void *set_key(void *argument)
{
    pthread_setspecific(key, argument);
    return pthread_getspecific(key);
}

static void *end_soon(void *argument)
{
    usleep(100);
    sem_post(argument);
    return NULL;
}

static void endings(void)
{
    pthread_attr_t detached;
    pthread_t thread;
    int value = 3;
    void *result;
    bool started = true;

    pthread_key_create(&key, destroy_key);
    pthread_create(&thread, NULL, set_key, &value);
    pthread_join(thread, &result);
    check("a thread has its own values", result == &value && pthread_getspecific(key) == NULL);
    check_number("which are destroyed when it ends", keys_destroyed, 3);

    sem_init(&semaphore, 0, 0);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 300; i++) {
        started = pthread_create(&thread, &detached, end_soon, &semaphore) == 0 && started;
        if (i % 10 == 9)
            for (int k = 0; k < 10; k++)
                sem_wait(&semaphore);
    }
    check("three hundred detached threads come and go", started);
    for (int i = 0; i < 500; i++)
        started = pthread_create(&thread, NULL, set_key, &value) == 0 && pthread_join(thread, NULL) == 0 && started;
    check("and five hundred joined ones", started);
}

static void *sleep_long(void *argument)
{
    pthread_cleanup_push(destroy_key, argument);
    sleep(1000);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *wait_long(void *argument)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push((void (*)(void *))(void (*)(void))pthread_mutex_unlock, &mutex);
    for (;;)
        pthread_cond_wait(&condition, &mutex);
    pthread_cleanup_pop(1);
    return argument;
}

static void cancelling(void)
{
    pthread_t thread;
    int value = 10;
    void *result;

    keys_destroyed = 0;
    pthread_create(&thread, NULL, sleep_long, &value);
    usleep(1000);
    check_number("a thread that sleeps can be cancelled", pthread_cancel(thread), 0);
    pthread_join(thread, &result);
    check("and says so", result == PTHREAD_CANCELED);
    check_number("its cleanup has run", keys_destroyed, 10);
    pthread_create(&thread, NULL, wait_long, NULL);
    usleep(1000);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    check("one that waits for a condition too", result == PTHREAD_CANCELED && pthread_mutex_trylock(&mutex) == 0);
    pthread_mutex_unlock(&mutex);
}

static int c11(void *argument)
{
    return *(int *)argument * 2;
}

/* Two threads write lines to one file and to standard output: no line is torn. */
static void *write_lines(void *argument)
{
    char line[64];
    int file = open("/lines", O_WRONLY | O_APPEND);

    for (int i = 0; i < 200; i++) {
        int length = snprintf(line, sizeof(line), "thread %ld line %03d\n", (long)argument, i);

        write(file, line, (size_t)length);
        if (i % 20 == 0)
            write(STDOUT_FILENO, line, (size_t)length);
    }
    close(file);
    return NULL;
}

static void sharing(void)
{
    pthread_t threads[4];
    thrd_t other;
    int value = 21, lines = 0, bad = 0;
    char line[64];
    FILE *file;

    thrd_create(&other, c11, &value);
    thrd_join(other, &value);
    check_number("C11 threads work too", value, 42);

    fflush(stdout);
    close(open("/lines", O_CREAT | O_WRONLY, 0644));
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, write_lines, (void *)i);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    file = fopen("/lines", "r");
    while (fgets(line, sizeof(line), file) != NULL) {
        lines++;
        bad += strlen(line) != strlen("thread 0 line 000\n");
    }
    fclose(file);
    unlink("/lines");
    check_number("four threads append to one file", lines, 800);
    check_number("and tear no line", bad, 0);
}

static void *use_files(void *argument)
{
    char name[64], text[64];
    long wrong = 0;

    for (int i = 0; i < 50; i++) {
        int file, length = snprintf(name, sizeof(name), "/thread %ld file %d", (long)argument, i);

        file = open(name, O_CREAT | O_RDWR, 0644);
        write(file, name, (size_t)length);
        void *memory = malloc((size_t)i * 1000 + 1);
        memset(memory, i, (size_t)i * 1000 + 1);
        wrong += pread(file, text, sizeof(text), 0) != length || memcmp(name, text, (size_t)length) != 0;
        free(memory);
        close(file);
        wrong += unlink(name) != 0;
    }
    return (void *)wrong;
}

static void stacks(void)
{
    pthread_attr_t attribute;
    void *base;
    size_t size;

    check_number("pthread_getattr_np knows the first thread", pthread_getattr_np(pthread_self(), &attribute), 0);
    pthread_attr_getstack(&attribute, &base, &size);
    check("and how large its stack may get", size > 3 << 20 && size <= 4 << 20);
    check("which is where its variables are", (char *)base < (char *)&size && (char *)&size < (char *)base + size);
}

static void busy(void)
{
    pthread_t threads[THREADS];
    long wrong = 0;
    void *result;

    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, use_files, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    check_number("eight threads use files and memory at once", wrong, 0);
}

int main(void)
{
    joining();
    conditions();
    semaphores();
    mutexes();
    meeting();
    endings();
    cancelling();
    sharing();
    busy();
    stacks();
    return finish();
}
