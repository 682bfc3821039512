/* Threads: their slots, their start and their end. Identifiers are never used again, so a join of a thread that was
 * forgotten answers ESRCH and never meets a stranger.
 *
 * A thread that ended keeps its slot until it is joined. When no slot is free, the first that ended and that nobody
 * joins is forgotten: a program that never joins can go on starting threads. */
#include "cpu.h"
#include "kernel.h"
#include "process.h"
#include "thread.h"
#include "trap.h"

#define STACK_CANARY 0x6b7374b6u

struct thread *current;

static struct thread threads[THREADS_MAX];
/* Threads that ended and that nobody joins yet, by their queue link. */
static struct link ended;
static int32_t next_tid = NANVIX_PROCESS_FIRST_THREAD;

/* What the first switch to a thread finds on its kernel stack: see context.S, then vectors.S. */
struct first_stack {
    uint32_t edi, esi, ebx, ebp, return_address;
    struct trap_frame frame;
};

void threads_init(void)
{
    list_init(&ended);
}

uint32_t thread_stack_top(const struct thread *thread)
{
    return thread->stack + KERNEL_STACK_SIZE;
}

void thread_check_stack(const struct thread *thread)
{
    if (*(const uint32_t *)thread->stack != STACK_CANARY)
        panic_with("a kernel stack overflowed", NANVIX_EXIT_KERNEL_STACK_OVERFLOW);
}

static void forget(struct thread *thread)
{
    list_remove(&thread->queue);
    thread->state = THREAD_FREE;
}

static struct thread *find_slot(void)
{
    for (uint32_t i = 0; i < THREADS_MAX; i++) {
        if (threads[i].state == THREAD_FREE)
            return &threads[i];
    }
    if (!list_empty(&ended)) {
        struct thread *oldest = ELEMENT(ended.next, struct thread, queue);

        forget(oldest);
        return oldest;
    }
    return NULL;
}

/* A thread of the running process that would run `function` in ring 3 with EDX = argument0 and ECX = argument1; NULL when there is no room. */
struct thread *thread_new(uint32_t function, uint32_t stack_top, uint32_t argument0, uint32_t argument1)
{
    struct thread *thread = find_slot();
    struct first_stack *first;

    if (thread == NULL)
        return NULL;
    if (thread->stack == 0) {
        thread->stack = frame_allocate_dirty();
        if (thread->stack == 0)
            return NULL;
    }
    *(uint32_t *)thread->stack = STACK_CANARY;
    first = (struct first_stack *)thread_stack_top(thread) - 1;
    memset(first, 0, sizeof(*first));
    first->return_address = (uint32_t)trap_return;
    first->frame.ds = first->frame.es = first->frame.ss = NANVIX_SELECTOR_USER_DATA;
    first->frame.fs = first->frame.gs = NANVIX_SELECTOR_THREAD_DATA;
    first->frame.cs = NANVIX_SELECTOR_USER_CODE;
    first->frame.eflags = EFLAGS_RESERVED | EFLAGS_INTERRUPTS;
    first->frame.eip = function;
    first->frame.esp = stack_top;
    first->frame.edx = argument0;
    first->frame.ecx = argument1;

    fpu_reset(thread);
    thread->context = (uint32_t)first;
    thread->tid = next_tid++;
    thread->tda = 0;
    thread->joiner = NULL;
    thread->held_count = 0;
    thread->interruptible = 0;
    thread->detached = 0;
    thread->blocked = 0;
    thread->suspended = 0;
    list_init(&thread->queue);
    list_init(&thread->timer);
    list_init(&thread->held);
    thread->state = THREAD_BLOCKED;
    process_current()->living++;
#if NANVIX_ERA_M
    thread->process = process_current();
#endif
    return thread;
}

/* A thread that lives or waits to be joined, or NULL. */
struct thread *thread_find(int32_t tid)
{
    for (uint32_t i = 0; i < THREADS_MAX; i++) {
        if (threads[i].state != THREAD_FREE && threads[i].tid == tid)
            return &threads[i];
    }
    return NULL;
}

int64_t kcall_gettid(void)
{
    return current->tid;
}

/* Addresses outside user space are EINVAL here, the block's own among them, not EFAULT as elsewhere. */
int64_t kcall_thread_create(uint32_t arguments)
{
    struct nanvix_thread_arguments wanted;
    struct thread *thread;
    int error;

    if (user_range(arguments, sizeof(wanted)) != 0)
        return -NANVIX_EINVAL;
    error = user_read(&wanted, arguments, sizeof(wanted));
    if (error != 0)
        return error;
    if (user_range(wanted.function, 1) != 0 || user_range(wanted.stack_base, wanted.stack_size) != 0 ||
        wanted.stack_size < NANVIX_LIMIT_THREAD_STACK_BYTES ||
        (wanted.has_tda != 0 && user_range(wanted.tda, sizeof(uint32_t)) != 0))
        return -NANVIX_EINVAL;
    thread = thread_new(wanted.function, wanted.stack_base + wanted.stack_size, wanted.argument0, wanted.argument1);
    if (thread == NULL)
        return -NANVIX_EAGAIN;
    if (wanted.has_tda != 0)
        thread->tda = wanted.tda;
    thread->blocked = current->blocked;
    scheduler_wake(thread);
    return thread->tid;
}

int64_t kcall_thread_exit(uint32_t status)
{
    mutex_release_all();
    process_current()->living--;
    if (process_current()->living == 0)
        process_exit(status);
    current->status = (int32_t)status;
    current->state = THREAD_ENDED;
    if (current->joiner != NULL)
        scheduler_wake(current->joiner);
    else if (current->detached)
        current->state = THREAD_FREE;
    else
        list_append(&ended, &current->queue);
    schedule();
    panic("a thread ran after its end");
}

/* A joiner whose wait a signal ended leaves the thread to others, even if it has ended since. */
static void stop_joining(struct thread *thread)
{
    thread->joiner = NULL;
    if (thread->state == THREAD_ENDED)
        list_append(&ended, &thread->queue);
}

/* Ends the wait of one thread of a process that does not block a signal. */
void thread_interrupt_one(const struct process *process, uint64_t signal)
{
    for (uint32_t i = 0; i < THREADS_MAX; i++) {
        struct thread *thread = &threads[i];

        if (thread->state == THREAD_BLOCKED && process_of(thread) == process && thread->interruptible &&
            (thread->blocked & signal) == 0) {
            scheduler_interrupt(thread);
            return;
        }
    }
}

#if NANVIX_ERA_M

/* Ends all threads of a process. The running one, if it is among them, may do nothing but call schedule(). */
void threads_end(const struct process *process)
{
    for (uint32_t i = 0; i < THREADS_MAX; i++) {
        if (threads[i].state == THREAD_FREE || threads[i].process != process)
            continue;
        list_remove(&threads[i].queue);
        list_remove(&threads[i].timer);
    }
    for (uint32_t i = 0; i < THREADS_MAX; i++) {
        if (threads[i].state == THREAD_FREE || threads[i].process != process)
            continue;
        mutex_release_all_of(&threads[i]);
        threads[i].state = THREAD_FREE;
    }
}

int64_t kcall_detach(uint32_t tid)
{
    struct thread *thread = thread_find((int32_t)tid);

    if ((int32_t)tid <= 0)
        return -NANVIX_EINVAL;
    if (thread == NULL || !process_has(thread))
        return -NANVIX_ESRCH;
    if (thread->detached || thread->joiner != NULL)
        return -NANVIX_EINVAL;
    thread->detached = 1;
    if (thread->state == THREAD_ENDED)
        forget(thread);
    return 0;
}
#endif

int64_t kcall_thread_join(uint32_t tid, uint32_t status)
{
    struct thread *thread;
    struct link nobody;
    int error = user_writable(status, sizeof(uint32_t));

    if (error != 0)
        return error;
    if ((int32_t)tid <= 0 || (int32_t)tid == current->tid)
        return -NANVIX_EINVAL;
    thread = thread_find((int32_t)tid);
    if (thread == NULL || !process_has(thread))
        return -NANVIX_ESRCH;
    if (thread->joiner != NULL || thread->detached)
        return -NANVIX_EINVAL;
    if (thread->state != THREAD_ENDED) {
        thread->joiner = current;
        list_init(&nobody);
        error = scheduler_wait(&nobody, NEVER);
        if (error != 0) {
            stop_joining(thread);
            return error;
        }
    }
    /* The page of the result may have gone in the meantime; the thread is joined all the same. */
    error = user_write(status, &thread->status, sizeof(thread->status));
    forget(thread);
    return error;
}

int64_t kcall_set_tda(uint32_t base)
{
    if (base != 0 && user_range(base, sizeof(uint32_t)) != 0)
        return -NANVIX_EINVAL;
    current->tda = base;
    gdt_set_thread_data(base);
    return 0;
}

int64_t kcall_get_tda(void)
{
    return current->tda;
}
