/*
 * The floating point of SSE and SSE2 on numbers of every kind, in every rounding mode, with denormal numbers as they are and taken for
 * zero: for each instruction a checksum of its results, and checksums of the flags that it leaves in MXCSR.
 */
#include <string.h>

#include "../libc/draw.h"

enum { PAIRS = 500, VALUES = 40, MASKED = 0x1f80, FLAGS = 0x3f, FLUSH = 0x8000, DENORMALS_ARE_ZERO = 0x40 };

typedef union {
    double d[2];
    float f[4];
    uint64_t bits[2];
} vector;
typedef double vector2 __attribute__((vector_size(16)));

static vector doubles[VALUES], floats[VALUES];
static uint64_t results, flags, denormals;

static void mix(uint64_t *sum, uint64_t value)
{
    *sum = (*sum ^ value) * 0x100000001b3;
    *sum = *sum << 7 | *sum >> 57;
}

/* That an operand was denormal is told apart: not everything that executes these instructions reports it. */
static void report(unsigned status)
{
    mix(&flags, status & ~2u);
    mix(&denormals, status & 2);
}

static void say(const char *name)
{
    printf("%s %016llx\n%s, flags %016llx\n", name, (unsigned long long)results, name, (unsigned long long)flags);
    printf("%s, denormals %016llx\n", name, (unsigned long long)denormals);
    results = flags = denormals = 0xcbf29ce484222325;
}

static uint64_t double_bits(unsigned i)
{
    static const uint64_t kinds[] = {
        0, UINT64_C(1) << 63, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000, 0xfff0000000000000,
        0x7ff8000000000001, 0x7ff0000000000123, 0xfff4000000000000, 1, 0x800fffffffffffff, 0x000fffffffffffff, 0x0010000000000000,
        0x7fefffffffffffff, 0x36a0000000000000, 0x380fffffffffffff, 0x47efffffffffffff, 0x41e0000000000000, 0xc1e0000000000000,
    };

    return i < sizeof kinds / sizeof *kinds ? kinds[i] : (draw() & 0x800fffffffffffff) | (uint64_t)(1023 - 60 + draw_below(120)) << 52;
}

static uint32_t float_bits(unsigned i)
{
    static const uint32_t kinds[] = {
        0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00001, 0x7f800123, 0xffa00000, 1, 0x807fffff,
        0x007fffff, 0x00800000, 0x7f7fffff, 0x4f000000, 0xcf000000,
    };

    return i < sizeof kinds / sizeof *kinds ? kinds[i] : ((uint32_t)draw() & 0x807fffff) | (127 - 40 + draw_below(80)) << 23;
}

static void make_values(void)
{
    for (unsigned i = 0; i < VALUES; i++)
        for (unsigned lane = 0; lane < 4; lane++) {
            const uint32_t single = float_bits((i * 5 + lane * 11) % VALUES);

            memcpy(&floats[i].f[lane], &single, 4);
            doubles[i].bits[lane / 2] = double_bits((i * 5 + lane / 2 * 11) % VALUES);
        }
}

static void set_control(unsigned word)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(word));
}

static unsigned get_flags(void)
{
    unsigned word;

    __asm__ volatile("stmxcsr %0" : "=m"(word));
    return word & FLAGS;
}

static const unsigned modes[] = {
    MASKED, MASKED | 1 << 13, MASKED | 2 << 13, MASKED | 3 << 13, MASKED | FLUSH, MASKED | DENORMALS_ARE_ZERO,
    MASKED | FLUSH | DENORMALS_ARE_ZERO | 3 << 13,
};

#define EACH(from, code)                                                       \
    for (unsigned mode = 0; mode < sizeof modes / sizeof *modes; mode++)       \
        for (unsigned pair = 0; pair < PAIRS; pair++) {                        \
            vector a = from[pair % VALUES];                                    \
            const vector b = from[(pair * 7 + pair / VALUES) % VALUES];        \
            vector2 x, y;                                                      \
            memcpy(&x, &a, 16), memcpy(&y, &b, 16);                            \
            set_control(modes[mode]);                                          \
            code;                                                              \
            report(get_flags());                                          \
            memcpy(&a, &x, 16);                                                \
            mix(&results, a.bits[0]), mix(&results, a.bits[1]);                \
        }                                                                      \
    set_control(MASKED)

#define VECTORS(from, name) EACH(from, __asm__ volatile(name " %1, %0" : "+x"(x) : "x"(y))); say(name)
#define COMPARED(from, name)                                                                                                     \
    EACH(from, uint32_t set; __asm__ volatile(name " %2, %1\n\tpushfl\n\tpopl %0" : "=r"(set) : "x"(x), "x"(y) : "cc"); mix(&results, set & 0x8d5)); \
    say(name)
#define TO_INTEGER(from, name)                                                                      \
    EACH(from, uint32_t whole; __asm__ volatile(name " %1, %0" : "=r"(whole) : "x"(y)); mix(&results, whole)); \
    say(name)
#define BOTH(operation)                                                                    \
    VECTORS(doubles, #operation "pd"); VECTORS(doubles, #operation "sd"); VECTORS(floats, #operation "ps"); \
    VECTORS(floats, #operation "ss")

int main(void)
{
    results = flags = denormals = 0xcbf29ce484222325;
    make_values();
    BOTH(add);
    BOTH(sub);
    BOTH(mul);
    BOTH(div);
    BOTH(sqrt);
    BOTH(min);
    BOTH(max);
    BOTH(cmplt);
    BOTH(cmpunord);
    COMPARED(doubles, "comisd");
    COMPARED(doubles, "ucomisd");
    COMPARED(floats, "comiss");
    COMPARED(floats, "ucomiss");
    VECTORS(doubles, "cvtpd2ps");
    VECTORS(doubles, "cvtsd2ss");
    VECTORS(floats, "cvtps2pd");
    VECTORS(floats, "cvtss2sd");
    VECTORS(doubles, "cvtpd2dq");
    VECTORS(doubles, "cvttpd2dq");
    VECTORS(floats, "cvtps2dq");
    VECTORS(floats, "cvttps2dq");
    VECTORS(floats, "cvtdq2ps");
    VECTORS(floats, "cvtdq2pd");
    TO_INTEGER(doubles, "cvtsd2si");
    TO_INTEGER(doubles, "cvttsd2si");
    TO_INTEGER(floats, "cvtss2si");
    TO_INTEGER(floats, "cvttss2si");
    return 0;
}
