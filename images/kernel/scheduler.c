/* Which thread runs: the ready ones in turn, each for a quantum of ticks. Threads that wait with a deadline are in the
 * timer queue too, the nearest deadline first.
 *
 * The running thread is in no queue. The kernel is not preempted: only an interrupt of ring 3 may lead to another
 * thread, and so may a call that blocks. When nothing is ready, the processor idles on the stack of
 * whoever ran last, and only there are interrupts let into the kernel. */
#include "cpu.h"
#include "kernel.h"
#include "process.h"
#include "thread.h"

static struct link ready, timers;
static uint32_t quantum;

void scheduler_init(void)
{
    list_init(&ready);
    list_init(&timers);
}

void scheduler_wake(struct thread *thread)
{
    list_remove(&thread->queue);
    list_remove(&thread->timer);
    thread->wake_cause = WOKEN;
    thread->state = THREAD_READY;
    list_append(&ready, &thread->queue);
}

static void wake_late(void)
{
    uint64_t now;

    if (list_empty(&timers))
        return;
    now = clock_now();
    while (!list_empty(&timers)) {
        struct thread *thread = ELEMENT(timers.next, struct thread, timer);

        if (thread->deadline > now)
            return;
        scheduler_wake(thread);
        thread->wake_cause = TIMED_OUT;
    }
}

static void set_timer(struct thread *thread, uint64_t deadline)
{
    struct link *place = timers.next;

    while (place != &timers && ELEMENT(place, struct thread, timer)->deadline <= deadline)
        place = place->next;
    thread->deadline = deadline;
    list_insert_before(place, &thread->timer);
}

static void run(struct thread *next)
{
    struct thread *previous = current;

    quantum = NANVIX_QUANTUM_TICKS;
    if (next == previous)
        return;
    thread_check_stack(previous);
    current = next;
    gdt_set_kernel_stack(thread_stack_top(next));
    gdt_set_thread_data(next->tda);
    fpu_switch(previous, next);
    process_enter(process_of(next));
    context_switch(&previous->context, next->context);
}

/* Runs the next ready thread. Returns when it is the caller's turn again. */
void schedule(void)
{
    struct thread *next;

    while (list_empty(&ready))
        wait_for_interrupt();
    next = ELEMENT(ready.next, struct thread, queue);
    list_remove(&next->queue);
    run(next);
}

static void yield(void)
{
    list_append(&ready, &current->queue);
    schedule();
}

void scheduler_tick(int preemptible)
{
    wake_late();
    if (!preemptible)
        return;
    if (quantum > 0)
        quantum--;
    if (quantum == 0 && !list_empty(&ready))
        yield();
}

/* Blocks the running thread at the end of a queue until another wakes it (0) or the deadline comes (-ETIMEDOUT). */
int scheduler_block(struct link *queue, uint64_t deadline)
{
    current->state = THREAD_BLOCKED;
    list_append(queue, &current->queue);
    if (deadline != NEVER)
        set_timer(current, deadline);
    schedule();
    if (current->wake_cause == WOKEN)
        return 0;
    return current->wake_cause == TIMED_OUT ? -NANVIX_ETIMEDOUT : -NANVIX_EINTR;
}

/* The same for a wait that a signal ends (-EINTR). */
int scheduler_wait(struct link *queue, uint64_t deadline)
{
    int result;

    if (signal_due(current))
        return -NANVIX_EINTR;
    current->interruptible = 1;
    result = scheduler_block(queue, deadline);
    current->interruptible = 0;
    return result;
}

/* Ends the wait of a thread for a signal. */
void scheduler_interrupt(struct thread *thread)
{
    scheduler_wake(thread);
    thread->wake_cause = INTERRUPTED;
}

/* Leaves the boot stack for the first thread. */
void scheduler_start(struct thread *thread)
{
    uint32_t boot_context;

    current = thread;
    thread->state = THREAD_READY;
    quantum = NANVIX_QUANTUM_TICKS;
    gdt_set_kernel_stack(thread_stack_top(thread));
    process_enter(process_of(thread));
    context_switch(&boot_context, thread->context);
    panic("the boot stack was entered again");
}

int64_t kcall_sched_yield(void)
{
    if (!list_empty(&ready))
        yield();
    return 0;
}
