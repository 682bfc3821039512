/* What the kernel-call programs say and how they end, after the manner of kvm-unit-tests: a line `PASS name` or
 * `FAIL name: what was seen` per check on the kernel's console, exit status 0 if all passed, else 1.
 *
 * Each program is one C file with `void program(const char *arguments, const char *environment)`. */
#ifndef CHECK_H
#define CHECK_H

#include <nanvix/kcalls.h>

#define READ_WRITE (NANVIX_PROTECTION_READ | NANVIX_PROTECTION_WRITE)
#define NO_TIMEOUT NANVIX_LIMIT_NO_TIMEOUT, NANVIX_LIMIT_NO_TIMEOUT

/* Addresses that a program without a heap is free to use. */
#define FREE_AREA 0x60000000u
#define UNMAPPED ((void *)0x6ffff000u)
#define KERNEL_ADDRESS ((void *)0x00100000u)
#define LAST_BYTES ((void *)(NANVIX_USER_END - 2))

static int failures;

static uint32_t append_text(char *line, uint32_t at, const char *text)
{
    while (*text != 0)
        line[at++] = *text++;
    return at;
}

static uint32_t append_number(char *line, uint32_t at, int64_t number)
{
    uint32_t value = (uint32_t)(number < 0 ? -number : number);
    char digits[10];
    uint32_t count = 0;

    if (number < 0)
        line[at++] = '-';
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0)
        line[at++] = digits[--count];
    return at;
}

static void report(const char *name, int passed, int64_t seen, int64_t wanted)
{
    char line[NANVIX_LIMIT_DEBUG_BYTES];
    uint32_t length = append_text(line, 0, passed ? "PASS " : "FAIL ");

    length = append_text(line, length, name);
    if (!passed) {
        failures++;
        length = append_text(line, length, ": got ");
        length = append_number(line, length, seen);
        length = append_text(line, length, ", expected ");
        length = append_number(line, length, wanted);
    }
    line[length++] = '\n';
    nanvix_debug(line, length);
}

/* The result of a call, or any other number. */
static inline void expect(const char *name, int64_t seen, int64_t wanted)
{
    report(name, seen == wanted, seen, wanted);
}

/* A call that must fail with an errno. */
static inline void expect_error(const char *name, int64_t seen, int wanted)
{
    report(name, seen == -wanted, seen, -wanted);
}

/* Something that must hold. */
static inline void expect_true(const char *name, int holds)
{
    report(name, holds, holds, 1);
}

void program(const char *arguments, const char *environment);

_Noreturn void leave(void)
{
    nanvix_exit(failures == 0 ? 0 : 1);
}

/* Compilers may call it for the copy of a structure. */
__attribute__((used)) void *memcpy(void *to, const void *from, __SIZE_TYPE__ size)
{
    char *destination = to;
    const char *source = from;

    while (size-- > 0)
        *destination++ = *source++;
    return to;
}

__attribute__((used)) void *memset(void *to, int value, __SIZE_TYPE__ size)
{
    volatile char *destination = to;

    while (size-- > 0)
        *destination++ = (char)value;
    return to;
}

#endif
