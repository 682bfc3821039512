/*
 * What the programs of this folder draw their arguments from, and how they name the parts of what they print. They say
 * the same on every machine whose libc and processor do what they should: nothing of time, place or chance is in it.
 */
#ifndef DRAW_H
#define DRAW_H

#include <stdint.h>
#include <stdio.h>

static uint64_t draw_state = 1;

/* The next number of a generator (splitmix64): the same sequence after each `draw_state = seed`. */
__attribute__((unused)) static uint64_t draw(void)
{
    uint64_t z = draw_state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* A number below `limit`. */
__attribute__((unused)) static unsigned draw_below(unsigned limit)
{
    return (unsigned)(draw() >> 32) % limit;
}

/* All lines up to the next section belong to this one. */
__attribute__((unused)) static void section(const char *name)
{
    printf("== %s\n", name);
}

#endif
