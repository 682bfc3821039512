/* stdio on files and on memory: positions, buffers, ungetting, ends and errors. Uses files in the current folder. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "draw.h"

/* Any sequence of operations on one stream: what each answers. */
static void operations(FILE *stream, unsigned count)
{
    char buffer[300], line[64];

    for (unsigned i = 0; i < count; i++) {
        long where = (long)draw_below(2000);
        size_t length = draw_below(300);

        errno = 0;
        switch (draw_below(12)) {
        case 0:
            printf("seek %d ", fseek(stream, where, SEEK_SET));
            break;
        case 1:
            printf("end %d ", fseek(stream, -(long)draw_below(40), SEEK_END));
            break;
        case 2:
            printf("tell %ld ", ftell(stream));
            break;
        case 3: {
            /* A file has to be positioned between reading and writing. */
            fseek(stream, where, SEEK_SET);
            memset(buffer, 'a' + (int)draw_below(26), length);
            printf("write %zu ", fwrite(buffer, 1, length, stream));
            fflush(stream);
            break;
        }
        case 4:
            fseek(stream, where, SEEK_SET);
            printf("print %d ", fprintf(stream, "%d %s\n", (int)draw(), "words"));
            fseek(stream, 0, SEEK_CUR);
            break;
        case 5: {
            fseek(stream, 0, SEEK_CUR);
            size_t got = fread(buffer, 1, length, stream);
            unsigned sum = 0;
            for (size_t j = 0; j < got; j++)
                sum = sum * 31 + (unsigned char)buffer[j];
            printf("read %zu %08x ", got, sum);
            break;
        }
        case 6:
            fseek(stream, 0, SEEK_CUR);
            printf("line %s ", fgets(line, (int)draw_below(60) + 2, stream) == NULL ? "(none)" : line);
            break;
        case 7:
            fseek(stream, 0, SEEK_CUR);
            printf("get %d ", getc(stream));
            printf("unget %d ", ungetc('u', stream));
            printf("get %d %d ", getc(stream), getc(stream));
            break;
        case 8:
            rewind(stream);
            printf("rewound ");
            break;
        case 9:
            fseek(stream, where, SEEK_SET);
            printf("put %d ", fputc('p', stream));
            fseek(stream, 0, SEEK_CUR);
            break;
        case 10:
            printf("flush %d ", fflush(stream));
            clearerr(stream);
            break;
        default: {
            fpos_t place;
            fgetpos(stream, &place);
            int c = getc(stream);
            printf("set %d %d %d ", c, fsetpos(stream, &place), getc(stream) == c);
            fseek(stream, 0, SEEK_CUR);
        }
        }
        printf("eof %d error %d errno %d\n", feof(stream) != 0, ferror(stream) != 0, errno);
    }
}

static void on_files(void)
{
    static const char *const modes[] = {"w+", "r+", "a+", "r", "w", "a"};
    static const int kinds[] = {_IOFBF, _IOLBF, _IONBF};

    section("files");
    for (unsigned i = 0; i < 18; i++) {
        FILE *stream = fopen("stream", modes[i % 6]);
        printf("-- %s\n", modes[i % 6]);
        setvbuf(stream, NULL, kinds[i / 6], 64 << draw_below(6));
        operations(stream, 60);
        printf("close %d\n", fclose(stream));
    }
    printf("%d", fopen("none/such", "r") == NULL);
    printf(" %d\n", errno);
    unlink("stream");
}

static void on_memory(void)
{
    char room[1500], *text = NULL;
    wchar_t *wide = NULL;
    size_t size = 0, wide_size = 0;

    section("memory");
    memset(room, 'm', sizeof(room));
    FILE *stream = fmemopen(room, sizeof(room), "r+");
    operations(stream, 150);
    fclose(stream);
    stream = open_memstream(&text, &size);
    for (unsigned i = 0; i < 60; i++) {
        fprintf(stream, "%u ", draw_below(1000));
        if (i % 9 == 0)
            fseek(stream, (long)draw_below(100), SEEK_SET);
        fflush(stream);
        printf("%zu %zu\n", size, strlen(text));
    }
    fclose(stream);
    printf("%s\n", text);
    free(text);
    stream = open_wmemstream(&wide, &wide_size);
    fwprintf(stream, L"%d %ls", 5, L"wide");
    fclose(stream);
    printf("%ls %zu\n", wide, wide_size);
    free(wide);
}

static void lines(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int a, b;
    char word[32];

    section("lines");
    FILE *stream = fopen("lines", "w+");
    for (unsigned i = 0; i < 60; i++) {
        for (unsigned j = draw_below(200); j > 0; j--)
            fputc("abc \t,;"[draw_below(7)], stream);
        fprintf(stream, i % 5 == 0 ? "%c" : "\n", 0);
    }
    rewind(stream);
    while ((length = getdelim(&line, &room, draw_below(2) == 0 ? '\n' : ';', stream)) > 0)
        printf("%zd %d %d\n", length, (unsigned char)line[0], (unsigned char)line[length - 1]);
    free(line);
    freopen("lines", "w+", stream);
    fprintf(stream, "12 34 word 0x1f,-7;end");
    rewind(stream);
    printf("%d", fscanf(stream, "%d%d%31s", &a, &b, word));
    printf(" %d %d %s %ld\n", a, b, word, ftell(stream));
    printf("%d", fscanf(stream, "%x,%i;%3[a-z]", (unsigned *)&a, &b, word));
    printf(" %d %d %s %d\n", a, b, word, fscanf(stream, "%d", &a));
    fclose(stream);
    unlink("lines");
}

int main(void)
{
    on_files();
    on_memory();
    lines();
    return 0;
}
