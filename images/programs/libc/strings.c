/* string.h, strings.h and ctype.h: results over drawn strings, and what is left in memory around them. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "draw.h"

enum { ROOM = 160, LONGEST = 120 };

static char first[ROOM], second[ROOM];

/* A string of few letters, so that searches find something; sometimes with bytes above ASCII. */
static size_t draw_text(char *text, unsigned longest)
{
    static const char letters[] = "abcABC .,\xe9\x80";
    size_t length = draw_below(longest + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = letters[draw_below(draw_below(4) == 0 ? sizeof(letters) - 1 : 2)];
    text[length] = '\0';
    return length;
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static long place(const char *found, const char *text)
{
    return found == NULL ? -1 : found - text;
}

static void show(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        printf("%02x", (unsigned char)bytes[i]);
    printf("\n");
}

static void searching(void)
{
    char needle[8];

    section("searching");
    for (unsigned i = 0; i < 400; i++) {
        unsigned at = draw_below(8);
        char *text = first + at;
        size_t length = draw_text(text, LONGEST);
        size_t needle_length = draw_text(needle, 4);
        int letter = "abc \xe9"[draw_below(5)];

        printf("%zu %zu", strlen(text), strnlen(text, draw_below(64)));
        printf(" %ld %ld %ld", place(strchr(text, letter), text), place(strrchr(text, letter), text),
               place(strchrnul(text, letter), text));
        printf(" %ld %ld", place(memchr(text, letter, length), text), place(memrchr(text, letter, length), text));
        printf(" %ld %ld %ld", place(strstr(text, needle), text), place(strcasestr(text, needle), text),
               place(memmem(text, length, needle, needle_length), text));
        printf(" %zu %zu %ld\n", strspn(text, "ab"), strcspn(text, needle), place(strpbrk(text, needle), text));
    }
}

static void comparing(void)
{
    section("comparing");
    for (unsigned i = 0; i < 400; i++) {
        size_t length = draw_text(first, 12);

        if (draw_below(2) == 0)
            draw_text(second, 12);
        else
            strcpy(second, first);
        if (draw_below(2) == 0 && length > 0)
            second[draw_below((unsigned)length)] ^= 0x20;
        printf("%d %d %d %d %d %d %d\n", sign(strcmp(first, second)), sign(strncmp(first, second, 5)),
               sign(memcmp(first, second, 6)), sign(strcasecmp(first, second)), sign(strncasecmp(first, second, 4)),
               sign(strcoll(first, second)), sign(strverscmp(first, second)));
    }
    static const char *const versions[] = {"1", "2", "10", "1.0", "1.10", "1.09", "01", "001", "a1b2", "a1b10", ""};
    enum { COUNT = sizeof(versions) / sizeof(versions[0]) };
    for (unsigned i = 0; i < COUNT; i++)
        for (unsigned j = 0; j < COUNT; j++)
            printf("%d%c", sign(strverscmp(versions[i], versions[j])), j + 1 < COUNT ? ' ' : '\n');
}

static void moving(void)
{
    section("moving");
    for (unsigned i = 0; i < 300; i++) {
        unsigned from = draw_below(60), to = draw_below(60), length = draw_below(90);

        for (unsigned j = 0; j < ROOM; j++)
            first[j] = second[j] = (char)draw();
        memcpy(second + to, first + from, length);
        show(second, ROOM);
        memmove(first + to, first + from, length);
        show(first, ROOM);
        memset(first + from, (int)draw(), length);
        show(first, ROOM);
        char *after = memccpy(second + to, first + from, first[from + length / 2], length);
        printf("%ld\n", place(after, second));
        show(second, ROOM);
    }
}

static void copying(void)
{
    section("copying");
    for (unsigned i = 0; i < 300; i++) {
        unsigned room = draw_below(20);

        memset(second, '#', ROOM);
        draw_text(second, 10);
        draw_text(first, 30);
        printf("%ld ", place(stpncpy(second + 40, first, room), second));
        printf("%zu %zu ", strlcpy(second + 80, first, room), strlcat(second, first, room));
        strncat(second, first, room);
        strncpy(second + 120, first, room);
        show(second, ROOM);
        char *copy = strndup(first, room);
        printf("%s %d\n", copy, place(strcpy(second, first), second) == 0);
        free(copy);
        swab(first, second, 8);
        show(second, 8);
    }
}

static void splitting(void)
{
    section("splitting");
    for (unsigned i = 0; i < 100; i++) {
        char *rest, *words = first;

        draw_text(first, 40);
        memcpy(second, first, sizeof(second));
        for (char *word = strtok_r(second, " .,", &rest); word != NULL; word = strtok_r(NULL, " .,", &rest))
            printf("[%s]", word);
        while (words != NULL)
            printf("(%s)", strsep(&words, " .,"));
        printf("\n");
    }
}

static void letters(void)
{
    section("letters");
    for (int c = -1; c < 256; c++)
        printf("%d %d%d%d%d%d%d%d%d%d%d%d%d %d %d\n", c, !!isalnum(c), !!isalpha(c), !!isblank(c), !!iscntrl(c),
               !!isdigit(c), !!isgraph(c), !!islower(c), !!isprint(c), !!ispunct(c), !!isspace(c), !!isupper(c),
               !!isxdigit(c), tolower(c), toupper(c));
}

static void messages(void)
{
    section("messages");
    for (int i = 0; i < 140; i++)
        printf("%s\n", strerror(i));
    for (int i = 0; i < 66; i++)
        printf("%s\n", strsignal(i));
}

int main(void)
{
    searching();
    comparing();
    moving();
    copying();
    splitting();
    letters();
    messages();
    return 0;
}
