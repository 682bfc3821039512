/*
 * Signals of the kernel (signal-kernel.h), in Era M. The kernel runs one function here for every caught signal.
 *
 * What is sent arrives at the end of a kernel call, so in the midst of this layer, perhaps with its lock held: it is
 * only noted, and the dispatcher delivers it (signals.c). An exception of the processor arrives where the program ran:
 * its handler runs at once, on the registers that the kernel saved, and may change them. While it runs the kernel
 * blocks nothing, so that another exception in it can be caught as well.
 */
#include "signal-kernel.h"

#if NANVIX_ERA_M

#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "process.h"
#include "signals.h"
#include "threads.h"

static volatile uint32_t delivered[2];

/* In signal-return.S. */
void nvx_kernel_restorer(void);

static uint64_t bit(int number)
{
    return (uint64_t)1 << (number - 1);
}

static bool is_exception(int number)
{
    return number == SIGSEGV || number == SIGFPE || number == SIGILL || number == SIGBUS || number == SIGTRAP;
}

static void to_program(ucontext_t *to, const struct nanvix_signal_context *from)
{
    greg_t *registers = to->uc_mcontext.gregs;

    registers[REG_EIP] = (greg_t)from->eip;
    registers[REG_ESP] = registers[REG_UESP] = (greg_t)from->esp;
    registers[REG_EFL] = (greg_t)from->eflags;
    registers[REG_EAX] = (greg_t)from->eax;
    registers[REG_EBX] = (greg_t)from->ebx;
    registers[REG_ECX] = (greg_t)from->ecx;
    registers[REG_EDX] = (greg_t)from->edx;
    registers[REG_ESI] = (greg_t)from->esi;
    registers[REG_EDI] = (greg_t)from->edi;
    registers[REG_EBP] = (greg_t)from->ebp;
    registers[REG_CS] = (greg_t)from->cs;
    registers[REG_SS] = (greg_t)from->ss;
}

static void from_program(struct nanvix_signal_context *to, const ucontext_t *from)
{
    const greg_t *registers = from->uc_mcontext.gregs;

    to->eip = (uint32_t)registers[REG_EIP];
    to->esp = (uint32_t)registers[REG_ESP];
    to->eflags = (uint32_t)registers[REG_EFL];
    to->eax = (uint32_t)registers[REG_EAX];
    to->ebx = (uint32_t)registers[REG_EBX];
    to->ecx = (uint32_t)registers[REG_ECX];
    to->edx = (uint32_t)registers[REG_EDX];
    to->esi = (uint32_t)registers[REG_ESI];
    to->edi = (uint32_t)registers[REG_EDI];
    to->ebp = (uint32_t)registers[REG_EBP];
}

/* The kernel does not tell the address that a page fault was about, so SIGSEGV has none. */
static void *address_of(int number, const struct nanvix_signal_context *context)
{
    return number == SIGFPE || number == SIGILL || number == SIGTRAP ? (void *)(uintptr_t)context->eip : NULL;
}

static void exception(int number, struct nanvix_signal_context *context)
{
    static const uint64_t none;
    struct nvx_thread *thread = nvx_thread_self();
    siginfo_t information;
    ucontext_t program;

    if (thread == NULL || (thread->blocked & bit(number)) != 0)
        nvx_end_by_signal(number);
    memset(&information, 0, sizeof(information));
    memset(&program, 0, sizeof(program));
    information.si_signo = number;
    information.si_code = SI_KERNEL;
    information.si_addr = address_of(number, context);
    to_program(&program, context);
    (void)nanvix_sigprocmask(NANVIX_SIGNAL_MASK_SET, &none, NULL);
    nvx_signal_run_handler(thread, number, &information, &program);
    from_program(context, &program);
}

static void on_signal(int number, const uint32_t *information, struct nanvix_signal_context *context)
{
    (void)information;
    if (is_exception(number)) {
        exception(number, context);
        return;
    }
    __atomic_or_fetch(&delivered[(number - 1) / 32], 1u << (number - 1) % 32, __ATOMIC_SEQ_CST);
    nvx_signals_sent = true;
}

void nvx_kernel_set_action(int number, const struct nvx_sigaction *action)
{
    const bool caught = action->handler != SIG_DFL && action->handler != SIG_IGN;
    const struct nanvix_signal_action wanted = {
        .handler = caught ? (uint32_t)(uintptr_t)on_signal : (uint32_t)(uintptr_t)action->handler,
        .mask = ~(uint64_t)0,
        .flags = NANVIX_SIGNAL_FLAG_INFORMATION,
    };

    (void)nanvix_sig_restorer((uint32_t)(uintptr_t)nvx_kernel_restorer);
    (void)nanvix_sigaction(number, &wanted, NULL);
}

bool nvx_kernel_sends(int number)
{
    return !is_exception(number);
}

long nvx_kernel_send(int number)
{
    return nvx_kernel_result(nanvix_kill((int)nanvix_getpid(), number));
}

uint64_t nvx_kernel_take_delivered(void)
{
    uint64_t low = __atomic_exchange_n(&delivered[0], 0, __ATOMIC_SEQ_CST);
    uint64_t high = __atomic_exchange_n(&delivered[1], 0, __ATOMIC_SEQ_CST);

    return high << 32 | low;
}

void nvx_kernel_keep_off(void)
{
    static const uint64_t all = ~(uint64_t)0;

    (void)nanvix_sigprocmask(NANVIX_SIGNAL_MASK_SET, &all, NULL);
}

#endif
