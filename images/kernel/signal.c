/* Signals of Era M: actions of each process, masks and pending signals, and the frame on which a handler runs.
 *
 * A signal of the process waits in `arrived` until a thread that does not block it comes back from a kernel call; that
 * one runs the handler. What nobody catches acts at once: it ends the process or is forgotten. Exceptions of the
 * processor go to the thread that caused them, and end the process where they are not caught.
 *
 * A process may send signals to another if it has the capability for processes. One that nobody catches ends it at once, blocked
 * or not. Stopping and continuing are ignored. */
#include "cpu.h"
#include "kernel.h"
#include "process.h"
#include "thread.h"
#include "trap.h"

#define BIT(signal) ((uint64_t)1 << ((signal) - 1))
#define UNBLOCKABLE (BIT(NANVIX_SIGNAL_KILL) | BIT(NANVIX_SIGNAL_STOP))
#define IGNORED_BY_DEFAULT                                                                                       \
    (BIT(NANVIX_SIGNAL_CHILD) | BIT(NANVIX_SIGNAL_URGENT) | BIT(NANVIX_SIGNAL_WINDOW) |                          \
     BIT(NANVIX_SIGNAL_CONTINUE) | BIT(NANVIX_SIGNAL_STOP) | BIT(NANVIX_SIGNAL_TERMINAL_STOP) |                  \
     BIT(NANVIX_SIGNAL_TERMINAL_INPUT) | BIT(NANVIX_SIGNAL_TERMINAL_OUTPUT))

/* Length of INT n, for calls that begin again. */
#define TRAP_BYTES 2

struct save_area {
    struct nanvix_signal_save begin;
    struct nanvix_signal_context context;
} __attribute__((packed));

struct handler_stack {
    struct nanvix_signal_frame frame;
    struct save_area save;
} __attribute__((packed));
_Static_assert(sizeof(struct handler_stack) == NANVIX_SIGNAL_FRAME_SIZE, "a frame and its save area");

static int caught(const struct process *process, uint32_t signal)
{
    return process->restorer != 0 && process->actions[signal].handler > NANVIX_SIGNAL_HANDLER_IGNORE;
}

static int ignored(const struct process *process, uint32_t signal)
{
    const uint32_t handler = process->actions[signal].handler;

    return handler == NANVIX_SIGNAL_HANDLER_IGNORE ||
           (handler == NANVIX_SIGNAL_HANDLER_DEFAULT && (IGNORED_BY_DEFAULT & BIT(signal)) != 0);
}

static uint32_t lowest(uint64_t set)
{
    const uint32_t low = (uint32_t)set;

    return low != 0 ? (uint32_t)__builtin_ctz(low) + 1 : (uint32_t)__builtin_ctz((uint32_t)(set >> 32)) + 33;
}

static void say_end(uint32_t signal)
{
    console_print("the program ends by signal %u\n", signal);
}

static _Noreturn void end_by(uint32_t signal)
{
    say_end(signal);
    process_exit(NANVIX_EXIT_SIGNALLED);
}

/* True if a thread has a signal that interrupts its wait. */
int signal_due(const struct thread *thread)
{
    return (process_of(thread)->arrived & ~thread->blocked) != 0;
}

/* Saves the registers of interrupted code below its stack pointer and makes the frame run the handler. Returns 0, or
 * -errno when the stack cannot be written. */
static int enter_handler(struct trap_frame *frame, uint32_t signal)
{
    struct nanvix_signal_action *action = &process_current()->actions[signal];
    const int informed = (action->flags & NANVIX_SIGNAL_FLAG_INFORMATION) != 0;
    const uint32_t stack = ((frame->esp - sizeof(struct handler_stack) - 12) & ~15u) + 12;
    struct handler_stack *at = (struct handler_stack *)stack;
    int error = user_writable(stack, sizeof(*at));

    if (error != 0)
        return error;
    memset(at, 0, sizeof(*at));
    at->frame.restorer = process_current()->restorer;
    at->frame.signal = signal;
    if (informed) {
        at->frame.info = (uint32_t)&at->save.begin.info;
        at->frame.context = (uint32_t)&at->save.context;
    }
    at->save.begin.magic = NANVIX_SIGNAL_FRAME_MAGIC;
    at->save.begin.has_info = (uint32_t)informed;
    at->save.begin.blocked = current->suspended ? current->blocked_before : current->blocked;
    at->save.begin.info[0] = signal;
    at->save.context.eip = frame->eip;
    at->save.context.esp = frame->esp;
    at->save.context.eflags = frame->eflags;
    at->save.context.eax = frame->eax;
    at->save.context.ebx = frame->ebx;
    at->save.context.ecx = frame->ecx;
    at->save.context.edx = frame->edx;
    at->save.context.esi = frame->esi;
    at->save.context.edi = frame->edi;
    at->save.context.ebp = frame->ebp;
    at->save.context.cs = frame->cs;
    at->save.context.ss = frame->ss;
    fpu_save(at->save.context.fpu);

    current->suspended = 0;
    current->blocked |= action->mask & ~UNBLOCKABLE;
    if ((action->flags & NANVIX_SIGNAL_FLAG_NO_DEFER) == 0)
        current->blocked |= BIT(signal);
    frame->eip = action->handler;
    frame->esp = stack;
    frame->eflags &= ~(EFLAGS_TRAP | EFLAGS_DIRECTION);
    frame->ds = frame->es = NANVIX_SELECTOR_USER_DATA;
    if (((uint32_t)action->flags & NANVIX_SIGNAL_FLAG_RESET_HANDLER) != 0)
        action->handler = NANVIX_SIGNAL_HANDLER_DEFAULT;
    return 0;
}

/* A call that waited and was interrupted begins again after the handler, if the action says so. Sleeping and waiting
 * for a signal end in any case. */
static void begin_again(struct trap_frame *frame, uint32_t number, uint32_t signal)
{
    const int restartable = number == NANVIX_KCALL_RECV || number == NANVIX_KCALL_THREAD_JOIN ||
                            number == NANVIX_KCALL_COND_WAIT;

    if (!restartable || (process_current()->actions[signal].flags & NANVIX_SIGNAL_FLAG_RESTART) == 0)
        return;
    frame->eip -= TRAP_BYTES;
    frame->eax = number;
    frame->edx = current->interrupted_edx;
}

/* Called when a kernel call returns: runs the handler of the lowest signal that is due. */
void signal_deliver(struct trap_frame *frame, uint32_t number, int64_t result)
{
    struct process *process = process_current();
    uint64_t due;

    while ((due = process->arrived & ~current->blocked) != 0) {
        const uint32_t signal = lowest(due);

        process->arrived &= ~BIT(signal);
        if (ignored(process, signal))
            continue;
        if (!caught(process, signal)) {
            if (process->actions[signal].handler == NANVIX_SIGNAL_HANDLER_DEFAULT)
                end_by(signal);
            console_print("signal %u is dropped: there is no restorer\n", signal);
            continue;
        }
        if (result == -NANVIX_EINTR)
            begin_again(frame, number, signal);
        if (enter_handler(frame, signal) != 0)
            end_by(signal);
        return;
    }
    /* Nothing was caught after all: the wait for a signal is over without a handler that would end it. */
    if (current->suspended) {
        current->suspended = 0;
        current->blocked = current->blocked_before;
    }
}

/* The signal of an exception; 0: none that could be caught. */
static uint32_t signal_of(uint32_t vector)
{
    switch (vector) {
    case 0:
    case 16:
    case 19:
        return NANVIX_SIGNAL_ARITHMETIC;
    case 1:
    case 3:
        return NANVIX_SIGNAL_TRAP;
    case 6:
        return NANVIX_SIGNAL_ILLEGAL;
    case 17:
        return NANVIX_SIGNAL_BUS;
    case 4:
    case 5:
    case 11:
    case 12:
    case 13:
    case 14:
        return NANVIX_SIGNAL_SEGMENTATION;
    default:
        return 0;
    }
}

/* Runs the handler of an exception. Returns 0 when there is none to run: the process is to end. */
int signal_exception(struct trap_frame *frame)
{
    const uint32_t signal = signal_of(frame->vector);

    if (signal == 0 || !caught(process_current(), signal) || (current->blocked & BIT(signal)) != 0)
        return 0;
    return enter_handler(frame, signal) == 0;
}

int64_t kcall_sig_restorer(uint32_t address)
{
    if (user_range(address, 1) != 0)
        return -NANVIX_EINVAL;
    process_current()->restorer = address;
    return 0;
}

int64_t kcall_sigaction(uint32_t signal, uint32_t action, uint32_t old)
{
    struct process *process = process_current();
    struct nanvix_signal_action wanted;
    int error;

    if (signal < 1 || signal > NANVIX_SIGNAL_LAST || (old != 0 && user_range(old, sizeof(wanted)) != 0) ||
        (action != 0 && (signal == NANVIX_SIGNAL_KILL || signal == NANVIX_SIGNAL_STOP)) ||
        (action != 0 && user_range(action, sizeof(wanted)) != 0))
        return -NANVIX_EINVAL;
    if (action != 0) {
        error = user_read(&wanted, action, sizeof(wanted));
        if (error != 0)
            return error;
        if (wanted.handler > NANVIX_SIGNAL_HANDLER_IGNORE && user_range(wanted.handler, 1) != 0)
            return -NANVIX_EINVAL;
    }
    if (old != 0) {
        error = user_write(old, &process->actions[signal], sizeof(wanted));
        if (error != 0)
            return error;
    }
    if (action != 0) {
        process->actions[signal] = wanted;
        if (ignored(process, signal))
            process->arrived &= ~BIT(signal);
    }
    return 0;
}

/* A set that the program may leave out. */
static int read_set(uint32_t address, uint64_t *set)
{
    int error = user_read(set, address, sizeof(*set));

    if (error == 0)
        *set &= ~UNBLOCKABLE;
    return error;
}

int64_t kcall_sigprocmask(uint32_t how, uint32_t set, uint32_t old)
{
    const uint64_t before = current->blocked;
    uint64_t change, after = before;
    int error;

    if (set != 0) {
        error = read_set(set, &change);
        if (error != 0)
            return error;
        if (how == NANVIX_SIGNAL_MASK_BLOCK)
            after |= change;
        else if (how == NANVIX_SIGNAL_MASK_UNBLOCK)
            after &= ~change;
        else if (how == NANVIX_SIGNAL_MASK_SET)
            after = change;
        else
            return -NANVIX_EINVAL;
    }
    if (old != 0) {
        error = user_write(old, &before, sizeof(before));
        if (error != 0)
            return error;
    }
    current->blocked = after;
    return 0;
}

int64_t kcall_kill(uint32_t pid, uint32_t signal)
{
    struct process *process = process_find((int32_t)pid);

    if (signal > NANVIX_SIGNAL_LAST)
        return -NANVIX_EINVAL;
    if (process == NULL)
        return -NANVIX_ESRCH;
    if (process != process_current() && (process_current()->capabilities >> NANVIX_CAPABILITY_PROCESSES & 1) == 0)
        return -NANVIX_EPERM;
    if (signal == 0 || ignored(process, signal))
        return 0;
    if (process != process_current() && process->actions[signal].handler == NANVIX_SIGNAL_HANDLER_DEFAULT) {
        say_end(signal);
        process_end(process, NANVIX_EXIT_SIGNALLED);
        return 0;
    }
    process->arrived |= BIT(signal);
    /* The caller takes it at its return; else whoever waits and does not keep it back; else who returns next. */
    if (process != process_current() || (current->blocked & BIT(signal)) != 0)
        thread_interrupt_one(process, BIT(signal));
    return 0;
}

int64_t kcall_sigreturn(void)
{
    struct trap_frame *frame = (struct trap_frame *)thread_stack_top(current) - 1;
    struct save_area save;
    int error = user_read(&save, frame->esp + sizeof(struct nanvix_signal_frame) - sizeof(uint32_t), sizeof(save));

    if (error != 0 || save.begin.magic != NANVIX_SIGNAL_FRAME_MAGIC) {
        console_print("the frame of a signal at 0x%08x is damaged\n", frame->esp);
        process_exit(NANVIX_EXIT_SIGNALLED);
    }
    current->blocked = save.begin.blocked & ~UNBLOCKABLE;
    frame->eip = save.context.eip;
    frame->esp = save.context.esp;
    frame->eflags =
        (save.context.eflags & NANVIX_SIGNAL_FRAME_EFLAGS_TAKEN) | NANVIX_SIGNAL_FRAME_EFLAGS_SET;
    frame->ebx = save.context.ebx;
    frame->ecx = save.context.ecx;
    frame->esi = save.context.esi;
    frame->edi = save.context.edi;
    frame->ebp = save.context.ebp;
    frame->cs = NANVIX_SELECTOR_USER_CODE;
    frame->ss = NANVIX_SELECTOR_USER_DATA;
    fpu_load(save.context.fpu);
    return (int64_t)((uint64_t)save.context.edx << 32 | save.context.eax);
}

int64_t kcall_sigpending(uint32_t set)
{
    const uint64_t waiting = process_current()->arrived & current->blocked;

    return user_write(set, &waiting, sizeof(waiting));
}

int64_t kcall_sigsuspend(uint32_t set)
{
    struct link nobody;
    uint64_t mask;
    int error = user_range(set, sizeof(mask)) != 0 ? -NANVIX_EINVAL : read_set(set, &mask);

    if (error != 0)
        return error;
    current->blocked_before = current->blocked;
    current->suspended = 1;
    current->blocked = mask;
    list_init(&nobody);
    scheduler_wait(&nobody, NEVER);
    return -NANVIX_EINTR;
}
