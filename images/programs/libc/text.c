/* Locales, wide characters, multibyte text and iconv. */
#define _GNU_SOURCE
#include <errno.h>
#include <iconv.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>
#include <wctype.h>

#include "draw.h"

static wchar_t draw_letter(void)
{
    static const wchar_t some[] = {L'a', L'Z', L'1', L' ', 0xe9, 0xdf, 0x130, 0x131, 0x3a3, 0x3c2, 0x5d0, 0x4e2d, 0xff21, 0x1f600, 0xd7ff, 0xffff, 0x10ffff};

    return draw_below(3) == 0 ? some[draw_below(sizeof(some) / sizeof(some[0]))] : (wchar_t)draw_below(0x800);
}

static void locales(void)
{
    static const char *const names[] = {"C", "POSIX", "C.UTF-8", "", "de_DE.UTF-8", "no/such", "C;C;C;C;C;C"};

    section("locales");
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *set = setlocale(LC_ALL, names[i]);
        printf("%s: %s, %s, %s, %zu\n", names[i], set == NULL ? "(no)" : set, setlocale(LC_CTYPE, NULL), nl_langinfo(CODESET), MB_CUR_MAX);
    }
    setlocale(LC_ALL, "C.UTF-8");
    struct lconv *numbers = localeconv();
    printf("[%s] [%s] [%s] %d\n", numbers->decimal_point, numbers->thousands_sep, numbers->currency_symbol, numbers->frac_digits);
    for (int item = ABDAY_1; item <= MON_12; item++)
        printf("%s ", nl_langinfo(item));
    printf("%s %s %s %s %s\n", nl_langinfo(D_T_FMT), nl_langinfo(T_FMT_AMPM), nl_langinfo(RADIXCHAR), nl_langinfo(YESEXPR), nl_langinfo(AM_STR));
}

static void classes(void)
{
    static const char *const names[] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit"};
    unsigned long long digest = 0xcbf29ce484222325;

    section("classes of all characters");
    for (wint_t c = 0; c < 0x20000; c++) {
        unsigned bits = 0;
        for (unsigned i = 0; i < 12; i++)
            bits = bits * 2 + (iswctype(c, wctype(names[i])) != 0);
        unsigned long long all = ((unsigned long long)bits << 40) ^ ((unsigned long long)towupper(c) << 20) ^ towlower(c) ^ ((unsigned)wcwidth((wchar_t)c) << 8);
        digest = (digest ^ all) * 0x100000001b3;
        if (c % 0x400 == 0x3ff)
            printf("%05x %016llx\n", c, digest);
    }
}

static void multibyte(void)
{
    static const char *const wrong[] = {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "a\xff"};
    char bytes[MB_LEN_MAX * 40];
    wchar_t wide[40], back[40];

    section("multibyte");
    for (unsigned i = 0; i < 100; i++) {
        unsigned length = draw_below(30);
        for (unsigned j = 0; j < length; j++)
            wide[j] = draw_letter() | 1;
        wide[length] = 0;
        size_t written = wcstombs(bytes, wide, sizeof(bytes));
        printf("%zd ", (ssize_t)written);
        for (size_t j = 0; written != (size_t)-1 && j < written; j++)
            printf("%02x", (unsigned char)bytes[j]);
        size_t read = written == (size_t)-1 ? 0 : mbstowcs(back, bytes, 40);
        printf(" %zu %d\n", read, written != (size_t)-1 && wcscmp(wide, back) == 0);
    }
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        mbstate_t state = {0};
        const char *text = wrong[i];
        errno = 0;
        size_t units = mbsrtowcs(back, &text, 40, &state);
        printf("%zd %d ", (ssize_t)units, errno);
        memset(&state, 0, sizeof(state));
        for (const char *byte = wrong[i]; *byte != '\0'; byte++)
            printf("%zd ", (ssize_t)mbrtowc(back, byte, 1, &state));
        printf("%d\n", mbsinit(&state) != 0);
    }
    for (unsigned i = 0; i < 40; i++) {
        mbstate_t state = {0};
        char16_t half;
        char32_t whole = draw_letter();
        int count = (int)c32rtomb(bytes, whole, &state);
        memset(&state, 0, sizeof(state));
        for (int at = 0, used; count > 0 && at <= count; at += used > 0 ? used : 1) {
            used = (int)mbrtoc16(&half, bytes + at, (size_t)(count - at), &state);
            printf("%x:%d ", half, used);
            if (used == -3 || used == -2)
                break;
        }
        printf("%d\n", count);
    }
}

static void wide_strings(void)
{
    wchar_t text[80], needle[8], copy[80];

    section("wide strings");
    for (unsigned i = 0; i < 200; i++) {
        unsigned length = draw_below(40), needle_length = draw_below(3);
        for (unsigned j = 0; j < length; j++)
            text[j] = L"ab\u00e9c "[draw_below(5)];
        for (unsigned j = 0; j < needle_length; j++)
            needle[j] = L"ab\u00e9"[draw_below(3)];
        text[length] = needle[needle_length] = 0;
        wchar_t *found = wcsstr(text, needle), *last = wcsrchr(text, 0xe9);
        printf("%zu %ld %ld %zu %zu %d %d ", wcslen(text), found == NULL ? -1L : (long)(found - text), last == NULL ? -1L : (long)(last - text),
               wcsspn(text, L"ab"), wcscspn(text, needle), wcscmp(text, needle) > 0, wcsncmp(text, needle, 2) > 0);
        wcscpy(copy, text);
        wcsncat(copy, needle, 2);
        printf("%ls|", copy);
        wchar_t *rest;
        for (wchar_t *word = wcstok(copy, L" ", &rest); word != NULL; word = wcstok(NULL, L" ", &rest))
            printf("%ls/", word);
        printf("\n");
    }
    for (unsigned i = 0; i < 100; i++) {
        swprintf(text, 80, L"%d %ls %.3f %5lc|%x", (int)draw(), L"\u4e2d\u6587", (double)(int)draw() / 7, draw_letter() | 1, draw_below(70000));
        long whole = wcstol(text, NULL, 10);
        int read;
        float single;
        int count = swscanf(text, L"%d %*ls %f", &read, &single);
        printf("%ls %ld %d %d %a %a %Lf\n", text, whole, count, read, count == 2 ? single : 0, wcstod(L"0x1.8p3x", NULL), wcstold(L" 12.5e-1", NULL));
    }
}

static void converting(void)
{
    static const char *const codes[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32", "UCS-2", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252", "KOI8-R",
                                        "SHIFT_JIS", "EUC-JP", "GB18030", "BIG5", "EUC-KR", "ISO-2022-JP", "ASCII", "CP437", "NO-SUCH"};

    section("iconv");
    for (unsigned from = 0; from < 1; from++)
        for (unsigned to = 0; to < sizeof(codes) / sizeof(codes[0]); to++) {
            char source[] = "Hello \xc3\xa9\xc3\xbc\xe2\x82\xac \xd0\x96 \xe4\xb8\xad\xe6\x97\xa5 \xea\xb0\x80 \xf0\x9f\x98\x80 \xff end", out[200], again[200];
            char *in = source, *written = out, *read = out, *third = again;
            size_t in_left = sizeof(source), room = sizeof(out), third_room = sizeof(again);
            iconv_t converter = iconv_open(codes[to], codes[from]);

            if (converter == (iconv_t)-1) {
                printf("%s: no, %d\n", codes[to], errno);
                continue;
            }
            errno = 0;
            size_t lossy = iconv(converter, &in, &in_left, &written, &room);
            printf("%s: %zd %d %zu ", codes[to], (ssize_t)lossy, errno, in_left);
            for (char *byte = out; byte < written; byte++)
                printf("%02x", (unsigned char)*byte);
            iconv_close(converter);
            converter = iconv_open("UTF-8", codes[to]);
            size_t out_left = (size_t)(written - out);
            errno = 0;
            lossy = iconv(converter, &read, &out_left, &third, &third_room);
            printf(" %zd %d %.*s\n", (ssize_t)lossy, errno, (int)(third - again), again);
            iconv_close(converter);
        }
}

int main(void)
{
    locales();
    classes();
    multibyte();
    wide_strings();
    converting();
    return 0;
}
