/* memcpy, memmove and memset by string instructions: one instruction per call, however long. */
#include "kernel.h"

void *memcpy(void *to, const void *from, size_t size)
{
    void *destination = to;
    size_t words = size / 4;

    __asm__ volatile("rep movsl\n\t"
                     "movl %3, %%ecx\n\t"
                     "rep movsb"
                     : "+D"(destination), "+S"(from), "+c"(words)
                     : "r"(size % 4)
                     : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    char *destination = to;
    const char *source = from;

    if (destination <= source || destination >= source + size)
        return memcpy(to, from, size);
    destination += size - 1;
    source += size - 1;
    __asm__ volatile("std\n\t"
                     "rep movsb\n\t"
                     "cld"
                     : "+D"(destination), "+S"(source), "+c"(size)
                     :
                     : "memory", "cc");
    return to;
}

void *memset(void *to, int value, size_t size)
{
    void *destination = to;
    uint32_t word = (uint8_t)value * 0x01010101u;
    size_t words = size / 4;

    __asm__ volatile("rep stosl\n\t"
                     "movl %3, %%ecx\n\t"
                     "rep stosb"
                     : "+D"(destination), "+c"(words)
                     : "a"(word), "r"(size % 4)
                     : "memory");
    return to;
}
