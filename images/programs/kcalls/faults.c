/* Ends in the way its argument says: every fault of ring 3 must end the program with its status, and none may
 * hang the machine or reach the kernel. */
#include "check.h"

static int same(const char *a, const char *b)
{
    while (*a != 0 && *a == *b)
        a++, b++;
    return *a == *b;
}

extern char _start[];

/* More than the 4 MiB there are, for every depth that is asked for. */
static uint32_t recurse(uint32_t depth)
{
    volatile uint32_t block[256];

    block[0] = depth;
    return depth == 0 ? 0 : recurse(depth - 1) + block[0];
}

static void cause(const char *fault)
{
    volatile uint32_t zero = 0;

    if (same(fault, "null"))
        *(volatile uint32_t *)(uintptr_t)zero = 1;
    else if (same(fault, "kernel-read"))
        zero = *(volatile uint32_t *)KERNEL_ADDRESS;
    else if (same(fault, "kernel-write"))
        *(volatile uint32_t *)KERNEL_ADDRESS = 1;
    else if (same(fault, "text-write"))
        *(volatile uint32_t *)(uintptr_t)_start = 1;
    else if (same(fault, "unmapped"))
        *(volatile uint32_t *)UNMAPPED = 1;
    else if (same(fault, "jump"))
        ((void (*)(void))UNMAPPED)();
    else if (same(fault, "stack-overflow"))
        zero = recurse(100000);
    else if (same(fault, "divide"))
        __asm__ volatile("divl %0" : : "r"(zero), "a"(1), "d"(0) : "cc");
    else if (same(fault, "undefined"))
        __asm__ volatile("ud2");
    else if (same(fault, "privileged"))
        __asm__ volatile("cli");
    else if (same(fault, "halt"))
        __asm__ volatile("hlt");
    else if (same(fault, "port"))
        __asm__ volatile("outl %0, %w1" : : "a"(0x20000000), "d"(NANVIX_PORT_MACHINE));
    else if (same(fault, "segment"))
        __asm__ volatile("movl %0, %%ds" : : "r"(0x10));
    else if (same(fault, "breakpoint"))
        __asm__ volatile("int3");
    else if (same(fault, "interrupt"))
        __asm__ volatile("int $0x20");
    else if (same(fault, "null-segment"))
        __asm__ volatile("movl %0, %%ds; int %3; movl %1, %%ds"
                         :
                         : "r"(0), "r"(NANVIX_SELECTOR_USER_DATA), "a"(NANVIX_KCALL_GETPID), "i"(NANVIX_TRAP_VECTOR)
                         : "memory");
    else if (same(fault, "direction-flag"))
        __asm__ volatile("std; int %1; cld" : : "a"(NANVIX_KCALL_GETPID), "i"(NANVIX_TRAP_VECTOR) : "edx", "memory");
    else if (same(fault, "bad-stack-call"))
        __asm__ volatile("movl %%esp, %%esi; movl $16, %%esp; int %1; movl %%esi, %%esp"
                         :
                         : "a"(NANVIX_KCALL_GETPID), "i"(NANVIX_TRAP_VECTOR)
                         : "edx", "esi", "memory");
    else if (same(fault, "other-vector"))
        __asm__ volatile("int %0" : : "i"(NANVIX_ERA_S ? 0x81 : 0x80));
    else if (same(fault, "exit-wide"))
        nanvix_exit(0x1ffff);
    else
        nanvix_exit(2);
    nanvix_exit(99);
}

void program(const char *arguments, const char *environment)
{
    (void)environment;
    while (*arguments != 0 && *arguments != ' ')
        arguments++;
    cause(*arguments == 0 ? arguments : arguments + 1);
}
