/*
 * Threads: what musl's pthreads ask of the system (clone, the thread area, leaving).
 *
 * A thread leaves in two steps. The word musl gave (CLONE_CHILD_CLEARTID) tells the others that the thread's stack may
 * be unmapped, so from then on it runs on a small stack of its own slot. The slot is free again once the kernel's join
 * has seen the thread end.
 */
#include "threads.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "calls.h"
#include "futex.h"
#include "kernel.h"
#include "lock.h"
#include "pages.h"
#include "signals.h"

enum { SLOTS = 256 };

struct slot {
    struct nvx_thread thread;
    unsigned char exit_stack[NVX_EXIT_STACK_BYTES] __attribute__((aligned(16)));
};

struct nvx_leaving {
    struct nvx_thread *thread;
    int status;
    uintptr_t stack;
    size_t stack_size;
};

/* thread-entry.S */
void nvx_thread_entry(void);
_Noreturn void nvx_thread_leave_on(unsigned char *stack_top, const struct nvx_leaving *how);

/* Called from thread-entry.S. */
_Noreturn void nvx_thread_begin(struct nvx_thread *thread);
_Noreturn void nvx_thread_finish(struct nvx_thread *thread, int status, uintptr_t stack, size_t stack_size);

static struct nvx_thread first_thread = {.state = NVX_THREAD_RUNNING, .tid = NANVIX_PROCESS_FIRST_THREAD};
/* Slots are made when needed and never given back, so the table may be searched without a lock. */
static struct nvx_thread *threads[SLOTS] = {&first_thread};
static unsigned slots_made = 1;

#if NANVIX_ERA_M
void nvx_thread_begin_first(int tid)
{
    first_thread.tid = tid;
}
#endif

struct nvx_thread *nvx_thread_self(void)
{
    /* The kernel is asked rather than the thread data area read: a thread that leaves may have no such area any more.
     */
    return nvx_threaded ? nvx_thread_find((int)nanvix_gettid()) : &first_thread;
}

struct nvx_thread *nvx_thread_find(int tid)
{
    for (unsigned i = 0; i < slots_made; i++)
        if (threads[i]->tid == tid && threads[i]->state == NVX_THREAD_RUNNING)
            return threads[i];
    return NULL;
}

struct nvx_thread *nvx_thread_next(const struct nvx_thread *thread)
{
    bool seen = thread == NULL;

    for (unsigned i = 0; i < slots_made; i++) {
        if (seen && threads[i]->state == NVX_THREAD_RUNNING)
            return threads[i];
        seen |= threads[i] == thread;
    }
    return NULL;
}

/* A slot for a new thread, or null. */
static struct nvx_thread *take_slot(void)
{
    struct nvx_thread *free_slot = NULL;

    for (unsigned i = 0; i < slots_made; i++) {
        uint32_t status;

        if (threads[i]->state == NVX_THREAD_LEAVING) {
            (void)NVX_UNINTERRUPTED(nanvix_thread_join(threads[i]->tid, &status));
            threads[i]->state = NVX_THREAD_FREE;
        }
        if (threads[i]->state == NVX_THREAD_FREE && threads[i] != &first_thread)
            free_slot = threads[i];
    }
    if (free_slot != NULL || slots_made == SLOTS)
        return free_slot;

    unsigned per_page = NANVIX_PAGE_SIZE / sizeof(struct slot);
    struct slot *page = nvx_pages_take(1);

    if (page == NULL)
        return NULL;
    for (unsigned i = 0; i < per_page && slots_made < SLOTS; i++) {
        page[i].thread.exit_stack = page[i].exit_stack + NVX_EXIT_STACK_BYTES;
        threads[slots_made++] = &page[i].thread;
    }
    return &page->thread;
}

/* Marks a mutex whose owner ends, if it is the owner's, and wakes one that waits for it. */
static void give_up_mutex(const struct nvx_thread *thread, struct nvx_robust_entry *entry, long word_offset)
{
    volatile int *word = (volatile int *)((char *)entry + word_offset);
    int value = __atomic_load_n(word, __ATOMIC_SEQ_CST);

    if ((value & NVX_FUTEX_TID) != thread->tid)
        return;
    __atomic_store_n(word, (value & NVX_FUTEX_WAITERS) | NVX_FUTEX_OWNER_DIED, __ATOMIC_SEQ_CST);
    if (value & NVX_FUTEX_WAITERS)
        nvx_futex_wake(word, 1);
}

static void give_up_mutexes(const struct nvx_thread *thread)
{
    enum { LONGEST_LIST = 2048 };
    struct nvx_robust_list *list = thread->robust_list;
    struct nvx_robust_entry *entry = list->first.next;

    for (int i = 0; entry != &list->first && i < LONGEST_LIST; i++) {
        struct nvx_robust_entry *next = entry->next;

        give_up_mutex(thread, entry, list->word_offset);
        entry = next;
    }
    if (list->pending != NULL)
        give_up_mutex(thread, list->pending, list->word_offset);
}

/* Last C code of a thread. From the moment `clear_on_exit` is zero, its former stack and thread area belong to others.
 */
_Noreturn void nvx_thread_finish(struct nvx_thread *thread, int status, uintptr_t stack, size_t stack_size)
{
    volatile int *word = thread->clear_on_exit;

    if (stack_size != 0) {
        nvx_enter();
        (void)nvx_call_munmap(stack, stack_size);
        nvx_leave();
    }
    thread->state = NVX_THREAD_LEAVING;
    if (word != NULL) {
        __atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
        nvx_futex_wake(word, 1);
    }
    nanvix_thread_exit(status);
}

_Noreturn void nvx_call_exit(int status, uintptr_t stack, size_t stack_size)
{
    if (!nvx_threaded)
        nvx_call_exit_group(status);

    struct nvx_thread *thread = nvx_thread_self();

    if (thread->robust_list != NULL)
        give_up_mutexes(thread);

    struct nvx_leaving how = {thread, status, stack, stack_size};

    if (thread->exit_stack == NULL)
        nvx_thread_finish(thread, status, stack, stack_size);
    nvx_thread_leave_on(thread->exit_stack, &how);
}

/* First C code of a new thread, on its stack. It and its maker both store the number: whoever runs first must find it.
 */
_Noreturn void nvx_thread_begin(struct nvx_thread *thread)
{
    thread->tid = (int)nanvix_gettid();
    if (thread->tid_result != NULL)
        *thread->tid_result = thread->tid;
    nvx_call_exit(thread->function(thread->argument), 0, 0);
}

static long start(struct nvx_thread *thread, uintptr_t stack, uintptr_t data_area)
{
    /* The size is only for the kernel's checks: a program may choose a smaller stack than the kernel asks for. */
    uintptr_t base = stack - NANVIX_LIMIT_THREAD_STACK_BYTES;
    struct nanvix_thread_arguments arguments = {
        .has_tda = 1,
        .tda = data_area,
        .function = (uint32_t)(uintptr_t)nvx_thread_entry,
        .argument0 = (uint32_t)(uintptr_t)thread,
        .stack_base = base,
        .stack_size = NANVIX_LIMIT_THREAD_STACK_BYTES,
    };

    thread->state = NVX_THREAD_RUNNING;

    long tid = nvx_kernel_result(nanvix_thread_create(&arguments));

    if (tid < 0)
        thread->state = NVX_THREAD_FREE;
    else
        thread->tid = (int)tid;
    return tid;
}

long nvx_call_clone(unsigned long flags, uintptr_t stack, int *tid_result, uintptr_t data_area,
                    volatile int *clear_on_exit, const struct nvx_clone_start *how)
{
    const unsigned long thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS;

    /* Anything but a thread of this process would be a fork. */
    if ((flags & thread_flags) != thread_flags)
        return -ENOSYS;
    nvx_threaded = true;
    nvx_enter();

    struct nvx_thread *thread = take_slot();
    long tid = -EAGAIN;

    if (thread != NULL) {
        thread->pending = 0;
        thread->awaited = 0;
        thread->signal_stack = (stack_t){NULL, 0, 0};
        thread->blocked = nvx_thread_self()->blocked;
        thread->robust_list = NULL;
        thread->clear_on_exit = (flags & CLONE_CHILD_CLEARTID) ? clear_on_exit : NULL;
        thread->tid_result = (flags & CLONE_PARENT_SETTID) ? tid_result : NULL;
        thread->function = how->function;
        thread->argument = how->argument;
        tid = start(thread, stack, data_area);
    }
    nvx_leave();
    if (tid > 0 && (flags & CLONE_PARENT_SETTID))
        *tid_result = (int)tid;
    return tid;
}

long nvx_call_set_thread_area(uintptr_t data_area)
{
    return nvx_kernel_result(nanvix_set_tda(data_area));
}

long nvx_call_set_tid_address(volatile int *word)
{
    struct nvx_thread *thread = nvx_thread_self();

    thread->clear_on_exit = word;
    return thread->tid;
}

long nvx_call_set_robust_list(struct nvx_robust_list *list, size_t size)
{
    if (size != sizeof(*list))
        return -EINVAL;
    nvx_thread_self()->robust_list = list;
    return 0;
}

long nvx_call_get_robust_list(int tid, struct nvx_robust_list **list, size_t *size)
{
    const struct nvx_thread *thread = tid == 0 ? nvx_thread_self() : nvx_thread_find(tid);

    if (thread == NULL)
        return -ESRCH;
    *list = thread->robust_list;
    *size = sizeof(**list);
    return 0;
}

long nvx_call_gettid(void)
{
    return nvx_thread_self()->tid;
}

long nvx_call_sched_yield(void)
{
    return nvx_kernel_result(nanvix_sched_yield());
}
