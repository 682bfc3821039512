/*
 * Every function of math.h and complex.h in float, double and long double, over drawn arguments: the bits of each result
 * and the exceptions that it raised.
 *
 *   math [ARGUMENTS]             a line for each function: its name, a digest of the results, one of the exceptions
 *   math ARGUMENTS FUNCTION      each call of one function: arguments, result, exceptions
 *
 * Arguments are borders (zeros, ones, subnormals, infinities, quiet NaN, neighbours of multiples of pi/2), small integers,
 * numbers around one, and any bits. Each fourth call rounds in another direction than to nearest.
 */
#define _GNU_SOURCE
#include <fenv.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

typedef long double ldouble;

/* What a call gave: bytes of the value, and for some a second one (quotient, exponent, fraction). */
struct result {
    unsigned char bytes[24];
    int extra;
};

struct drawn {
    ldouble x, y, z;
    int n;
};

static const char *listed;
static unsigned call_count = 4000;

static uint64_t digest_of(uint64_t digest, const void *data, size_t length)
{
    const unsigned char *byte = data;

    for (size_t i = 0; i < length; i++)
        digest = (digest ^ byte[i]) * 0x100000001b3;
    return digest;
}

static ldouble any_bits(int digits)
{
    union {
        float f;
        uint32_t bits;
    } single = {.bits = (uint32_t)draw()};
    union {
        double f;
        uint64_t bits;
    } real = {.bits = draw()};
    union {
        ldouble f;
        struct {
            uint64_t fraction;
            uint16_t exponent;
        } bits;
    } extended = {.bits = {draw(), (uint16_t)draw()}};

    /* The leading digit stands in the format: set, unless the exponent is that of zero. */
    if ((extended.bits.exponent & 0x7fff) != 0)
        extended.bits.fraction |= 1ull << 63;
    else
        extended.bits.fraction &= ~(1ull << 63);
    ldouble value = digits == 24 ? single.f : digits == 53 ? real.f : extended.f;
    return isnan(value) ? NAN : value;
}

static ldouble draw_number(int digits)
{
    static const ldouble borders[] = {
        0.0L, -0.0L, 1, -1, 0.5L, -0.5L, 2, -2, INFINITY, -INFINITY, NAN, 0x1p-149L, -0x1p-1074L, 0x1p-16445L, 0x1p-126L,
        0x1p-1022L, 0x1p-16382L, 0x1.fffffep127L, 0x1.fffffffffffffp1023L, 0x1.fffffffffffffffep16383L, 0x1p63L, 0x1p31L,
        -0x1p31L, 0x1p24L, 0x1p53L, 0x1p64L, 0x1.8p1L, 0x1.921fb54442d1846ap0L, 0x1.921fb54442d1846ap1L, 709.78L, -745.13L,
        88.7L, 11355.5L, 0x1.fffffep-1L, 0x1.fffffffffffffp-1L, 0x1.0000000000001p0L, 0x1.fffffffffffffffep-1L, 1000, 10,
    };
    ldouble value;

    switch (draw_below(8)) {
    case 0:
        value = borders[draw_below(sizeof(borders) / sizeof(borders[0]))];
        break;
    case 1:
        value = (ldouble)(int)draw_below(201) - 100;
        break;
    case 2:
    case 3:
        value = ((ldouble)draw() - 0x1p63L) * 0x1p-62L;
        break;
    case 4:
        value = ((ldouble)draw() - 0x1p63L) * 0x1p-56L;
        break;
    case 5:
        value = 1 + ((ldouble)draw() - 0x1p63L) * ldexpl(1, -64 - (int)draw_below(60));
        break;
    default:
        return any_bits(digits);
    }
    return digits == 24 ? (float)value : digits == 53 ? (double)value : value;
}

static void report(const char *name, int digits, struct result (*call)(const struct drawn *))
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    uint64_t values = 0xcbf29ce484222325, exceptions = 0xcbf29ce484222325;
    const bool is_listed = listed != NULL && strcmp(listed, name) == 0;

    if (listed != NULL && !is_listed)
        return;
    draw_state = digest_of(0xcbf29ce484222325, name, strlen(name));
    for (unsigned i = 0; i < call_count; i++) {
        struct drawn drawn = {draw_number(digits), draw_number(digits), draw_number(digits), (int)draw_below(61) - 30};

        fesetround(i % 4 == 3 ? modes[draw_below(4)] : FE_TONEAREST);
        feclearexcept(FE_ALL_EXCEPT);
        struct result result = call(&drawn);
        int raised = fetestexcept(FE_ALL_EXCEPT);
        fesetround(FE_TONEAREST);
        values = digest_of(values, &result, sizeof(result));
        exceptions = digest_of(exceptions, &raised, sizeof(raised));
        if (is_listed) {
            printf("%u: %La %La %La %d =", i, drawn.x, drawn.y, drawn.z, drawn.n);
            for (unsigned j = 0; j < sizeof(result.bytes); j++)
                printf("%s%02x", j % 12 == 0 ? " " : "", result.bytes[j]);
            printf(" %d exceptions %02x\n", result.extra, (unsigned)raised);
        }
    }
    if (!is_listed)
        printf("%-12s %016llx %016llx\n", name, values, exceptions);
}

/* Long double has ten bytes of value and two of nothing. */
#define VALUE_BYTES(type) (sizeof(type) == sizeof(ldouble) ? 10 : sizeof(type))

#define CALL(name, type, digits, expression) \
    static struct result call_##name(const struct drawn *drawn) \
    { \
        struct result result = {0}; \
        const volatile type x = (type)drawn->x, y = (type)drawn->y, z = (type)drawn->z; \
        const volatile int n = drawn->n; \
        int extra = 0; \
        type second = 0; \
        const volatile type value = (type)(expression); \
        (void)x, (void)y, (void)z, (void)n; \
        memcpy(result.bytes, (const void *)&value, VALUE_BYTES(type)); \
        memcpy(result.bytes + 12, &second, VALUE_BYTES(type)); \
        result.extra = extra; \
        return result; \
    }

/* Whole numbers: all of the value is in the result's second part. */
#define WHOLE(name, type, digits, expression) \
    static struct result call_##name(const struct drawn *drawn) \
    { \
        struct result result = {0}; \
        const volatile type x = (type)drawn->x; \
        const volatile long long value = (expression); \
        memcpy(result.bytes, (const void *)&value, sizeof(value)); \
        return result; \
    }

#define FORMATS(IN, name, before, after) \
    IN(name##f, float, 24, name##f(before after)) \
    IN(name, double, 53, name(before after)) \
    IN(name##l, ldouble, 64, name##l(before after))

#define COMMA ,
#define ONE(IN, name) FORMATS(IN, name, x, )
#define TWO(IN, name) FORMATS(IN, name, x, COMMA y)

#define FUNCTIONS(IN, INTEGER) \
    ONE(IN, acos) ONE(IN, acosh) ONE(IN, asin) ONE(IN, asinh) ONE(IN, atan) ONE(IN, atanh) ONE(IN, cbrt) ONE(IN, ceil) \
    ONE(IN, cos) ONE(IN, cosh) ONE(IN, erf) ONE(IN, erfc) ONE(IN, exp) ONE(IN, exp10) ONE(IN, exp2) ONE(IN, expm1) \
    ONE(IN, fabs) ONE(IN, floor) ONE(IN, lgamma) ONE(IN, log) ONE(IN, log10) ONE(IN, log1p) ONE(IN, log2) ONE(IN, logb) \
    ONE(IN, nearbyint) ONE(IN, rint) ONE(IN, round) ONE(IN, sin) ONE(IN, sinh) ONE(IN, sqrt) ONE(IN, tan) ONE(IN, tanh) \
    ONE(IN, tgamma) ONE(IN, trunc) \
    TWO(IN, atan2) TWO(IN, copysign) TWO(IN, fdim) TWO(IN, fmax) TWO(IN, fmin) TWO(IN, fmod) TWO(IN, hypot) \
    TWO(IN, nextafter) TWO(IN, nexttoward) TWO(IN, pow) TWO(IN, remainder) \
    FORMATS(IN, remquo, x, COMMA y COMMA &extra) FORMATS(IN, frexp, x, COMMA &extra) FORMATS(IN, modf, x, COMMA &second) \
    FORMATS(IN, ldexp, x, COMMA n) FORMATS(IN, scalbn, x, COMMA n * 700) FORMATS(IN, scalbln, x, COMMA n * 5L) \
    FORMATS(IN, fma, x, COMMA y COMMA z) \
    IN(j0f, float, 24, j0f(x)) IN(j0, double, 53, j0(x)) IN(j1f, float, 24, j1f(x)) IN(j1, double, 53, j1(x)) \
    IN(y0f, float, 24, y0f(x)) IN(y0, double, 53, y0(x)) IN(y1f, float, 24, y1f(x)) IN(y1, double, 53, y1(x)) \
    IN(jnf, float, 24, jnf(n, x)) IN(jn, double, 53, jn(n, x)) IN(ynf, float, 24, ynf(n, x)) IN(yn, double, 53, yn(n, x)) \
    IN(scalb, double, 53, scalb(x, y)) IN(significand, double, 53, significand(x)) \
    ONE(INTEGER, ilogb) ONE(INTEGER, llrint) ONE(INTEGER, llround) ONE(INTEGER, lrint) ONE(INTEGER, lround)

FUNCTIONS(CALL, WHOLE)

int main(int argc, char **argv)
{
    if (argc > 1)
        call_count = (unsigned)atoi(argv[1]);
    if (argc > 2)
        listed = argv[2];
#define REPORT(name, type, digits, expression) report(#name, digits, call_##name);
    FUNCTIONS(REPORT, REPORT)
    return 0;
}
