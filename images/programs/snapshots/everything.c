/* Threads that wait with a time limit, files, time stamps, random numbers, input, string instructions backwards, undefined flags. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 3, ROUNDS = 12, STEPS = 1500, TEXT = 5000, MOVED = 4700 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static uint32_t shared, waits, results[WORKERS];
static char texts[WORKERS][TEXT];

/* What IMUL, SHL, RCR, BSF, DAA and AAS leave in flags and registers, the undefined ones as well. */
static uint32_t flags_of(uint32_t x, uint32_t y)
{
    uint32_t flags, result;

    __asm__ volatile("mov %2, %%eax\n\tmov %3, %%ecx\n\tsub %%ecx, %%eax\n\tsbb %%edx, %%edx\n\tadc %%ecx, %%edx\n\t"
                     "imul %%ecx, %%eax\n\tshl %%cl, %%edx\n\trcr $3, %%edx\n\tbsf %%eax, %%ecx\n\tsetc %%al\n\t"
                     "daa\n\taas\n\txor %%edx, %%eax\n\tmov %%eax, %1\n\tpushf\n\tpop %0"
                     : "=r"(flags), "=m"(result)
                     : "m"(x), "m"(y)
                     : "eax", "ecx", "edx", "cc");
    return flags * 7 + result;
}

static uint32_t chance(void)
{
    uint32_t time_stamp, high, random;

    __asm__ volatile("rdtsc" : "=a"(time_stamp), "=d"(high));
    __asm__ volatile("rdrand %0" : "=r"(random) : : "cc");
    return time_stamp + high + random;
}

static void copy_backwards(char *to, const char *from, size_t count)
{
    const char *source = from + count - 1;
    char *target = to + count - 1;

    __asm__ volatile("std\n\trep movsb\n\tcld" : "+S"(source), "+D"(target), "+c"(count) : : "memory");
}

static void wait_or_wake(unsigned own, uint32_t *hash)
{
    struct timespec limit;

    pthread_mutex_lock(&mutex);
    shared = shared * 3 + (*hash & 0xff);
    if ((shared ^ own) & 1) {
        clock_gettime(CLOCK_REALTIME, &limit);
        limit.tv_nsec += 30000;
        if (limit.tv_nsec >= 1000000000) {
            limit.tv_nsec -= 1000000000;
            limit.tv_sec++;
        }
        waits++;
        if (pthread_cond_timedwait(&condition, &mutex, &limit) == ETIMEDOUT)
            *hash ^= 0x5555;
    } else {
        pthread_cond_broadcast(&condition);
    }
    pthread_mutex_unlock(&mutex);
}

static uint32_t use_file(unsigned round, uint32_t hash)
{
    char name[32], first = 0;
    int file;

    snprintf(name, sizeof name, "/f%u.txt", round % 3);
    file = open(name, O_CREAT | O_RDWR | O_APPEND, 0644);
    if (file < 0)
        return (uint32_t)errno;
    hash += (uint32_t)write(file, &hash, sizeof hash) + (uint32_t)lseek(file, 0, SEEK_END);
    hash ^= (uint32_t)pread(file, &first, 1, 0) + (uint8_t)first;
    close(file);
    if (round % 5 == 4)
        hash += (uint32_t)unlink(name);
    return hash;
}

static void *work(void *argument)
{
    unsigned own = (unsigned)(uintptr_t)argument;
    uint32_t hash = own;

    for (unsigned round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < STEPS; i++)
            hash = hash * 31 + flags_of(hash ^ i, i * 77 + own);
        hash += chance();
        copy_backwards(texts[own], texts[(own + 1) % WORKERS], MOVED);
        memset(texts[own], (int)hash, 100 + hash % 300);
        wait_or_wake(own, &hash);
        if (own == 2)
            hash = use_file(round, hash);
    }
    results[own] = hash;
    return NULL;
}

int main(void)
{
    pthread_t threads[WORKERS];
    uint32_t input = 0;
    char bytes[5];

    for (uintptr_t i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (ssize_t count; (count = read(0, bytes, sizeof bytes)) > 0;) {
        for (ssize_t i = 0; i < count; i++)
            input = input * 131 + (uint8_t)bytes[i];
        usleep(40);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        printf("worker %u: %08x\n", i, (unsigned)results[i]);
    }
    printf("shared %u, %u waits, input %08x\n", (unsigned)shared, (unsigned)waits, (unsigned)input);
    return 7;
}
