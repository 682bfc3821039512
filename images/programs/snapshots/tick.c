/* Asks for a snapshot twice and says what the kernel answered, and what the clock said before and after. */
#include <errno.h>
#include <nanvix/snapshot.h>
#include <stdio.h>
#include <time.h>

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(void)
{
    long long before = now(), after;
    int first, second;

    first = nanvix_take_snapshot() == 0 ? 0 : errno;
    after = now();
    second = nanvix_take_snapshot() == 0 ? 0 : errno;
    printf("first %d, second %d, %s, %lld\n", first, second, after < before ? "backwards" : "forwards", after - before);
    return 0;
}
