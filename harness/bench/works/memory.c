/* Walks over 16 MiB in strides that miss every cache, and copies and compares pieces of it. */
#include <stdio.h>
#include <string.h>
#define SIZE (16u << 20)
static unsigned char memory[SIZE];
int main(void)
{
    unsigned sum = 0;
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned at = round, i = 0; i < 2000000; i++) {
            at = (at + 4096 * 37 + 64) % SIZE;
            memory[at] += i;
            sum += memory[at];
        }
        memcpy(memory, memory + SIZE / 2, SIZE / 2 - round);
        sum += memcmp(memory, memory + SIZE / 2, SIZE / 2 - round) == 0;
    }
    printf("memory %u\n", sum);
    return 0;
}
