/*
 * The x87 on numbers of every kind, in every rounding mode and precision: for each instruction a checksum of its results, and
 * checksums of the flags that it leaves in the status word. Transcendental functions are left out: their last bit is a processor's own.
 */
#include <string.h>

#include "../libc/draw.h"

/* Exceptions, stack fault, C0, C2 and C3; C1 is a processor's own where it does not say which way was rounded. */
enum { EXCEPTIONS = 0x7f, CODES = 0x4500, C1 = 0x200, PAIRS = 400, VALUES = 40 };

static long double values[VALUES];
static uint64_t results, flags, details;

static void mix(uint64_t *sum, uint64_t value)
{
    *sum = (*sum ^ value) * 0x100000001b3;
    *sum = *sum << 7 | *sum >> 57;
}

/* That an operand was denormal, and which way was rounded, is told apart: not everything that executes these instructions reports it. */
static void report(unsigned status)
{
    mix(&flags, status & ~(2u | C1));
    mix(&details, status & (2u | C1));
}

static void say(const char *name)
{
    printf("%s %016llx\n%s, flags %016llx\n", name, (unsigned long long)results, name, (unsigned long long)flags);
    printf("%s, details %016llx\n", name, (unsigned long long)details);
    results = flags = details = 0xcbf29ce484222325;
}

static long double number(unsigned head, uint64_t significand)
{
    long double value;

    memset(&value, 0, sizeof value);
    memcpy(&value, &significand, 8);
    memcpy((char *)&value + 8, &head, 2);
    return value;
}

/* Zeros, small and large, denormal, infinite and not numbers; the rest drawn, of all magnitudes. */
static void make_values(void)
{
    static const struct { unsigned head; uint64_t significand; } kinds[] = {
        {0, 0}, {0x8000, 0}, {0x3fff, UINT64_C(1) << 63}, {0xbfff, UINT64_C(1) << 63}, {0x7fff, UINT64_C(1) << 63},
        {0xffff, UINT64_C(1) << 63}, {0x7fff, UINT64_C(3) << 62}, {0x7fff, (UINT64_C(1) << 63) + 12345}, {0, 1},
        {0x8000, 12345678}, {0, UINT64_MAX >> 1}, {1, UINT64_C(1) << 63}, {0x7ffe, UINT64_MAX}, {0xfffe, UINT64_MAX},
        {0x3c00, UINT64_C(1) << 63}, {0x3bff, UINT64_MAX}, {0x43fe, UINT64_MAX}, {0x3f80, UINT64_MAX}, {0x407e, UINT64_MAX},
        {0x401e, UINT64_C(1) << 63}, {0xc01e, UINT64_C(1) << 63}, {0x403e, UINT64_C(1) << 63},
    };
    const unsigned count = sizeof kinds / sizeof *kinds;

    for (unsigned i = 0; i < VALUES; i++)
        values[i] = i < count ? number(kinds[i].head, kinds[i].significand)
                              : number(((unsigned)draw() & 0x8000) | (0x3fff - 80 + draw_below(160)), draw() | UINT64_C(1) << 63);
}

static void take(long double value, unsigned status, unsigned mask)
{
    uint64_t significand;
    uint16_t head;

    memcpy(&significand, &value, 8);
    memcpy(&head, (char *)&value + 8, 2);
    mix(&results, significand);
    mix(&results, head);
    report(status & mask);
}

static void control(unsigned word)
{
    uint16_t value = (uint16_t)word;

    __asm__ volatile("fldcw %0" : : "m"(value));
}

/* Each pair of values, of which there are more than are tried, in each rounding mode and precision. */
#define EACH(code)                                                                     \
    for (unsigned rounding = 0; rounding < 4; rounding++)                              \
        for (unsigned precision = 0; precision < 4; precision++) {                     \
            if (precision == 1)                                                        \
                continue;                                                              \
            control(0x7f | precision << 8 | rounding << 10);                           \
            for (unsigned pair = 0; pair < PAIRS; pair++) {                            \
                const long double a = values[pair % VALUES], b = values[(pair * 7 + pair / VALUES) % VALUES]; \
                long double x = a;                                                     \
                uint16_t status;                                                       \
                (void)b, (void)x;                                                      \
                code                                                                   \
            }                                                                          \
        }                                                                              \
    control(0x37f)

#define BINARY(name, instruction, mask)                                                                                         \
    EACH(__asm__ volatile("fnclex\n\t" instruction "\n\tfnstsw %1" : "+t"(x), "=a"(status) : "u"(b)); take(x, status, mask);); \
    say(name)
#define UNARY(name, instruction, mask)                                                                                   \
    EACH(__asm__ volatile("fnclex\n\t" instruction "\n\tfnstsw %1" : "+t"(x), "=a"(status)); take(x, status, mask);); \
    say(name)
#define STORE(name, instruction, type)                                                                                             \
    EACH(type stored = 0; __asm__ volatile("fnclex\n\t" instruction "\n\tfnstsw %1" : "=m"(stored), "=a"(status) : "t"(a) : "st"); \
         uint64_t bits = 0; memcpy(&bits, &stored, sizeof stored); mix(&results, bits); report(status & EXCEPTIONS););        \
    say(name)

int main(void)
{
    results = flags = details = 0xcbf29ce484222325;
    make_values();
    BINARY("fadd", "fadd %%st(1), %%st", EXCEPTIONS | C1);
    BINARY("fsub", "fsub %%st(1), %%st", EXCEPTIONS | C1);
    BINARY("fsubr", "fsubr %%st(1), %%st", EXCEPTIONS | C1);
    BINARY("fmul", "fmul %%st(1), %%st", EXCEPTIONS | C1);
    BINARY("fdiv", "fdiv %%st(1), %%st", EXCEPTIONS | C1);
    BINARY("fdivr", "fdivr %%st(1), %%st", EXCEPTIONS | C1);
    BINARY("fprem", "fprem", EXCEPTIONS | CODES);
    BINARY("fprem1", "fprem1", EXCEPTIONS | CODES);
    BINARY("fscale", "fscale", EXCEPTIONS | C1);
    BINARY("fcom", "fcom %%st(1)", EXCEPTIONS | CODES);
    BINARY("fucom", "fucom %%st(1)", EXCEPTIONS | CODES);
    UNARY("fsqrt", "fsqrt", EXCEPTIONS | C1);
    UNARY("frndint", "frndint", EXCEPTIONS | C1);
    UNARY("fabs", "fabs", EXCEPTIONS);
    UNARY("fchs", "fchs", EXCEPTIONS);
    UNARY("fxam", "fxam", CODES | C1);
    UNARY("ftst", "ftst", EXCEPTIONS | CODES);
    STORE("fst of a float", "fsts %0\n\tfstp %%st(0)", float);
    STORE("fst of a double", "fstl %0\n\tfstp %%st(0)", double);
    STORE("fistp of 16 bits", "fistps %0", int16_t);
    STORE("fistp of 32 bits", "fistpl %0", int32_t);
    STORE("fistp of 64 bits", "fistpll %0", int64_t);
    EACH(
        char packed[16] = {0}; __asm__ volatile("fnclex\n\tfbstp %0\n\tfnstsw %1" : "=m"(packed), "=a"(status) : "t"(a) : "st");
        long double back; __asm__ volatile("fbld %1" : "=t"(back) : "m"(packed)); memcpy(&x, packed, 10);
        take(x, status, EXCEPTIONS); if (!(status & 1)) take(back, 0, 0););
    say("fbstp and fbld");
    EACH(
        long double exponent; __asm__ volatile("fnclex\n\tfxtract\n\tfnstsw %2" : "=t"(x), "=u"(exponent), "=a"(status) : "0"(a));
        take(x, status, EXCEPTIONS); take(exponent, 0, 0););
    say("fxtract");
    return 0;
}
