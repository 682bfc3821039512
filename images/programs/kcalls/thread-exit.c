/* The main thread ends first; the program ends with the last thread, whose status becomes the machine's. */
#include "threads.h"

static char stack[STACK_BYTES];

static uint32_t outlive(uint32_t argument)
{
    nanvix_sleep(0, 5000000);
    expect("a thread outlives the main one", nanvix_gettid(), 2);
    return argument;
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    start_thread(outlive, 77, stack);
    nanvix_thread_exit(1);
}
