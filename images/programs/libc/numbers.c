/* Numbers to text and back: printf in every conversion, strtod and its kin in three formats, whole numbers. */
#define _GNU_SOURCE
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

static long double draw_real(void)
{
    union {
        double f;
        uint64_t bits;
    } any = {.bits = draw()};
    static const long double borders[] = {0.0L, -0.0L, 0.5L, 1.5L, 2.5L, 9.5L, 99.95L, 0.1L, 1e15L, 1e16L, 1e-5L, 123456789.0L,
                                          DBL_MAX, DBL_MIN, LDBL_MAX, LDBL_MIN, 0x1p-1074L, 0x1p-16445L, INFINITY, -INFINITY, NAN};

    switch (draw_below(6)) {
    case 0:
        return borders[draw_below(sizeof(borders) / sizeof(borders[0]))];
    case 1:
        return isnan(any.f) ? 0 : any.f;
    case 2:
        return (long double)(int64_t)draw() / 1000;
    case 3:
        return ldexpl((long double)draw(), (int)draw_below(32000) - 16200);
    default:
        return (long double)(draw_below(2000000)) / (draw_below(2) == 0 ? 1000 : 64);
    }
}

/* Any flags, any width, any precision. */
static void draw_format(char *format, const char *conversion)
{
    *format++ = '%';
    for (const char *flag = "-+ #0"; *flag != '\0'; flag++)
        if (draw_below(4) == 0)
            *format++ = *flag;
    if (draw_below(2) == 0)
        format += sprintf(format, "%u", draw_below(30) + 1);
    if (draw_below(2) == 0)
        format += sprintf(format, ".%u", draw_below(25));
    strcpy(format, conversion);
}

static void reals(void)
{
    static const char *const conversions[] = {"e", "f", "g", "a", "E", "G", "A", "F"};
    static const char *const longer[] = {"Le", "Lf", "Lg", "La"};
    char format[32];

    section("reals");
    for (unsigned i = 0; i < 500; i++) {
        double value = (double)draw_real();
        draw_format(format, conversions[draw_below(8)]);
        printf("%s ", format);
        printf(format, value);
        printf("\n");
    }
    section("long reals");
    for (unsigned i = 0; i < 200; i++) {
        long double value = draw_real();
        draw_format(format, longer[draw_below(4)]);
        printf("%s ", format);
        printf(format, value);
        printf("\n");
    }
    section("all digits");
    for (unsigned i = 0; i < 20; i++) {
        long double value = draw_real();
        printf("%.1100g %.17Lg %.21Lg\n", (double)value, value, value);
    }
}

static void whole(void)
{
    static const char *const conversions[] = {"d", "u", "x", "X", "o", "i", "c"};
    static const char *const longer[] = {"lld", "llu", "llx", "llo", "jd", "ju"};
    static const char *const shorter[] = {"hhd", "hd", "hhu", "hx", "zd", "tx", "lo"};
    char format[32];

    section("whole numbers");
    for (unsigned i = 0; i < 600; i++) {
        int value = (int)(draw() >> draw_below(33));
        draw_format(format, conversions[draw_below(7)]);
        printf("%s ", format);
        printf(format, value);
        draw_format(format, longer[draw_below(6)]);
        printf(" %s ", format);
        printf(format, (long long)draw() >> draw_below(64));
        draw_format(format, shorter[draw_below(7)]);
        printf(" %s ", format);
        printf(format, value);
        printf("\n");
    }
    section("other conversions");
    for (unsigned i = 0; i < 60; i++) {
        draw_format(format, "s");
        printf(format, "a string of words");
        draw_format(format, "p");
        printf("|");
        printf(format, (void *)(uintptr_t)(uint32_t)draw());
        printf("|%*d|%-*d|%.*d\n", 5, 6, -7, 8, 3, 9);
        if (i == 0)
            printf("%3$s %1$d %2$*1$d\n", 4, 5, "placed");
    }
}

static void show_bits(const void *value, size_t length)
{
    for (size_t i = 0; i < length; i++)
        printf("%02x", ((const unsigned char *)value)[i]);
}

static void read_back(const char *text)
{
    char *end;

    for (int mode = 0; mode < 4; mode++) {
        static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
        fesetround(modes[mode]);
        errno = 0;
        double real = strtod(text, &end);
        int real_error = errno;
        errno = 0;
        float single = strtof(text, NULL);
        int single_error = errno;
        errno = 0;
        long double extended = strtold(text, NULL);
        int extended_error = errno;
        fesetround(FE_TONEAREST);
        if (mode == 0)
            printf("%ld ", (long)(end - text));
        show_bits(&single, 4);
        printf(":%d ", single_error);
        show_bits(&real, 8);
        printf(":%d ", real_error);
        show_bits(&extended, 10);
        printf(":%d%c", extended_error, mode == 3 ? '\n' : ' ');
    }
}

static void from_text(void)
{
    static const char *const texts[] = {
        "", "0", "-0", "+1", " 1", "1e", "1e+", "1e5x", ".", ".5", "5.", "-.5e-3", "0x", "0x1", "0x.8p1", "0x1p", "0X1.8P+4z",
        "inf", "-INFINITY", "infin", "nan", "NAN(12_a)", "nan(", "1e400", "1e-400", "1e5000", "1e-5000", "0x1p-1074",
        "0x1p-1075", "0x1.8p-1075", "0x1p-16446", "2.2250738585072011e-308", "2.2250738585072014e-308",
        "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623158e308",
        "1.7976931348623159e308", "9007199254740993", "9007199254740992.99999999999999999999", "3.6e-4951", "1.18973149535723176505e4932",
        "0.000000000000000000000000000000000000000000000000000000000000000001e66", "179769313486231580793728971405301e276",
    };
    char text[1200];

    section("strtod of borders");
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        read_back(texts[i]);
    section("strtod of what was drawn");
    for (unsigned i = 0; i < 150; i++) {
        snprintf(text, sizeof(text), "%.*Le", (int)draw_below(40), draw_real());
        read_back(text);
    }
    /* Half way between two doubles, and a digit beyond. */
    for (unsigned i = 0; i < 60; i++) {
        long double half = ldexpl((long double)((draw() >> 10) | 1), (int)draw_below(600) - 300);
        int length = snprintf(text, sizeof(text), "%.400Lf", half);
        read_back(text);
        text[length] = '1';
        text[length + 1] = '\0';
        read_back(text);
    }
    section("strtol");
    for (unsigned i = 0; i < 500; i++) {
        static const char digits[] = "0123456789abcxXzZ-+ ";
        unsigned length = draw_below(24), base = draw_below(38);
        char *end;
        for (unsigned j = 0; j < length; j++)
            text[j] = digits[draw_below(draw_below(3) == 0 ? 20 : 10)];
        text[length] = '\0';
        errno = 0;
        printf("%ld ", strtol(text, &end, (int)base));
        printf("%ld %d ", (long)(end - text), errno);
        errno = 0;
        printf("%lu %lld ", strtoul(text, NULL, (int)base), strtoll(text, NULL, (int)base));
        printf("%llu %d %d\n", strtoull(text, NULL, (int)base), errno, atoi(text));
    }
}

static void scanning(void)
{
    section("scanf");
    for (unsigned i = 0; i < 200; i++) {
        char text[200], word[20] = "", set[20] = "", format[64];
        int a = 0, b = 0, used = -1;
        long double extended = 0;
        double real = 0;
        float single = 0;

        snprintf(text, sizeof(text), "%d %x %La%%%.9g,%.5Lf %s", (int)draw(), (unsigned)draw(), draw_real(), (double)draw_real(),
                 draw_real(), "word[ab]");
        snprintf(format, sizeof(format), "%%%ud %%x %%Lf%%%%%%lf,%%f %%4[a-w]%%n%%19s", draw_below(12) + 1);
        int count = sscanf(text, format, &a, &b, &extended, &real, &single, set, &used, word);
        printf("%s: %d %d %d %La %a %a %s %d %s\n", format, count, a, b, extended, real, single, set, used, word);
    }
}

int main(void)
{
    reals();
    whole();
    from_text();
    scanning();
    return 0;
}
