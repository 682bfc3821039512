/*
 * Random numbers. Nanvix has no source of entropy, and a run has to be repeatable: these numbers are pseudo-random
 * (xoshiro256**), the same in every run with the same seed. The seed is the text of the environment variable
 * NANVIX_RANDOM_SEED, empty if there is none. They are good for hash tables and simulations, and for no secret.
 */
#include "random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "calls.h"
#include "pointers.h"

static uint64_t state[4];

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t next(void)
{
    uint64_t result = rotate(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;

    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

/* splitmix64, which its authors recommend for filling the state. */
static uint64_t mix(uint64_t *seed)
{
    uint64_t value = *seed += 0x9e3779b97f4a7c15;

    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

void nvx_random_seed(const char *text)
{
    uint64_t seed = 0xcbf29ce484222325;

    for (; *text != '\0'; text++)
        seed = (seed ^ (unsigned char)*text) * 0x100000001b3;
    for (unsigned i = 0; i < sizeof(state) / sizeof(state[0]); i++)
        state[i] = mix(&seed);
}

void nvx_random_fill(void *buffer, size_t bytes)
{
    char *at = buffer;

    while (bytes > 0) {
        uint64_t value = next();
        size_t piece = bytes < sizeof(value) ? bytes : sizeof(value);

        memcpy(at, &value, piece);
        at += piece;
        bytes -= piece;
    }
}

long nvx_call_getrandom(void *buffer, size_t bytes, unsigned flags)
{
    const size_t most = 32 << 20;

    if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM)) != 0)
        return -EINVAL;
    if (bytes > most)
        bytes = most;
    if (!nvx_writable(buffer, bytes))
        return -EFAULT;
    nvx_random_fill(buffer, bytes);
    return (long)bytes;
}
