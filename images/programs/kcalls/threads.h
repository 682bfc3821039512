/* Starting threads without a libc, for the programs that need some. */
#ifndef THREADS_H
#define THREADS_H

#include "check.h"

#define STACK_BYTES NANVIX_LIMIT_THREAD_STACK_BYTES

/* Runs with the address it was started with: what a thread does. Its result is the thread's status. */
typedef uint32_t thread_body(uint32_t argument);

__attribute__((used)) static void thread_main(thread_body *body, uint32_t argument)
{
    nanvix_thread_exit((int32_t)body(argument));
}

/* A thread starts with its arguments in EDX and ECX and nothing on its stack. */
__asm__(".text\n"
        "thread_start:\n\t"
        "pushl %ecx\n\t"
        "pushl %edx\n\t"
        "call thread_main\n");
extern char thread_start[];

static inline struct nanvix_thread_arguments thread_arguments(thread_body *body, uint32_t argument, void *stack)
{
    return (struct nanvix_thread_arguments){
        .function = (uint32_t)(uintptr_t)thread_start,
        .argument0 = (uint32_t)(uintptr_t)body,
        .argument1 = argument,
        .stack_base = (uint32_t)(uintptr_t)stack,
        .stack_size = STACK_BYTES,
    };
}

static inline int64_t start_thread(thread_body *body, uint32_t argument, void *stack)
{
    struct nanvix_thread_arguments arguments = thread_arguments(body, argument, stack);

    return nanvix_thread_create(&arguments);
}

/* Waits until something another thread does has happened. */
static inline void wait_until(volatile uint32_t *word, uint32_t value)
{
    while (*word != value)
        nanvix_sched_yield();
}

#endif
