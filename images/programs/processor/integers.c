/*
 * Integers, strings and sorting, as a compiler and a libc make use of the processor: lines of a name and a checksum, which are the
 * same on every processor of this kind.
 */
#include <stdlib.h>
#include <string.h>

#include "../libc/draw.h"

enum { ROUNDS = 6000 };

static uint64_t sum;

static void take(uint64_t value)
{
    sum = (sum ^ value) * 0x100000001b3;
    sum = sum << 7 | sum >> 57;
}

static void say(const char *name)
{
    printf("%s %016llx\n", name, (unsigned long long)sum);
    sum = 0xcbf29ce484222325;
}

/* Numbers of all sizes, borders among them. */
static uint64_t some(void)
{
    uint64_t value = draw();

    switch (value & 7) {
    case 0:
        return value >> 3 & 1 ? UINT64_MAX : 0;
    case 1:
        return UINT64_C(1) << (value >> 3 & 63);
    case 2:
        return (UINT64_C(1) << (value >> 3 & 63)) - 1;
    default:
        return value >> (value >> 3 & 63);
    }
}

static void arithmetic(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t a = some(), b = some();
        uint32_t c = (uint32_t)a, d = (uint32_t)b | 1;
        unsigned by = (unsigned)(b & 63);

        take(a + b);
        take(a - b);
        take(a * b);
        take(a / (b | 1));
        take(a % (b | 1));
        take((uint64_t)((int64_t)(a >> 1) / (int64_t)(b >> 1 | 1)));
        take((uint64_t)((int64_t)(a >> 1) % (int64_t)(b >> 1 | 1)));
        take(a << by | a >> (-by & 63));
        take((uint64_t)((int64_t)a >> by));
        take(c / d);
        take(c % d);
        take((uint64_t)((int64_t)(int32_t)c * (int32_t)d));
        take((uint32_t)((int32_t)c >> (by & 31)));
        take((uint64_t)(uint16_t)((uint16_t)c * (uint16_t)d) << 16 | (uint8_t)((int8_t)c / (int8_t)((d & 63) | 1)));
        take((uint64_t)(a < b) << 3 | (uint64_t)((int64_t)a < (int64_t)b) << 2 | (uint64_t)(c < d) << 1 | (a == b));
        take((unsigned)__builtin_popcountll(a) << 16 | (unsigned)__builtin_clzll(a | 1) << 8 | (unsigned)__builtin_ctzll(b | UINT64_C(1) << 63));
    }
    say("arithmetic");
}

/* CF, PF, AF, ZF, SF and OF of instructions that leave all of them defined; of shifts, without AF, by one bit. */
#define FLAGS(name, instruction, mask)                                                     \
    for (int i = 0; i < ROUNDS; i++) {                                                     \
        uint32_t a = (uint32_t)some(), flags;                                              \
        const uint32_t b = (uint32_t)some();                                               \
        __asm__("bt $0, %3\n\t" instruction "\n\tpushfl\n\tpopl %1" : "+q"(a), "=r"(flags) : "q"(b), "r"((uint32_t)draw()) : "cc"); \
        take((uint64_t)(flags & (mask)) << 32 | a);                                        \
    }                                                                                      \
    say(name)

enum { ALL = 0x8d5, NOT_ADJUST = 0x8c5, CARRY = 1, NOT_CARRY = 0x8d4 };

static void flags(void)
{
    FLAGS("flags of add", "addl %2, %0", ALL);
    FLAGS("flags of adc", "adcl %2, %0", ALL);
    FLAGS("flags of sub", "subl %2, %0", ALL);
    FLAGS("flags of sbb", "sbbl %2, %0", ALL);
    FLAGS("flags of cmp of bytes", "cmpb %b2, %b0", ALL);
    FLAGS("flags of adc of words", "adcw %w2, %w0", ALL);
    FLAGS("flags of neg", "negl %0", ALL);
    FLAGS("flags of inc", "incl %0", ALL);
    FLAGS("flags of dec of words", "decw %w0", ALL);
    FLAGS("flags of and", "andl %2, %0", NOT_ADJUST);
    FLAGS("flags of xor of bytes", "xorb %b2, %b0", NOT_ADJUST);
    FLAGS("flags of shl", "shll $1, %0", NOT_ADJUST);
    FLAGS("flags of sar", "sarl $1, %0", NOT_ADJUST);
    FLAGS("flags of rcr", "rcrl $1, %0", 0x801);
    FLAGS("flags of rol", "roll $1, %0", 0x801);
    FLAGS("flags of xadd", "movl %2, %%ecx\n\txaddl %%ecx, %0", ALL);
    FLAGS("flags of bt", "btl $7, %0", CARRY);
}

static void strings(void)
{
    static char one[3000], other[3000];

    for (int i = 0; i < ROUNDS / 20; i++) {
        const unsigned length = draw_below(1200), from = draw_below(1500), to = draw_below(1500);

        for (unsigned k = 0; k < 40; k++)
            one[draw_below(sizeof one)] = (char)draw();
        memcpy(other + to, one + from, length);
        memmove(one + to, one + from, length);
        memset(other + from, (int)draw(), length / 3);
        take((uint64_t)(memcmp(one + from, other + to, length) > 0));
        take((uint64_t)(strncmp(one + from, one + to, length) > 0));
        const char *found = memchr(one + from, (int)(draw() & 3), length);
        take(found ? (uint64_t)(found - one) : 0);
        one[sizeof one - 1] = 0;
        take(strlen(one + from));
        for (unsigned k = 0; k < sizeof one; k += 97)
            take((uint8_t)one[k] | (uint64_t)(uint8_t)other[k] << 8);
    }
    say("strings");
}

/* Strings of the processor itself, both ways, over page borders. */
static void repeated(void)
{
    static uint32_t one[4096], other[4096];

    for (int i = 0; i < ROUNDS / 20; i++) {
        const unsigned at = 1000 + draw_below(1000), count = draw_below(900);
        uint32_t *from = one + at, *to = other + at;
        uint32_t left = count, flag;

        one[draw_below(4096)] = (uint32_t)draw();
        if (draw() & 1)
            __asm__ volatile("std\n\trep movsl\n\tcld" : "+S"(from), "+D"(to), "+c"(left) : : "memory");
        else
            __asm__ volatile("cld\n\trep movsl" : "+S"(from), "+D"(to), "+c"(left) : : "memory");
        take((uint64_t)(from - one) << 32 | (uint64_t)(to - other));
        left = count + 1, from = one + at, to = other + at;
        __asm__ volatile("repe cmpsl\n\tsetb %b3" : "+S"(from), "+D"(to), "+c"(left), "=q"(flag) : : "memory", "cc");
        take((uint64_t)left << 32 | (flag & 1));
        left = 4000, to = other;
        __asm__ volatile("repne scasl" : "+D"(to), "+c"(left) : "a"(other[at]) : "memory", "cc");
        take(left);
    }
    say("repeated");
}

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void sorting(void)
{
    static uint32_t numbers[20000];
    const unsigned count = sizeof numbers / sizeof *numbers;

    for (unsigned i = 0; i < count; i++)
        numbers[i] = (uint32_t)some();
    qsort(numbers, count, sizeof *numbers, compare);
    for (unsigned i = 0; i < count; i++)
        take(numbers[i]);
    say("sorting");
}

int main(void)
{
    sum = 0xcbf29ce484222325;
    arithmetic();
    flags();
    strings();
    repeated();
    sorting();
    return 0;
}
