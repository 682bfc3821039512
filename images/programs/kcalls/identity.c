/* Who the program is, how it was started, what it may ask for: calls 0 to 7, 13, and numbers that are no calls. */
#include "check.h"

static int same_text(const char *a, const char *b)
{
    while (*a != 0 && *a == *b)
        a++, b++;
    return *a == *b;
}

static void check_start(const char *arguments, const char *environment)
{
    uint32_t fs, gs, eflags;

    __asm__ volatile("movl %%fs, %0; movl %%gs, %1; pushfl; popl %2" : "=r"(fs), "=r"(gs), "=r"(eflags));
    expect_true("arguments are the command line up to the semicolon", same_text(arguments, "identity one two"));
    expect_true("environment is what follows it", same_text(environment, "A=1 B=2"));
    expect("fs holds the thread data selector", fs, NANVIX_SELECTOR_THREAD_DATA);
    expect("gs holds the thread data selector", gs, NANVIX_SELECTOR_THREAD_DATA);
    expect_true("interrupts are on", (eflags & 0x200) != 0);
}

static void check_debug(void)
{
    static const char long_text[NANVIX_LIMIT_DEBUG_BYTES + 1] = {[0 ... NANVIX_LIMIT_DEBUG_BYTES] = '.'};

    expect("debug writes text", nanvix_debug("text\n", 5), 0);
    expect("debug writes UTF-8", nanvix_debug("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n", 10), 0);
    expect("debug writes 256 bytes", nanvix_debug(long_text, 256), 0);
    nanvix_debug("\n", 1);
    expect_error("debug refuses 257 bytes", nanvix_debug(long_text, 257), NANVIX_EINVAL);
    expect_error("debug refuses no bytes", nanvix_debug(long_text, 0), NANVIX_EINVAL);
    expect_error("debug refuses a stray continuation byte", nanvix_debug("\x80", 1), NANVIX_EINVAL);
    expect_error("debug refuses an overlong form", nanvix_debug("\xc0\xaf", 2), NANVIX_EINVAL);
    expect_error("debug refuses a surrogate", nanvix_debug("\xed\xa0\x80", 3), NANVIX_EINVAL);
    expect_error("debug refuses a cut sequence", nanvix_debug("\xe2\x82", 2), NANVIX_EINVAL);
    expect_error("debug refuses what is above U+10FFFF", nanvix_debug("\xf4\x90\x80\x80", 4), NANVIX_EINVAL);
    expect_error("debug refuses a pointer into the kernel", nanvix_debug(KERNEL_ADDRESS, 4), NANVIX_EFAULT);
    expect_error("debug refuses a pointer across the end of user space", nanvix_debug(LAST_BYTES, 4), NANVIX_EFAULT);
    expect_error("debug refuses an unmapped pointer", nanvix_debug(UNMAPPED, 4), NANVIX_ENOENT);
}

static void check_registers(void)
{
    uint32_t eax = NANVIX_KCALL_GETPID, ebx = 1, ecx = 2, edx = 3, esi = 4, edi = 5;

    __asm__ volatile("int %6" : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx), "+S"(esi), "+D"(edi) : "i"(NANVIX_TRAP_VECTOR) : "memory");
    expect("a call answers in eax", eax, 1);
    expect("and in edx", edx, 0);
    expect_true("a call keeps ebx, ecx, esi and edi", ebx == 1 && ecx == 2 && esi == 4 && edi == 5);
}

static void check_capabilities(void)
{
    for (uint32_t capability = NANVIX_CAPABILITY_EXCEPTIONS; capability <= NANVIX_CAPABILITY_PROCESSES; capability++) {
        expect("capctl acquires", nanvix_capctl(capability, 1), 0);
        expect("capctl releases", nanvix_capctl(capability, 0), 0);
    }
    expect_error("capctl refuses an unknown capability", nanvix_capctl(5, 1), NANVIX_EINVAL);
    expect_error("capctl refuses what is neither on nor off", nanvix_capctl(NANVIX_CAPABILITY_IO, 2), NANVIX_EINVAL);
}

void program(const char *arguments, const char *environment)
{
    check_start(arguments, environment);
    check_debug();
    check_registers();
    expect("getpid is 1", nanvix_getpid(), 1);
    expect("gettid is 1", nanvix_gettid(), 1);
    check_capabilities();
    expect_error("resume is not supported", nanvix_resume(0), NANVIX_ENOTSUP);
    expect_error("terminate is not supported", nanvix_terminate(1), NANVIX_ENOTSUP);
    expect_error("evctrl is not supported", nanvix_evctrl(0, 0), NANVIX_ENOTSUP);
    expect_error("mcopy is not supported", nanvix_mcopy(1, 0, 1, 0), NANVIX_ENOTSUP);
#if NANVIX_ERA_S
    for (uint32_t number = 36; number <= 47; number++)
        expect_error("calls of Era M are unknown", nanvix_kcall(number, 0, 0, 0, 0), NANVIX_ENOSYS);
#else
    expect("the kernel is the parent", nanvix_getppid(), 0);
    expect_error("duplicate is not there", nanvix_kcall(NANVIX_KCALL_DUPLICATE, 0, 0, 0, 0), NANVIX_ENOSYS);
    expect_error("execv is not there", nanvix_kcall(NANVIX_KCALL_EXECV, 0, 0, 0, 0), NANVIX_ENOSYS);
    expect_error("nor is call 47", nanvix_sync_instruction_cache(), NANVIX_ENOSYS);
#endif
    expect_error("call 48 is unknown", nanvix_kcall(48, 0, 0, 0, 0), NANVIX_ENOSYS);
    expect_error("call -1 is unknown", nanvix_kcall(UINT32_MAX, 0, 0, 0, 0), NANVIX_ENOSYS);
}
