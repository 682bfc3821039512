/*
 * Signals within the program: dispositions, masks, sending to one's own threads, delivery.
 *
 * A signal is delivered when its thread is in this layer: at the end of the call during which it came, or, for a signal
 * from another thread, at the end of the target's next call; a wait or a sleep is ended with EINTR for it. A thread
 * that only computes is not interrupted: no kernel mechanism of Era S could do it.
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
#include "sleep.h"
#include "threads.h"

enum { SIGNALS = 64 };

bool nvx_signals_sent;

static struct nvx_sigaction actions[SIGNALS + 1];

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

/* Takes the lowest signal that is due, or 0. Ignored ones are dropped on the way. */
static int take_due(struct nvx_thread *thread)
{
    int number = 0;

    nvx_enter();
    for (uint64_t due; number == 0 && (due = thread->pending & ~thread->blocked) != 0;) {
        int lowest = __builtin_ctzll(due) + 1;

        thread->pending &= ~bit(lowest);
        if (!ignored(lowest))
            number = lowest;
    }
    if (number == 0 && !nvx_threaded && thread->pending == 0)
        nvx_signals_sent = false;
    nvx_leave();
    return number;
}

bool nvx_signal_due(const struct nvx_thread *thread)
{
    uint64_t due = thread->pending & ~thread->blocked;

    if (thread->pending & thread->awaited)
        return true;
    while (due != 0) {
        int number = __builtin_ctzll(due) + 1;

        if (!ignored(number))
            return true;
        due &= ~bit(number);
    }
    return false;
}

/* Runs a handler as the system would have: with its signals blocked, and with a context whose mask and program counter
 * it may change. musl's asynchronous cancellation changes the latter. */
static void run_handler(struct nvx_thread *thread, int number)
{
    struct nvx_sigaction action = actions[number];
    ucontext_t context;
    siginfo_t information;
    uint64_t mask = thread->blocked;

    memset(&context, 0, sizeof(context));
    memset(&information, 0, sizeof(information));
    memcpy(&context.uc_sigmask, &mask, sizeof(mask));
    information.si_signo = number;
    information.si_code = SI_TKILL;
    information.si_pid = NANVIX_PROCESS_PROGRAM;
    thread->blocked |= action.mask | ((action.flags & SA_NODEFER) ? 0 : bit(number));
    if (action.flags & SA_RESETHAND)
        actions[number].handler = SIG_DFL;

    if (action.flags & SA_SIGINFO)
        ((void (*)(int, siginfo_t *, void *))(void (*)(void))action.handler)(number, &information, &context);
    else
        action.handler(number);

    memcpy(&mask, &context.uc_sigmask, sizeof(mask));
    thread->blocked = mask & ~(bit(SIGKILL) | bit(SIGSTOP));
    if (context.uc_mcontext.gregs[REG_EIP] != 0)
        ((void (*)(void))(uintptr_t)context.uc_mcontext.gregs[REG_EIP])();
}

void nvx_signals_deliver(void)
{
    struct nvx_thread *thread = nvx_thread_self();

    for (int number = take_due(thread); number != 0; number = take_due(thread)) {
        if (actions[number].handler == SIG_DFL)
            nvx_call_exit_group(128 + number);
        run_handler(thread, number);
    }
}

static long send(struct nvx_thread *thread, int number)
{
    if (number < 0 || number > SIGNALS)
        return -EINVAL;
    if (thread == NULL)
        return -ESRCH;
    if (number == 0)
        return 0;
    thread->pending |= bit(number);
    nvx_signals_sent = true;
    if (nvx_threaded)
        nvx_futex_interrupt(thread);
    return 0;
}

long nvx_call_tkill(int tid, int number)
{
    return tid <= 0 ? -EINVAL : send(nvx_thread_find(tid), number);
}

long nvx_call_tgkill(int pid, int tid, int number)
{
    if (pid <= 0)
        return -EINVAL;
    return pid == NANVIX_PROCESS_PROGRAM ? nvx_call_tkill(tid, number) : -ESRCH;
}

/* The program is the only process, alone in its group, so 0 and -1 and its own number all mean itself. */
long nvx_call_kill(int pid, int number)
{
    bool self = pid == NANVIX_PROCESS_PROGRAM || pid == 0 || pid == -1 || pid == -NANVIX_PROCESS_PROGRAM;

    return self ? send(nvx_thread_self(), number) : -ESRCH;
}

long nvx_call_rt_sigaction(int number, const struct nvx_sigaction *action, struct nvx_sigaction *old, size_t mask_bytes)
{
    if (number < 1 || number > SIGNALS || mask_bytes != sizeof(uint64_t))
        return -EINVAL;
    if (action != NULL && (number == SIGKILL || number == SIGSTOP))
        return -EINVAL;

    struct nvx_sigaction before = actions[number];

    if (action != NULL)
        actions[number] = *action;
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

    uint64_t kept_back = thread->pending & thread->blocked;

    memcpy(set, &kept_back, mask_bytes);
    return 0;
}

long nvx_call_pause(void)
{
    return nvx_sleep(NULL);
}

/* Waits with another mask; what comes is delivered under that mask before the old one is set again. */
long nvx_call_rt_sigsuspend(const uint64_t *mask, size_t mask_bytes)
{
    struct nvx_thread *thread = nvx_thread_self();
    uint64_t before = thread->blocked;
    long result;

    if (mask_bytes != sizeof(uint64_t))
        return -EINVAL;
    thread->blocked = *mask & ~(bit(SIGKILL) | bit(SIGSTOP));
    result = nvx_sleep(NULL);
    nvx_signals_deliver();
    thread->blocked = before;
    return result;
}

/* Takes a pending signal of the set, or 0. */
static int take_of(struct nvx_thread *thread, uint64_t set)
{
    int number = 0;

    nvx_enter();
    if ((thread->pending & set) != 0) {
        number = __builtin_ctzll(thread->pending & set) + 1;
        thread->pending &= ~bit(number);
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
        if (result == -EINTR && (thread->pending & set) != 0)
            result = 0;
    }
    thread->awaited = 0;
    if (number == 0)
        return result == -ETIMEDOUT ? -EAGAIN : result;
    if (information != NULL) {
        memset(information, 0, sizeof(*information));
        information->si_signo = number;
        information->si_code = SI_TKILL;
        information->si_pid = NANVIX_PROCESS_PROGRAM;
    }
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
