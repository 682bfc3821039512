/*
 * What the POSIX programs say and how they end: a line `PASS what holds` or `FAIL what should hold: what was seen` for
 * each check on standard output; exit status 0 if all passed, else 1.
 */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int failures;

__attribute__((unused)) static void check(const char *what, bool holds)
{
    printf("%s %s\n", holds ? "PASS" : "FAIL", what);
    failures += !holds;
}

__attribute__((unused)) static void check_number(const char *what, long long seen, long long wanted)
{
    if (seen == wanted) {
        check(what, true);
    } else {
        printf("FAIL %s: %lld instead of %lld\n", what, seen, wanted);
        failures++;
    }
}

__attribute__((unused)) static void check_text(const char *what, const char *seen, const char *wanted)
{
    if (seen != NULL && strcmp(seen, wanted) == 0) {
        check(what, true);
    } else {
        printf("FAIL %s: \"%s\" instead of \"%s\"\n", what, seen == NULL ? "(null)" : seen, wanted);
        failures++;
    }
}

/* The call has to fail with this errno: pass its result. */
#define check_error(what, result, wanted) \
    do { \
        long long result_of_call = (errno = 0, (result)); \
        check_failed(what, result_of_call, errno, wanted); \
    } while (0)

__attribute__((unused)) static void check_failed(const char *what, long long result, int seen, int wanted)
{
    if (result == -1 && seen == wanted) {
        check(what, true);
    } else {
        printf("FAIL %s: result %lld, %s instead of %s\n", what, result, strerror(seen), strerror(wanted));
        failures++;
    }
}

__attribute__((unused)) static int finish(void)
{
    printf("%s\n", failures == 0 ? "all passed" : "some failed");
    return failures == 0 ? 0 : 1;
}

#endif
