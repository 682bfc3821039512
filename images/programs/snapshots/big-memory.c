/* Much memory, touched here and there, moved over page boundaries, protected, given back and taken again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MEBIBYTE = 1 << 20, PAGE = 4096, ROUNDS = 5, TOUCHES = 300, PIECE = 64 };

int main(void)
{
    uint32_t seed = 7, sum = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t size = (6 + 4 * round) * MEBIBYTE;
        uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *block;

        if (memory == MAP_FAILED)
            return 1;
        for (unsigned i = 0; i < TOUCHES; i++) {
            seed = seed * 1664525 + 1013904223;
            memset(memory + (seed >> 4) % (size - PIECE), (int)(seed & 0xff), PIECE);
            sum += memory[(seed >> 7) % size];
        }
        memmove(memory + 100, memory + 4000, 100000);
        memmove(memory + 9000, memory + 4001, 100000);
        for (size_t at = 0; at < size; at += PAGE)
            sum = sum * 31 + memory[at];
        mprotect(memory, 16 * PAGE, PROT_READ);
        sum += memory[5];
        mprotect(memory, 16 * PAGE, PROT_READ | PROT_WRITE);
        memory[5] = (uint8_t)sum;
        block = malloc(2 * MEBIBYTE);
        memset(block, (int)round, 2 * MEBIBYTE);
        sum += block[12345];
        free(block);
        if (round % 2 == 1)
            munmap(memory, size);
    }
    printf("sum %08x\n", (unsigned)sum);
    return 6;
}
