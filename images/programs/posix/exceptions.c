/* Exceptions of the processor caught as signals (Era M): with a jump out, with a change of registers, on another stack. */
#define _GNU_SOURCE

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

static sigjmp_buf out;
static volatile int dividend = 7, divisor;
static volatile int *volatile wild = (volatile int *)16;
static volatile sig_atomic_t caught, inner;
static void *volatile address;
static void *volatile context_eip;
static char *volatile handler_stack;

static void jump(int number)
{
    caught = number;
    siglongjmp(out, 1);
}

static void skip(int number, siginfo_t *information, void *given)
{
    ucontext_t *context = given;

    caught = number;
    address = information->si_addr;
    handler_stack = __builtin_frame_address(0);
    context_eip = (void *)context->uc_mcontext.gregs[REG_EIP];
    context->uc_mcontext.gregs[REG_EIP] += 2;
}

static void raise_inside(int number)
{
    caught = number;
    inner = dividend / divisor;
    siglongjmp(out, 2);
}

static void after_inner(int number, siginfo_t *information, void *given)
{
    (void)information;
    inner = number;
    /* idivl of a memory operand or of a register: leave by the jump instead. */
    (void)given;
    siglongjmp(out, 3);
}

static void catch_with(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    sigaction(number, &action, NULL);
}

static void jumps(void)
{
    sigset_t mask;

    signal(SIGSEGV, jump);
    signal(SIGFPE, jump);
    signal(SIGILL, jump);
    if (sigsetjmp(out, 1) == 0)
        *wild = 1;
    check_number("a wild pointer is SIGSEGV", caught, SIGSEGV);
    caught = 0;
    if (sigsetjmp(out, 1) == 0)
        *wild = 1;
    check_number("and is so again", caught, SIGSEGV);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    check_number("the jump has unblocked it", sigismember(&mask, SIGSEGV), 0);
    if (sigsetjmp(out, 1) == 0)
        inner = dividend / divisor;
    check_number("a division by zero is SIGFPE", caught, SIGFPE);
    if (sigsetjmp(out, 1) == 0)
        __asm__ volatile("ud2");
    check_number("no instruction is SIGILL", caught, SIGILL);
}

static void changes(void)
{
    extern char the_ud2[];

    catch_with(SIGILL, skip, 0);
    __asm__ volatile("the_ud2: ud2");
    check("a handler may go on behind it", caught == SIGILL);
    check("it is told the address", address == the_ud2 && context_eip == the_ud2);
}

static void stacks(void)
{
    static char stack[SIGSTKSZ];
    stack_t wanted = {.ss_sp = stack, .ss_size = sizeof(stack)}, old;

    check_number("sigaltstack", sigaltstack(&wanted, NULL), 0);
    sigaltstack(NULL, &old);
    check("tells it", old.ss_sp == stack && old.ss_flags == 0);
    catch_with(SIGILL, skip, SA_ONSTACK);
    __asm__ volatile("ud2");
    check("a handler runs on it", handler_stack > stack && handler_stack < stack + sizeof(stack));
    catch_with(SIGUSR1, skip, SA_ONSTACK);
}

static void nested(void)
{
    catch_with(SIGFPE, after_inner, 0);
    signal(SIGSEGV, raise_inside);
    int way = sigsetjmp(out, 1);
    if (way == 0)
        *wild = 1;
    check_number("an exception in a handler is caught as well", way, 3);
    check_number("by its own", inner, SIGFPE);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "default") == 0)
        *wild = 1;
    if (argc > 1 && strcmp(argv[1], "abort") == 0)
        abort();
    if (argc > 1 && strcmp(argv[1], "blocked") == 0) {
        sigset_t set;

        signal(SIGSEGV, jump);
        sigfillset(&set);
        sigprocmask(SIG_SETMASK, &set, NULL);
        *wild = 1;
    }
    jumps();
    changes();
    stacks();
    nested();
    return finish();
}
