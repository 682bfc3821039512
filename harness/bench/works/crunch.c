/* Sorts, sieves and multiplies matrices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static unsigned state = 12345;
static unsigned draw(void) { state = state * 1664525u + 1013904223u; return state >> 8; }
static int cmp(const void *a, const void *b) { int x = *(const int *)a, y = *(const int *)b; return (x > y) - (x < y); }
static int numbers[300000];
static unsigned char composite[4000000];
static int a[160][160], b[160][160], c[160][160];
int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1;
    unsigned sum = 0;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 300000; i++) numbers[i] = draw();
        qsort(numbers, 300000, sizeof numbers[0], cmp);
        for (int i = 0; i < 300000; i += 1000) sum = sum * 31 + numbers[i];
        memset(composite, 0, sizeof composite);
        for (int i = 2; i * i < 4000000; i++)
            if (!composite[i]) for (int j = i * i; j < 4000000; j += i) composite[j] = 1;
        for (int i = 2; i < 4000000; i++) sum += !composite[i];
        for (int i = 0; i < 160; i++) for (int j = 0; j < 160; j++) { a[i][j] = draw(); b[i][j] = draw(); c[i][j] = 0; }
        for (int i = 0; i < 160; i++) for (int j = 0; j < 160; j++) for (int k = 0; k < 160; k++) c[i][j] += a[i][k] * b[k][j];
        for (int i = 0; i < 160; i++) sum = sum * 31 + c[i][i];
    }
    printf("crunch %u\n", sum);
    return 0;
}
