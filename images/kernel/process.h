/* A process: an address space with threads in it, what it may do, and its signals.
 *
 * Era S has one. In Era M each program of the initrd is one: process 1 is the first of the bundle, and its end is that of the
 * machine. `process_current` is the process of the running thread, and its address space is the one in use. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>
#include "thread.h"

struct process {
    int32_t pid; /* 0: the slot is free */
    uint32_t capabilities;
    uint32_t living; /* threads that have not ended */
#if NANVIX_ERA_M
    uint32_t directory; /* its page directory */
    struct nanvix_signal_action actions[NANVIX_SIGNAL_LAST + 1];
    uint32_t restorer;
    uint64_t arrived; /* signals sent to it that no thread has taken yet */
#endif
};

#if NANVIX_ERA_M

extern struct process processes[NANVIX_BUNDLE_PROGRAMS_MAXIMUM];
extern struct process *process_now;

static inline struct process *process_current(void)
{
    return process_now;
}

static inline struct process *process_of(const struct thread *thread)
{
    return thread->process;
}

static inline int32_t process_pid(void)
{
    return process_now->pid;
}

/* True if a number that a call was given is that of the running process. */
static inline int process_is_own(uint32_t pid)
{
    return pid == (uint32_t)process_now->pid;
}

/* True if a thread is of the running process. */
static inline int process_has(const struct thread *thread)
{
    return thread->process == process_now;
}

struct process *process_new(void);
struct process *process_find(int32_t pid);
void process_enter(struct process *process);
void process_end(struct process *process, uint32_t status);
_Noreturn void process_exit(uint32_t status);

#else

extern struct process processes[1];

static inline struct process *process_current(void)
{
    return &processes[0];
}

static inline struct process *process_of(const struct thread *thread)
{
    (void)thread;
    return &processes[0];
}

static inline int32_t process_pid(void)
{
    return NANVIX_PROCESS_PROGRAM;
}

static inline int process_is_own(uint32_t pid)
{
    return pid == NANVIX_PROCESS_PROGRAM;
}

static inline int process_has(const struct thread *thread)
{
    (void)thread;
    return 1;
}

static inline struct process *process_new(void)
{
    return &processes[0];
}

static inline void process_enter(struct process *process)
{
    (void)process;
}

static inline _Noreturn void process_exit(uint32_t status)
{
    host_shutdown(status);
}

#endif

#endif
