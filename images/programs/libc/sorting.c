/* Sorting, searching, and the generators of stdlib.h. */
#define _GNU_SOURCE
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

static unsigned comparisons;

static int compare(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

    comparisons++;
    return (x > y) - (x < y);
}

static int compare_down(const void *a, const void *b, void *context)
{
    ++*(unsigned *)context;
    return compare(b, a);
}

static void visit(const void *node, VISIT order, int level)
{
    if (order == postorder || order == leaf)
        printf("%u:%d ", **(const unsigned *const *)node, level);
}

static void leave(void *key)
{
    (void)key;
}

static void sorting(void)
{
    static unsigned numbers[500];

    section("qsort");
    for (unsigned round = 0; round < 40; round++) {
        unsigned count = draw_below(500), calls = 0, key = draw_below(300);

        for (unsigned i = 0; i < count; i++)
            numbers[i] = draw_below(300);
        comparisons = 0;
        qsort(numbers, count, sizeof(numbers[0]), compare);
        printf("%u:", comparisons);
        for (unsigned i = 0; i < count; i++)
            printf(" %u", numbers[i]);
        unsigned *found = bsearch(&key, numbers, count, sizeof(numbers[0]), compare);
        printf(" found %ld\n", found == NULL ? -1L : (long)(found - numbers));
        qsort_r(numbers, count, sizeof(numbers[0]), compare_down, &calls);
        printf("%u %u\n", calls, count > 0 ? numbers[0] : 0);
    }
    section("trees");
    for (unsigned round = 0; round < 10; round++) {
        void *root = NULL;
        for (unsigned i = 0; i < 40; i++) {
            numbers[i] = draw_below(100);
            tsearch(&numbers[i], &root, compare);
        }
        for (unsigned i = 0; i < 10; i++)
            printf("%d", tdelete(&numbers[draw_below(40)], &root, compare) != NULL);
        printf(" ");
        twalk(root, visit);
        printf("\n");
        tdestroy(root, leave);
    }
    section("hash tables");
    hcreate(30);
    static char names[60][12];
    for (unsigned i = 0; i < 60; i++) {
        snprintf(names[i], sizeof(names[i]), "n%u", draw_below(80));
        ENTRY entry = {names[i], names[i]};
        ENTRY *had = hsearch(entry, FIND), *has = hsearch(entry, ENTER);
        printf("%d %s\n", had != NULL, has == NULL ? "full" : (char *)has->data);
    }
    hdestroy();
}

static void generators(void)
{
    static char state[256];

    section("random");
    for (unsigned seed = 1; seed < 8; seed++) {
        srandom(seed);
        srand(seed);
        for (unsigned i = 0; i < 50; i++)
            printf("%ld %d%c", random(), rand(), i == 49 ? '\n' : ' ');
    }
    static const size_t sizes[] = {8, 32, 64, 128, 256};
    for (unsigned i = 0; i < 5; i++) {
        char *old = initstate(5, state, sizes[i]);
        for (unsigned j = 0; j < 20; j++)
            printf("%ld ", random());
        setstate(old);
        printf("%ld\n", random());
    }
    unsigned reentrant = 3;
    for (unsigned i = 0; i < 20; i++)
        printf("%d ", rand_r(&reentrant));
    section("drand48");
    unsigned short bits[3] = {1, 2, 3}, parameters[7] = {1, 2, 3, 4, 5, 6, 7};
    srand48(42);
    for (unsigned i = 0; i < 30; i++)
        printf("%a %ld %ld %a %ld %ld\n", drand48(), lrand48(), mrand48(), erand48(bits), nrand48(bits), jrand48(bits));
    lcong48(parameters);
    for (unsigned i = 0; i < 10; i++)
        printf("%a %ld\n", drand48(), lrand48());
    section("division");
    for (unsigned i = 0; i < 200; i++) {
        long long a = (long long)draw() >> draw_below(64), b = ((long long)draw() >> draw_below(64)) | 1;
        lldiv_t both = lldiv(a, b);
        printf("%lld %lld %llu %llu %lld\n", both.quot, both.rem, (uint64_t)a / (uint64_t)b, (uint64_t)a % (uint64_t)b, llabs(a));
    }
    section("base 64");
    for (unsigned i = 0; i < 40; i++) {
        long number = (long)(draw() >> draw_below(33));
        printf("%s %ld\n", l64a(number), a64l("zzA./9"));
    }
}

int main(void)
{
    sorting();
    generators();
    return 0;
}
