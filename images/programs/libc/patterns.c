/* regex, fnmatch, glob, and the options of a command line. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <glob.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

#include "draw.h"

static void match(const char *pattern, const char *text, int flags)
{
    regex_t compiled;
    regmatch_t found[6];
    char message[80];
    int status = regcomp(&compiled, pattern, flags);

    printf("/%s/ %d ", pattern, flags);
    if (status != 0) {
        regerror(status, &compiled, message, sizeof(message));
        printf("%d %s\n", status, message);
        return;
    }
    status = regexec(&compiled, text, 6, found, draw_below(4) == 0 ? REG_NOTBOL : 0);
    printf("\"%s\" %zu %d", text, compiled.re_nsub, status);
    for (unsigned i = 0; status == 0 && !(flags & REG_NOSUB) && i < 6; i++)
        printf(" %d-%d", (int)found[i].rm_so, (int)found[i].rm_eo);
    printf("\n");
    regfree(&compiled);
}

static void expressions(void)
{
    static const char *const patterns[] = {
        "a", "a*", "(a|b)*c", "^(a+)(b?)$", "[a-c]+[^a-c]", "(ab){2,3}", "a{2}", "((a)|(ab))((c)|(bc))", "x*", "[[:alpha:]]+[[:digit:]]",
        "(a*)*", "(a*)+", "(a|ab)(c|bcd)(d*)", "\\(a\\)\\1", "a\\{1,2\\}b", "[]a]*", "[^]a]", "a.c", "\\.", "(", "a**", "[b-a]", "[[:nope:]]", "\\(", "a{1,",
        "(^a|b$)", "b|", "()", "(a)(b)(c)(d)(e)(f)", "[[.a.]]", "[[=a=]]b", ".*b.*b", "\\<a\\>", "a\\|b", "(.*)(a)(.*)",
    };

    section("expressions");
    for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        for (unsigned j = 0; j < 8; j++) {
            char text[24];
            unsigned length = draw_below(20);
            for (unsigned k = 0; k < length; k++)
                text[k] = "aabbcd1. \nABx"[draw_below(j < 4 ? 4 : 13)];
            text[length] = '\0';
            match(patterns[i], text, (j % 2 == 0 ? REG_EXTENDED : 0) | (j % 3 == 0 ? REG_ICASE : 0) | (j == 5 ? REG_NEWLINE : 0) | (j == 7 ? REG_NOSUB : 0));
        }
}

static void shell_patterns(void)
{
    static const char *const patterns[] = {"*", "a*b", "?", "[a-c]*", "[!a]*", "*.c", "a/*", "*/b", "\\*", "[", "[]]", "[[:digit:]]?", ".*", "a[", "**/b", "[a/b]", "*a*a*", "[\\]]"};
    static const char *const texts[] = {"", "a", "ab", "aab", "abc", "a/b", ".a", "x.c", "*", "[", "]", "1a", "a/.b", "aXbaX", "\\*", "AB"};
    static const int flags[] = {0, FNM_PATHNAME, FNM_PERIOD, FNM_NOESCAPE, FNM_CASEFOLD, FNM_LEADING_DIR | FNM_PATHNAME};

    section("fnmatch");
    for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        printf("%s ", patterns[i]);
        for (unsigned j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
            for (unsigned k = 0; k < 6; k++)
                printf("%d%s", fnmatch(patterns[i], texts[j], flags[k]) != 0, k == 5 ? " " : "");
        printf("\n");
    }
}

static void file_names(void)
{
    static const char *const names[] = {"g/one.c", "g/two.c", "g/three.h", "g/.hidden", "g/sub/four.c", "g/sub/five"};
    static const char *const patterns[] = {"g/*.c", "g/*", "g/.*", "g/*/*", "g/t*", "g/none*", "g/sub", "g/[ot]*.?", "*/sub/f*", "g/three.h", "g/\\*"};

    mkdir("g", 0755);
    mkdir("g/sub", 0755);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        close(open(names[i], O_CREAT | O_WRONLY, 0644));
    section("glob");
    for (unsigned i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        for (unsigned j = 0; j < 3; j++) {
            glob_t found = {0};
            int status = glob(patterns[i], j == 0 ? 0 : j == 1 ? GLOB_MARK : GLOB_NOCHECK | GLOB_PERIOD, NULL, &found);
            printf("%s %d:", patterns[i], status);
            for (size_t k = 0; k < found.gl_pathc; k++)
                printf(" %s", found.gl_pathv[k]);
            printf("\n");
            globfree(&found);
        }
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unlink(names[i]);
    rmdir("g/sub");
    rmdir("g");
}

static void options(void)
{
    static const char *const lines[] = {"p -a -b value -c rest", "p -abvalue", "p first -a second -b", "p -x", "p -a -- -b", "p - -a", "p --long --value=3 --value 4 x", "p --lo --bad --long=1 --value", "p -W", "p"};
    static const char *const shapes[] = {"ab:c", "+ab:c", "-ab:c", ":ab:c", "ab::c"};
    static const struct option names[] = {{"long", no_argument, NULL, 'l'}, {"value", required_argument, NULL, 'v'}, {"maybe", optional_argument, NULL, 'm'}, {0}};

    section("getopt");
    opterr = 0;
    for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        for (unsigned j = 0; j < 10; j++) {
            char line[80], *words[16];
            int count = 0, found;

            strcpy(line, lines[i]);
            for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
                words[count++] = word;
            words[count] = NULL;
            optind = 0;
            printf("%s (%s):", lines[i], shapes[j / 2]);
            while ((found = j % 2 == 0 ? getopt(count, words, shapes[j / 2]) : getopt_long(count, words, shapes[j / 2], names, NULL)) != -1)
                printf(" %c=%s/%c", found == 1 ? '1' : found, optarg == NULL ? "" : optarg, found == '?' && optopt != 0 ? optopt : '.');
            printf(" |");
            for (int k = optind; k < count; k++)
                printf(" %s", words[k]);
            printf("\n");
        }
}

int main(void)
{
    expressions();
    shell_patterns();
    file_names();
    options();
    return 0;
}
