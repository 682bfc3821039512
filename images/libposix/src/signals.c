/*
 * Signals within the program: dispositions, masks, sending to one's own threads, delivery.
 *
 * A signal is for one thread or for the process, then whichever thread does not block it takes it first. It is
 * delivered when that thread is in this layer: at the end of the call during which it came, or of the next one; a wait
 * or a sleep is ended with EINTR for it. A thread that only computes is not interrupted: Nanvix delivers at the end of
 * kernel calls (Era M) or not at all (Era S). Exceptions of the processor are signal-kernel.c's.
 */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "calls.h"
#include "clock.h"
#include "futex.h"
#include "limits.h"
#include "linux-abi.h"
#include "lock.h"
#include "process.h"
#include "signal-kernel.h"
#include "sleep.h"
#include "threads.h"

enum {
    SIGNALS = NVX_SIGNALS,
    /* The signal by which musl's pthread_cancel interrupts a thread. */
    CANCELLATION = 33,
};

bool nvx_signals_sent;

static struct nvx_sigaction actions[SIGNALS + 1];
/* Signals for the process that no thread has taken. */
static uint64_t process_pending;
/* Of each signal, who sent it last. */
static struct nvx_origin origins[SIGNALS + 1];

/* signal-stack.S */
void nvx_signal_call_on(void *stack_top, void (*function)(int, siginfo_t *, void *), int number, siginfo_t *information,
                        void *context);

static uint64_t bit(int number)
{
    return (uint64_t)1 << (number - 1);
}

static bool ignored(int number)
{
    void (*handler)(int) = actions[number].handler;
    const uint64_t ignored_by_default = bit(SIGCHLD) | bit(SIGURG) | bit(SIGWINCH) | bit(SIGCONT);

    return handler == SIG_IGN || (handler == SIG_DFL && (ignored_by_default & bit(number)));
}

static uint64_t waiting_for(const struct nvx_thread *thread)
{
    return thread->pending | process_pending;
}

static void forget(struct nvx_thread *thread, int number)
{
    if (thread->pending & bit(number))
        thread->pending &= ~bit(number);
    else
        process_pending &= ~bit(number);
}

/* Takes the lowest signal that is due, or 0. Ignored ones are dropped on the way. */
static int take_due(struct nvx_thread *thread)
{
    int number = 0;

    nvx_enter();
    for (uint64_t due; number == 0 && (due = waiting_for(thread) & ~thread->blocked) != 0;) {
        int lowest = __builtin_ctzll(due) + 1;

        forget(thread, lowest);
        if (!ignored(lowest))
            number = lowest;
    }
    if (number == 0 && !nvx_threaded && waiting_for(thread) == 0)
        nvx_signals_sent = false;
    nvx_leave();
    return number;
}

bool nvx_signal_due(const struct nvx_thread *thread)
{
    uint64_t due = waiting_for(thread) & ~thread->blocked;

    if (waiting_for(thread) & thread->awaited)
        return true;
    while (due != 0) {
        int number = __builtin_ctzll(due) + 1;

        if (!ignored(number))
            return true;
        due &= ~bit(number);
    }
    return false;
}

static bool stands_on(const struct nvx_thread *thread)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t base = (uintptr_t)thread->signal_stack.ss_sp;

    return thread->signal_stack.ss_size != 0 && here >= base && here - base < thread->signal_stack.ss_size;
}

static void call_handler(const struct nvx_thread *thread, const struct nvx_sigaction *action, int number,
                         siginfo_t *information, void *context)
{
    void (*handler)(int, siginfo_t *, void *) =
        (void (*)(int, siginfo_t *, void *))(void (*)(void))action->handler;

    /* A handler that takes one argument finds two more, which does it no harm. */
    if ((action->flags & SA_ONSTACK) && thread->signal_stack.ss_size != 0 && !stands_on(thread))
        nvx_signal_call_on((char *)thread->signal_stack.ss_sp + thread->signal_stack.ss_size, handler, number,
                           information, context);
    else
        handler(number, information, context);
}

void nvx_signal_run_handler(struct nvx_thread *thread, int number, siginfo_t *information, void *given)
{
    struct nvx_sigaction action = actions[number];
    ucontext_t *context = given;
    uint64_t mask = thread->blocked;

    memcpy(&context->uc_sigmask, &mask, sizeof(mask));
    context->uc_stack = thread->signal_stack;
    thread->blocked |= (action.mask | ((action.flags & SA_NODEFER) ? 0 : bit(number))) & ~(bit(SIGKILL) | bit(SIGSTOP));
    if (action.flags & SA_RESETHAND) {
        actions[number].handler = SIG_DFL;
        nvx_kernel_set_action(number, &actions[number]);
    }
    call_handler(thread, &action, number, information, context);
    memcpy(&mask, &context->uc_sigmask, sizeof(mask));
    thread->blocked = mask & ~(bit(SIGKILL) | bit(SIGSTOP));
}

static void inform(siginfo_t *information, int number)
{
    memset(information, 0, sizeof(*information));
    information->si_signo = number;
    information->si_code = origins[number].code;
    if (information->si_code == SI_USER || information->si_code == SI_TKILL || information->si_code == SI_QUEUE)
        information->si_pid = (pid_t)nvx_call_getpid();
    information->si_value = origins[number].value;
}

/* Runs the handler of a signal that was sent, with a context whose mask and program counter it may change. musl's
 * asynchronous cancellation changes the latter. */
static void run_handler(struct nvx_thread *thread, int number)
{
    ucontext_t context;
    siginfo_t information;

    memset(&context, 0, sizeof(context));
    inform(&information, number);
    nvx_signal_run_handler(thread, number, &information, &context);
    if (context.uc_mcontext.gregs[REG_EIP] != 0)
        ((void (*)(void))(uintptr_t)context.uc_mcontext.gregs[REG_EIP])();
}

/* Takes over what the kernel delivered to any thread. */
static void collect(void)
{
    const struct nvx_origin sender = {.code = SI_USER};
    uint64_t delivered = nvx_kernel_take_delivered();

    if (delivered == 0)
        return;
    nvx_enter();
    for (; delivered != 0; delivered &= delivered - 1)
        nvx_signal_process(__builtin_ctzll(delivered) + 1, sender);
    nvx_leave();
}

bool nvx_signals_deliver(void)
{
    struct nvx_thread *thread = nvx_thread_self();
    bool restarts = true;

    collect();
    for (int number = take_due(thread); number != 0; number = take_due(thread)) {
        if (actions[number].handler == SIG_DFL)
            nvx_end_by_signal(number);
        /* musl's cancellation looks for EINTR, whatever it asked for. */
        restarts = restarts && number != CANCELLATION && (actions[number].flags & SA_RESTART);
        run_handler(thread, number);
    }
    return restarts;
}

void nvx_signals_keep_off(void)
{
    nvx_kernel_keep_off();
}

long nvx_signal_thread(struct nvx_thread *thread, int number, struct nvx_origin origin)
{
    if (number < 0 || number > SIGNALS)
        return -EINVAL;
    if (thread == NULL)
        return -ESRCH;
    if (number == 0)
        return 0;
    thread->pending |= bit(number);
    origins[number] = origin;
    nvx_signals_sent = true;
    if (nvx_threaded)
        nvx_futex_interrupt(thread);
    return 0;
}

static bool takes(const struct nvx_thread *thread, int number)
{
    return ((thread->awaited | ~thread->blocked) & bit(number)) != 0;
}

/* Ends the wait of a thread that takes the signal. The caller takes it at the end of its own call, if it does. */
void nvx_signal_process(int number, struct nvx_origin origin)
{
    struct nvx_thread *self = nvx_thread_self();

    process_pending |= bit(number);
    origins[number] = origin;
    nvx_signals_sent = true;
    if (!nvx_threaded || (self != NULL && takes(self, number)))
        return;
    for (struct nvx_thread *thread = nvx_thread_next(NULL); thread != NULL; thread = nvx_thread_next(thread)) {
        if (takes(thread, number)) {
            nvx_futex_interrupt(thread);
            return;
        }
    }
}

long nvx_call_tkill(int tid, int number)
{
    const struct nvx_origin sender = {.code = SI_TKILL};

    return tid <= 0 ? -EINVAL : nvx_signal_thread(nvx_thread_find(tid), number, sender);
}

long nvx_call_tgkill(int pid, int tid, int number)
{
    if (pid <= 0)
        return -EINVAL;
    return pid == nvx_call_getpid() ? nvx_call_tkill(tid, number) : -ESRCH;
}

static bool caught(int number)
{
    return actions[number].handler != SIG_DFL && actions[number].handler != SIG_IGN;
}

static long send_to_process(int number, struct nvx_origin origin)
{
    if (number < 0 || number > SIGNALS)
        return -EINVAL;
    if (number == 0)
        return 0;
    if (origin.code == SI_USER && caught(number) && nvx_kernel_sends(number))
        return nvx_kernel_send(number);
    nvx_signal_process(number, origin);
    return 0;
}

/* The program is the only process, alone in its group, so 0 and -1 and its own number all mean itself. */
long nvx_call_kill(int pid, int number)
{
    const struct nvx_origin sender = {.code = SI_USER};
    const long own = nvx_call_getpid();
    bool self = pid == own || pid == 0 || pid == -1 || pid == -own;

    return self ? send_to_process(number, sender) : -ESRCH;
}

long nvx_call_rt_sigqueueinfo(int pid, int number, const siginfo_t *information)
{
    const struct nvx_origin sender = {information->si_code, information->si_value};

    if (information->si_code >= 0)
        return -EPERM;
    return pid == nvx_call_getpid() ? send_to_process(number, sender) : -ESRCH;
}

long nvx_call_sigaltstack(const stack_t *wanted, stack_t *old)
{
    struct nvx_thread *thread = nvx_thread_self();
    stack_t before = thread->signal_stack;

    before.ss_flags = before.ss_size == 0 ? SS_DISABLE : stands_on(thread) ? SS_ONSTACK : 0;
    if (wanted != NULL) {
        if (before.ss_flags == SS_ONSTACK)
            return -EPERM;
        if ((wanted->ss_flags & ~(SS_DISABLE | SS_ONSTACK)) != 0)
            return -EINVAL;
        if (wanted->ss_flags & SS_DISABLE)
            thread->signal_stack = (stack_t){NULL, SS_DISABLE, 0};
        else if (wanted->ss_size < MINSIGSTKSZ)
            return -ENOMEM;
        else
            thread->signal_stack = (stack_t){wanted->ss_sp, 0, wanted->ss_size};
    }
    if (old != NULL)
        *old = before;
    return 0;
}

long nvx_call_rt_sigaction(int number, const struct nvx_sigaction *action, struct nvx_sigaction *old, size_t mask_bytes)
{
    if (number < 1 || number > SIGNALS || mask_bytes != sizeof(uint64_t))
        return -EINVAL;
    if (action != NULL && (number == SIGKILL || number == SIGSTOP))
        return -EINVAL;

    struct nvx_sigaction before = actions[number];

    if (action != NULL) {
        actions[number] = *action;
        nvx_kernel_set_action(number, action);
    }
    if (old != NULL)
        *old = before;
    return 0;
}

long nvx_call_rt_sigprocmask(int how, const uint64_t *set, uint64_t *old, size_t mask_bytes)
{
    struct nvx_thread *thread = nvx_thread_self();
    uint64_t before = thread->blocked;

    if (mask_bytes != sizeof(uint64_t))
        return -EINVAL;
    if (set != NULL) {
        uint64_t mask = *set & ~(bit(SIGKILL) | bit(SIGSTOP));

        switch (how) {
        case SIG_BLOCK:
            thread->blocked |= mask;
            break;
        case SIG_UNBLOCK:
            thread->blocked &= ~mask;
            break;
        case SIG_SETMASK:
            thread->blocked = mask;
            break;
        default:
            return -EINVAL;
        }
    }
    if (old != NULL)
        *old = before;
    return 0;
}

long nvx_call_rt_sigpending(uint64_t *set, size_t mask_bytes)
{
    struct nvx_thread *thread = nvx_thread_self();

    if (mask_bytes > sizeof(uint64_t))
        return -EINVAL;

    uint64_t kept_back = waiting_for(thread) & thread->blocked;

    memcpy(set, &kept_back, mask_bytes);
    return 0;
}

long nvx_call_pause(void)
{
    return nvx_sleep(NULL);
}

uint64_t nvx_signals_begin_mask(const uint64_t *mask)
{
    struct nvx_thread *thread = nvx_thread_self();
    uint64_t before = thread->blocked;

    if (mask != NULL)
        thread->blocked = *mask & ~(bit(SIGKILL) | bit(SIGSTOP));
    return before;
}

void nvx_signals_end_mask(const uint64_t *mask, uint64_t before)
{
    if (mask == NULL)
        return;
    (void)nvx_signals_deliver();
    nvx_thread_self()->blocked = before;
}

long nvx_call_rt_sigsuspend(const uint64_t *mask, size_t mask_bytes)
{
    uint64_t before;
    long result;

    if (mask_bytes != sizeof(uint64_t))
        return -EINVAL;
    before = nvx_signals_begin_mask(mask);
    result = nvx_sleep(NULL);
    nvx_signals_end_mask(mask, before);
    return result;
}

/* Takes a pending signal of the set, or 0. */
static int take_of(struct nvx_thread *thread, uint64_t set)
{
    int number = 0;

    nvx_enter();
    if ((waiting_for(thread) & set) != 0) {
        number = __builtin_ctzll(waiting_for(thread) & set) + 1;
        forget(thread, number);
    }
    nvx_leave();
    return number;
}

static long wait_for_signal(uint64_t set, siginfo_t *information, const struct nvx_instant *deadline)
{
    struct nvx_thread *thread = nvx_thread_self();
    volatile int word = 0;
    long result = 0;
    int number;

    thread->awaited = set;
    while ((number = take_of(thread, set)) == 0 && result == 0) {
        result = nvx_futex_wait(&word, 0, deadline, thread);
        /* Interrupted: by a signal of the set, which the next turn finds, or by another, which ends the wait. */
        if (result == -EINTR && (waiting_for(thread) & set) != 0)
            result = 0;
    }
    thread->awaited = 0;
    if (number == 0)
        return result == -ETIMEDOUT ? -EAGAIN : result;
    if (information != NULL)
        inform(information, number);
    return number;
}

static long wait_for_signal_until(const uint64_t *set, siginfo_t *information, int64_t seconds, int64_t nanoseconds,
                                  size_t mask_bytes)
{
    struct nvx_instant deadline = {seconds, (uint32_t)nanoseconds};

    if (mask_bytes != sizeof(uint64_t) || seconds < 0 || nanoseconds < 0 || nanoseconds >= NVX_NANOSECONDS)
        return -EINVAL;
    deadline = nvx_instant_add(nvx_clock_now(), deadline);
    return wait_for_signal(*set, information, &deadline);
}

long nvx_call_rt_sigtimedwait(const uint64_t *set, siginfo_t *information, const struct nvx_timespec32 *timeout,
                              size_t mask_bytes)
{
    if (timeout == NULL)
        return mask_bytes == sizeof(uint64_t) ? wait_for_signal(*set, information, NULL) : -EINVAL;
    return wait_for_signal_until(set, information, timeout->seconds, timeout->nanoseconds, mask_bytes);
}

long nvx_call_rt_sigtimedwait_time64(const uint64_t *set, siginfo_t *information, const struct nvx_timespec64 *timeout,
                                     size_t mask_bytes)
{
    if (timeout == NULL)
        return mask_bytes == sizeof(uint64_t) ? wait_for_signal(*set, information, NULL) : -EINVAL;
    return wait_for_signal_until(set, information, timeout->seconds, (int32_t)timeout->nanoseconds, mask_bytes);
}
