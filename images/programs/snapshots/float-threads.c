/* Threads with rounding, precision and masks of their own, which lose the processor in the middle of their arithmetic. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, ROUNDS = 40, STEPS = 500 };

static uint64_t results[THREADS];

static uint64_t bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void *work(void *argument)
{
    unsigned own = (unsigned)(uintptr_t)argument;
    /* the four rounding modes; the last thread also has double precision, and denormals as zeros */
    uint16_t control = own == 3 ? 0x0e7f : (uint16_t)(0x037f | own << 10), status;
    uint32_t mxcsr = 0x1f80 | own << 13 | (own == 3 ? 0x8040 : 0);
    double sum = own + 0.1, sine;
    float ratio = 1.0f / (float)(own + 3);
    volatile double tiny = 4.9e-324;
    uint64_t hash = own;
    int32_t rounded, converted;

    __asm__ volatile("fldcw %0\n\tldmxcsr %1" : : "m"(control), "m"(mxcsr));
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (int i = 1; i < STEPS; i++) {
            sum = sum * 1.0000001 + 1.0 / i - tiny * i;
            ratio = ratio * 1.001f - (float)sum * 1e-9f;
            __asm__ volatile("fldl %1\n\tfldpi\n\tfmulp\n\tfsin\n\tfstpl %0" : "=m"(sine) : "m"(sum));
            __asm__ volatile("fldl %1\n\tfistpl %0" : "=m"(rounded) : "m"(sum));
            __asm__ volatile("cvtsd2si %1, %0" : "=r"(converted) : "m"(sum));
            hash = (hash ^ bits_of(sum) ^ bits_of(sine) >> 3) * 1099511628211u + (uint32_t)rounded + (uint32_t)converted;
            hash += bits_of(ratio);
        }
        __asm__ volatile("fnstsw %0\n\tstmxcsr %1" : "=m"(status), "=m"(mxcsr));
        hash += status + mxcsr;
        if (round % 8 == own) {
            struct timespec pause = {.tv_sec = 0, .tv_nsec = 50000 * (own + 1)};

            nanosleep(&pause, NULL);
        }
    }
    results[own] = hash;
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        printf("thread %u: %016llx\n", i, (unsigned long long)results[i]);
    }
    return 4;
}
