/* Signals of Era M: calls 36 and 40 to 46, the frame that a handler gets, and exceptions of the processor as signals. With an
 * argument it ends the way that names. */
#include "threads.h"

#define BIT(signal) ((uint64_t)1 << ((signal)-1))
#define USER1 10
#define USER2 12
#define ALL (~(uint64_t)0)

static char stack[STACK_BYTES];
static volatile uint32_t caught, count, entered_esp, context_eip, saved_low, info_signal, seen_eflags;
static volatile uint64_t blocked_inside;

/* What a handler returns to. */
__asm__(".text\n"
        "restorer:\n\t"
        "movl $44, %eax\n\t"
        "int $0x81\n\t"
        "ud2\n");
extern char restorer[];

/* Notes its stack pointer and its flags before C code changes them, then goes on to `handler`. */
__asm__("entry:\n\t"
        "movl %esp, entered_esp\n\t"
        "pushfl\n\t"
        "popl seen_eflags\n\t"
        "jmp handler\n");
extern char entry[];

__attribute__((used)) static void handler(int signal, const uint32_t *info, struct nanvix_signal_context *context)
{
    caught = (uint32_t)signal;
    count++;
    nanvix_sigprocmask(NANVIX_SIGNAL_MASK_BLOCK, 0, (uint64_t *)&blocked_inside);
    if (info != 0) {
        info_signal = info[0];
        context_eip = context->eip;
        saved_low = *(const uint32_t *)(const void *)((const char *)context - 48);
    }
}

/* Goes on behind the instruction that faulted, whose length is in EBX. */
static void skip(int signal, const uint32_t *info, struct nanvix_signal_context *context)
{
    (void)info;
    caught = (uint32_t)signal;
    context->eip += context->ebx;
    context->edi = 1234;
}

static int64_t act(int signal, const void *function, uint64_t mask, uint32_t flags)
{
    const struct nanvix_signal_action action = {(uint32_t)(uintptr_t)function, mask, (int32_t)flags, 0};

    return nanvix_sigaction(signal, &action, 0);
}

static int64_t change(int how, uint64_t set)
{
    return nanvix_sigprocmask(how, &set, 0);
}

static uint64_t mask(void)
{
    uint64_t set = 0;

    nanvix_sigprocmask(NANVIX_SIGNAL_MASK_BLOCK, 0, &set);
    return set;
}

static void check_errors(void)
{
    struct nanvix_signal_action action = {0, 0, 0, 0};
    uint64_t set = 0;

    expect_error("sig_restorer refuses an address in the kernel", nanvix_sig_restorer(0x1000), NANVIX_EINVAL);
    expect_error("sigaction refuses signal 0", nanvix_sigaction(0, &action, 0), NANVIX_EINVAL);
    expect_error("and 65", nanvix_sigaction(65, &action, 0), NANVIX_EINVAL);
    expect_error("and KILL", nanvix_sigaction(NANVIX_SIGNAL_KILL, &action, 0), NANVIX_EINVAL);
    expect_error("and STOP", nanvix_sigaction(NANVIX_SIGNAL_STOP, &action, 0), NANVIX_EINVAL);
    expect("but tells of KILL", nanvix_sigaction(NANVIX_SIGNAL_KILL, 0, &action), 0);
    expect_error("it refuses an action in the kernel", nanvix_sigaction(1, KERNEL_ADDRESS, 0), NANVIX_EINVAL);
    expect_error("and a place for the old one there", nanvix_sigaction(1, 0, KERNEL_ADDRESS), NANVIX_EINVAL);
    expect_error("and a handler there", act(1, KERNEL_ADDRESS, 0, 0), NANVIX_EINVAL);
    expect_error("sigprocmask refuses to do what it does not know", nanvix_sigprocmask(3, &set, 0), NANVIX_EINVAL);
    expect_error("kill refuses signal 65", nanvix_kill(1, 65), NANVIX_EINVAL);
    expect_error("kill finds no other process", nanvix_kill(9, USER1), NANVIX_ESRCH);
    expect("kill with 0 only asks", nanvix_kill(1, 0), 0);
    expect_error("sigsuspend refuses no set", nanvix_sigsuspend(0), NANVIX_EINVAL);
    expect_error("and one in the kernel", nanvix_sigsuspend(KERNEL_ADDRESS), NANVIX_EINVAL);
}

static void check_delivery(void)
{
    struct nanvix_signal_action old;
    uint32_t esp;
    int64_t result;

    expect("sigaction sets a handler", act(USER1, entry, BIT(USER2), NANVIX_SIGNAL_FLAG_INFORMATION), 0);
    nanvix_sigaction(USER1, 0, &old);
    expect("and tells it", old.handler, (uint32_t)(uintptr_t)entry);
    expect_true("with its mask", old.mask == BIT(USER2));
    __asm__ volatile("movl %%esp, %1\n\t"
                     "std\n\t"
                     "int $0x81\n\t"
                     "cld"
                     : "=A"(result), "=&S"(esp)
                     : "a"(NANVIX_KCALL_KILL), "b"(1), "c"(USER1)
                     : "memory", "cc");
    expect("kill of oneself answers 0", result, 0);
    expect("and the handler has run by then", caught, USER1);
    expect("once", count, 1);
    expect("with the signal in its information", info_signal, USER1);
    expect("behind the magic of the save area", saved_low, NANVIX_SIGNAL_FRAME_MAGIC);
    expect("on a stack that is aligned as a call leaves it", entered_esp % 16, 12);
    expect_true("right below the interrupted one", esp - entered_esp >= 624 && esp - entered_esp < 640);
    expect_true("with its signals blocked", blocked_inside == (BIT(USER1) | BIT(USER2)));
    expect("and the direction flag clear", seen_eflags & 0x400, 0);
    expect_true("afterwards nothing is blocked", mask() == 0);
}

static void check_masks(void)
{
    uint64_t set = 0;

    change(NANVIX_SIGNAL_MASK_SET, ALL);
    expect_true("KILL and STOP can't be blocked", mask() == (ALL & ~BIT(9) & ~BIT(19)));
    change(NANVIX_SIGNAL_MASK_SET, BIT(USER1));
    count = 0;
    nanvix_kill(1, USER1);
    expect("a blocked signal waits", count, 0);
    nanvix_sigpending(&set);
    expect_true("sigpending shows it", set == BIT(USER1));
    change(NANVIX_SIGNAL_MASK_UNBLOCK, BIT(USER1));
    expect("and it comes when it is let", count, 1);
    act(USER1, (const void *)1, 0, 0);
    nanvix_kill(1, USER1);
    expect("an ignored signal does nothing", count, 1);
    act(USER1, 0, 0, 0);
    expect("nor does one whose default is that", nanvix_kill(1, NANVIX_SIGNAL_CHILD), 0);
    act(USER1, entry, 0, NANVIX_SIGNAL_FLAG_RESET_HANDLER | NANVIX_SIGNAL_FLAG_NO_DEFER);
    nanvix_kill(1, USER1);
    expect_true("a handler may leave its signal unblocked", (blocked_inside & BIT(USER1)) == 0);
    {
        struct nanvix_signal_action now;

        nanvix_sigaction(USER1, 0, &now);
        expect("and may serve once", now.handler, 0);
    }
    act(USER1, entry, 0, 0);
    act(USER2, entry, 0, 0);
    change(NANVIX_SIGNAL_MASK_SET, BIT(USER1) | BIT(USER2));
    nanvix_kill(1, USER2);
    nanvix_kill(1, USER1);
    change(NANVIX_SIGNAL_MASK_SET, 0);
    expect("of several the highest is handled last", caught, USER2);
}

static void check_suspend(void)
{
    const uint64_t none = 0;

    change(NANVIX_SIGNAL_MASK_SET, BIT(USER1));
    nanvix_kill(1, USER1);
    count = 0;
    expect_error("sigsuspend ends by a signal that it lets", nanvix_sigsuspend(&none), NANVIX_EINTR);
    expect("whose handler has run", count, 1);
    expect_true("and the mask is the one before", mask() == BIT(USER1));
    change(NANVIX_SIGNAL_MASK_SET, 0);
}

static uint32_t send_later(uint32_t wait)
{
    change(NANVIX_SIGNAL_MASK_SET, ALL);
    nanvix_sleep(0, wait);
    return (uint32_t)nanvix_kill(1, USER1);
}

static uint32_t sleep_blocked(uint32_t unused)
{
    (void)unused;
    change(NANVIX_SIGNAL_MASK_SET, ALL);
    return (uint32_t)nanvix_sleep(0, 3000000);
}

static void check_waits(void)
{
    static uint32_t mutex, condition;
    uint32_t status;
    int64_t tid;

    count = 0;
    tid = start_thread(send_later, 1000000, stack);
    expect_error("a signal ends a sleep", nanvix_sleep(5, 0), NANVIX_EINTR);
    expect("after its handler has run", count, 1);
    nanvix_thread_join((int32_t)tid, &status);

    tid = start_thread(send_later, 1000000, stack);
    nanvix_mutex_lock(&mutex, NO_TIMEOUT);
    expect_error("and a wait for a condition", nanvix_cond_wait(&condition, &mutex, NO_TIMEOUT), NANVIX_EINTR);
    expect("which has its mutex again", nanvix_mutex_unlock(&mutex), 0);
    nanvix_thread_join((int32_t)tid, &status);

    tid = start_thread(sleep_blocked, 0, stack);
    nanvix_sched_yield();
    nanvix_kill(1, USER1);
    nanvix_thread_join((int32_t)tid, &status);
    expect("a thread that blocks it sleeps on", status, 0);

    tid = start_thread(send_later, 1000000, stack);
    count = 0;
    act(USER1, entry, 0, NANVIX_SIGNAL_FLAG_RESTART);
    expect("with RESTART a wait for a thread goes on", nanvix_thread_join((int32_t)tid, &status), 0);
    act(USER1, entry, 0, 0);
}

/* Its handler uses the x87 stack itself. */
static void use_x87(int signal)
{
    (void)signal;
    count++;
    __asm__ volatile("fninit; fldz");
}

static void check_floating_point(void)
{
    uint32_t x87 = 0, call = NANVIX_KCALL_KILL;

    count = 0;
    act(USER1, use_x87, 0, 0);
    __asm__ volatile("fninit\n\t"
                     "fld1\n\t"
                     "int $0x81\n\t"
                     "fistpl %0"
                     : "=m"(x87), "+a"(call)
                     : "b"(1), "c"(USER1)
                     : "edx", "memory");
    expect("a handler uses floating point", count, 1);
    expect("and the interrupted code has its own again", x87, 1);
    act(USER1, entry, 0, 0);
}

static void check_exceptions(void)
{
    uint32_t edi = 0, zero = 0;

    act(NANVIX_SIGNAL_SEGMENTATION, skip, 0, NANVIX_SIGNAL_FLAG_INFORMATION);
    act(NANVIX_SIGNAL_ARITHMETIC, skip, 0, NANVIX_SIGNAL_FLAG_INFORMATION);
    act(NANVIX_SIGNAL_ILLEGAL, skip, 0, NANVIX_SIGNAL_FLAG_INFORMATION);
    act(NANVIX_SIGNAL_TRAP, skip, 0, NANVIX_SIGNAL_FLAG_INFORMATION);
    __asm__ volatile("movl %%eax, (%%edx)" : "+D"(edi) : "d"(UNMAPPED), "b"(2), "a"(0) : "memory");
    expect("a page fault is SEGV", caught, NANVIX_SIGNAL_SEGMENTATION);
    expect("whose handler changes registers", edi, 1234);
    __asm__ volatile("divl %%ecx" : "+D"(edi) : "b"(2), "a"(1), "d"(0), "c"(zero) : "cc");
    expect("a division by zero is FPE", caught, NANVIX_SIGNAL_ARITHMETIC);
    __asm__ volatile("ud2" : "+D"(edi) : "b"(2));
    expect("no instruction is ILL", caught, NANVIX_SIGNAL_ILLEGAL);
    __asm__ volatile("hlt" : "+D"(edi) : "b"(1));
    expect("what only the kernel may do is SEGV", caught, NANVIX_SIGNAL_SEGMENTATION);
    __asm__ volatile("int3" : "+D"(edi) : "b"(0));
    expect("a breakpoint is TRAP", caught, NANVIX_SIGNAL_TRAP);
}

static uint32_t nothing(uint32_t unused)
{
    return unused;
}

static void check_detach(void)
{
    uint32_t status;
    int64_t tid = start_thread(nothing, 0, stack);

    expect("detach lets a thread go", nanvix_detach((int32_t)tid), 0);
    expect_error("once", nanvix_detach((int32_t)tid), NANVIX_EINVAL);
    expect_error("nobody may join it", nanvix_thread_join((int32_t)tid, &status), NANVIX_EINVAL);
    nanvix_sleep(0, 1000000);
    expect_error("and it is gone at its end", nanvix_thread_join((int32_t)tid, &status), NANVIX_ESRCH);
    expect_error("detach refuses an unknown thread", nanvix_detach(99), NANVIX_ESRCH);
}

static int is(const char *text, char letter)
{
    while (*text != 0 && *text != ' ')
        text++;
    return *text == ' ' && text[1] == letter;
}

void program(const char *arguments, const char *environment)
{
    (void)environment;
    act(USER1, entry, 0, 0);
    if (!is(arguments, 'r'))
        nanvix_sig_restorer((uint32_t)(uintptr_t)restorer);
    if (is(arguments, 'd')) /* default */
        nanvix_kill(1, USER2);
    if (is(arguments, 'b')) { /* blocked exception */
        act(NANVIX_SIGNAL_SEGMENTATION, skip, 0, NANVIX_SIGNAL_FLAG_INFORMATION);
        change(NANVIX_SIGNAL_MASK_SET, BIT(NANVIX_SIGNAL_SEGMENTATION));
        *(volatile uint32_t *)UNMAPPED = 1;
    }
    if (is(arguments, 's')) /* stack that can't be written */
        __asm__ volatile("movl $0x1000, %%esp; int $0x81" : : "a"(NANVIX_KCALL_KILL), "b"(1), "c"(USER1));
    if (is(arguments, 'f')) /* frame that is none */
        nanvix_sigreturn();
    if (is(arguments, 'r')) { /* no restorer */
        nanvix_kill(1, USER1);
        nanvix_exit(caught == 0 ? 99 : 1);
    }
    check_errors();
    check_delivery();
    check_masks();
    check_suspend();
    check_waits();
    check_floating_point();
    check_exceptions();
    check_detach();
}
