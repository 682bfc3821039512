/* The C library on top of the layer: formatted output and input, streams on files, long jumps, sorting, floating point.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static jmp_buf back;

static void deep(int depth)
{
    volatile char room[2000];

    room[0] = 1;
    if (depth > 0)
        deep(depth - 1);
    else if (room[0] != 0)
        longjmp(back, 42);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void formatting(void)
{
    char text[128];
    int number, count;
    double real;
    char word[16];

    snprintf(text, sizeof(text), "%d %5u|%-5x|%05o %c %s %%", -17, 42u, 255, 8, 'c', "word");
    check_text("integers and strings", text, "-17    42|ff   |00010 c word %");
    snprintf(text, sizeof(text), "%lld %llu %hhd", LLONG_MIN, ULLONG_MAX, 300);
    check_text("64 bits", text, "-9223372036854775808 18446744073709551615 44");
    snprintf(text, sizeof(text), "%.3f %e %g %g %.0f", 3.14159, 12345.678, 0.0001, 1e20, 0.5);
    check_text("floating point", text, "3.142 1.234568e+04 0.0001 1e+20 0");
    snprintf(text, sizeof(text), "%.17g %a", 0.1, 1.0);
    check_text("to the last bit", text, "0.10000000000000001 0x1p+0");
    snprintf(text, sizeof(text), "%f %F %g", INFINITY, -INFINITY, NAN);
    check("what is no number", strcmp(text, "inf -INF nan") == 0 || strcmp(text, "inf -INF -nan") == 0);
    const char *volatile long_word = "abcdefgh";
    check_number("snprintf tells what it would have written", snprintf(text, 4, "%s", long_word), 8);
    check_text("and cuts it off", text, "abc");
    count = sscanf("12 3.5e2 abc", "%d %lf %15s", &number, &real, word);
    check("scanf reads them back", count == 3 && number == 12 && real == 350.0 && strcmp(word, "abc") == 0);
    check("strtod is exact", strtod("0.1", NULL) == 0.1 && strtod("1e-320", NULL) > 0);
    errno = 0;
    check("strtol tells of what is too large", strtol("99999999999", NULL, 10) == LONG_MAX && errno == ERANGE);
}

static void streams(void)
{
    char line[128];
    FILE *file = fopen("/text", "w+");

    check("fopen makes a file", file != NULL);
    for (int i = 0; i < 2000; i++)
        fprintf(file, "line %d of two thousand\n", i);
    check_number("ftell tells where the next byte goes", ftell(file), 2000 * 22 + 10 + 90 * 2 + 900 * 3 + 1000 * 4);
    fseek(file, 0, SEEK_SET);
    fgets(line, sizeof(line), file);
    check_text("fseek goes back", line, "line 0 of two thousand\n");
    fseek(file, -24, SEEK_END);
    fgets(line, sizeof(line), file);
    check("and to the end", strstr(line, "1999") != NULL);
    check("where the file ends", fgets(line, sizeof(line), file) == NULL && feof(file));
    rewind(file);
    ungetc('L', file);
    check_number("ungetc puts a byte back", getc(file), 'L');
    fclose(file);

    file = fopen("/text", "a");
    fputs("appended", file);
    fclose(file);
    file = fopen("/text", "r");
    fseek(file, -8, SEEK_END);
    check_number("mode a appends", (long)fread(line, 1, sizeof(line), file), 8);
    check("the right thing", memcmp(line, "appended", 8) == 0);
    check("a stream for reading can't be written", fputs("x", file) == EOF || fflush(file) == EOF);
    fclose(file);
    check("fopen of nothing fails", fopen("/nothing", "r") == NULL && errno == ENOENT);
    check_number("remove", remove("/text"), 0);

    file = tmpfile();
    check("tmpfile finds a folder", file != NULL && fputs("text", file) >= 0);
    rewind(file);
    check("and is read", getc(file) == 't');
    fclose(file);
    char *memory = NULL;
    size_t size = 0;
    file = open_memstream(&memory, &size);
    fprintf(file, "%s-%d", "memory", 7);
    fclose(file);
    check_text("a stream into memory", memory, "memory-7");
    free(memory);
    char name[] = "/tempXXXXXX";
    int descriptor = mkstemp(name);
    check("mkstemp finds a name", descriptor >= 0 && unlink(name) == 0);
    close(descriptor);
}

static void the_rest(void)
{
    char *words[] = {"pear", "apple", "fig", "quince", "cherry"};
    int value = setjmp(back);
    wchar_t wide[16];

    if (value == 0)
        deep(30);
    check_number("longjmp comes back from the depths", value, 42);
    qsort(words, 5, sizeof(words[0]), compare);
    check("qsort sorts", strcmp(words[0], "apple") == 0 && strcmp(words[4], "quince") == 0);
    check("sin and cos", fabs(sin(1.0) * sin(1.0) + cos(1.0) * cos(1.0) - 1.0) < 1e-15);
    check("sqrt is exact", sqrt(2.0) * sqrt(2.0) > 1.9999999999999996 && sqrt(144.0) == 12.0);
    check("pow and log", pow(2.0, 10.0) == 1024.0 && fabs(log(exp(1.0)) - 1.0) < 1e-15);
    check("rounding follows the mode", lrint(2.5) == 2 && lround(2.5) == 3);
    check("locales are UTF-8", setlocale(LC_ALL, "C.UTF-8") != NULL);
    check_number("which mbstowcs reads", (long)mbstowcs(wide, "αβγ", 16), 3);
    check("strerror has words", strcmp(strerror(ENOSPC), "No space left on device") == 0);
    check_number("a deep stack grows", (value = setjmp(back), value == 0 ? (deep(120), 0) : value), 42);
}

int main(void)
{
    formatting();
    streams();
    the_rest();
    return finish();
}
