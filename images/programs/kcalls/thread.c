/* Threads: their start, their end, joining, the thread data area, preemption, and floating-point state. */
#include "threads.h"

static char stacks[4][STACK_BYTES];
static volatile uint32_t word;

static uint32_t return_argument(uint32_t argument)
{
    return argument;
}

static uint32_t own_tid(uint32_t argument)
{
    (void)argument;
    return (uint32_t)nanvix_gettid();
}

static uint32_t set_word_when_it_is_one(uint32_t argument)
{
    wait_until(&word, 1);
    word = argument;
    return 0;
}

static uint32_t spin_until_set(uint32_t argument)
{
    (void)argument;
    while (word == 0)
        ;
    return 5;
}

static void check_create_and_join(void)
{
    uint32_t status = 0;
    int64_t tid = start_thread(return_argument, 42, stacks[0]);

    expect("the first thread after the main one is 2", tid, 2);
    expect("join waits for it", nanvix_thread_join((int32_t)tid, &status), 0);
    expect("join stores its status", status, 42);
    expect_error("a joined thread is gone", nanvix_thread_join((int32_t)tid, &status), NANVIX_ESRCH);

    tid = start_thread(own_tid, 0, stacks[0]);
    nanvix_thread_join((int32_t)tid, &status);
    expect("a thread knows its identifier", status, tid);

    tid = start_thread(return_argument, 43, stacks[0]);
    nanvix_sleep(0, 1000000);
    expect("join finds a thread that has ended", nanvix_thread_join((int32_t)tid, &status), 0);
    expect("with its status", status, 43);
}

static void check_errors(void)
{
    struct nanvix_thread_arguments wrong = thread_arguments(return_argument, 0, stacks[0]);
    uint32_t status;
    int64_t tid;

    expect_error("create refuses an unmapped pointer", nanvix_thread_create(UNMAPPED), NANVIX_ENOENT);
    expect_error("create refuses a pointer into the kernel", nanvix_thread_create(KERNEL_ADDRESS), NANVIX_EINVAL);
    wrong.function = 0x00100000;
    expect_error("create refuses a function in the kernel", nanvix_thread_create(&wrong), NANVIX_EINVAL);
    wrong = thread_arguments(return_argument, 0, stacks[0]);
    wrong.stack_size = 0;
    expect_error("create refuses an empty stack", nanvix_thread_create(&wrong), NANVIX_EINVAL);
    wrong.stack_size = STACK_BYTES - 1;
    expect_error("create refuses a stack below 32 KiB", nanvix_thread_create(&wrong), NANVIX_EINVAL);
    wrong = thread_arguments(return_argument, 0, (void *)0x1000);
    expect_error("create refuses a stack in the kernel", nanvix_thread_create(&wrong), NANVIX_EINVAL);
    wrong = thread_arguments(return_argument, 0, stacks[0]);
    wrong.has_tda = 1;
    wrong.tda = 0x1000;
    expect_error("create refuses a data area in the kernel", nanvix_thread_create(&wrong), NANVIX_EINVAL);

    expect_error("join refuses an unknown thread", nanvix_thread_join(99, &status), NANVIX_ESRCH);
    expect_error("join refuses thread 0", nanvix_thread_join(0, &status), NANVIX_EINVAL);
    expect_error("join refuses a negative thread", nanvix_thread_join(-1, &status), NANVIX_EINVAL);
    expect_error("join refuses oneself", nanvix_thread_join(1, &status), NANVIX_EINVAL);
    tid = start_thread(return_argument, 0, stacks[0]);
    expect_error("join refuses a pointer into the kernel", nanvix_thread_join((int32_t)tid, KERNEL_ADDRESS),
                 NANVIX_EFAULT);
    expect_error("join refuses an unmapped pointer", nanvix_thread_join((int32_t)tid, UNMAPPED), NANVIX_ENOENT);
    expect("and leaves the thread to be joined", nanvix_thread_join((int32_t)tid, &status), 0);
}

static uint32_t join_another(uint32_t tid)
{
    uint32_t status;

    return (uint32_t)nanvix_thread_join((int32_t)tid, &status);
}

static void check_two_joiners(void)
{
    uint32_t status;
    int64_t first, second;

    word = 0;
    first = start_thread(set_word_when_it_is_one, 2, stacks[0]);
    second = start_thread(join_another, (uint32_t)first, stacks[1]);
    nanvix_sleep(0, 1000000);
    expect_error("join refuses a thread that another joins", nanvix_thread_join((int32_t)first, &status),
                 NANVIX_EINVAL);
    word = 1;
    nanvix_thread_join((int32_t)second, &status);
    expect("the other gets it", status, 0);
    expect("yield lets other threads run", word, 2);
}

static void check_preemption(void)
{
    uint32_t status;
    int64_t tid;

    word = 0;
    tid = start_thread(spin_until_set, 0, stacks[0]);
    nanvix_sched_yield();
    word = 1;
    nanvix_thread_join((int32_t)tid, &status);
    expect("a thread that spins is preempted", status, 5);
}

static uint32_t read_gs(void)
{
    uint32_t value;

    __asm__ volatile("movl %%gs:0, %0" : "=r"(value));
    return value;
}

static uint32_t read_fs(void)
{
    uint32_t value;

    __asm__ volatile("movl %%fs:0, %0" : "=r"(value));
    return value;
}

static uint32_t check_own_area(uint32_t argument)
{
    uint32_t same = 0;

    for (int i = 0; i < 100; i++) {
        same += read_gs() == argument && read_fs() == argument;
        nanvix_sched_yield();
    }
    return same;
}

static void check_thread_data(void)
{
    static uint32_t areas[3];
    struct nanvix_thread_arguments arguments;
    uint32_t status;
    int64_t tid;

    for (int i = 0; i < 3; i++)
        areas[i] = (uint32_t)(uintptr_t)&areas[i];
    expect("there is no thread data area at first", nanvix_get_tda(), 0);
    expect("set_tda takes one", nanvix_set_tda(areas[0]), 0);
    expect("get_tda tells it", nanvix_get_tda(), areas[0]);
    expect("gs reaches it", read_gs(), areas[0]);
    expect("fs reaches it", read_fs(), areas[0]);
    arguments = thread_arguments(check_own_area, areas[1], stacks[0]);
    arguments.has_tda = 1;
    arguments.tda = areas[1];
    tid = nanvix_thread_create(&arguments);
    expect("each thread keeps its own", check_own_area(areas[0]), 100);
    nanvix_thread_join((int32_t)tid, &status);
    expect("the other as well", status, 100);
    expect_error("set_tda refuses an address in the kernel", nanvix_set_tda(0x1000), NANVIX_EINVAL);
    expect_error("set_tda refuses one above user space", nanvix_set_tda(0xf0000000), NANVIX_EINVAL);
    expect("set_tda of 0 clears it", nanvix_set_tda(0), 0);
    expect("get_tda tells that", nanvix_get_tda(), 0);
}

/* Adds one, over and over, in an x87 register and in an SSE register that are never stored in between. */
static uint32_t count_in_registers(uint32_t rounds)
{
    uint32_t x87, sse, one = 1;

    __asm__ volatile("fninit\n\t"
                     "fldz\n\t"
                     "pxor %%xmm5, %%xmm5\n\t"
                     "cvtsi2ss %3, %%xmm6\n"
                     "1:\n\t"
                     "fld1\n\t"
                     "faddp\n\t"
                     "addss %%xmm6, %%xmm5\n\t"
                     "decl %2\n\t"
                     "jnz 1b\n\t"
                     "fistpl %0\n\t"
                     "cvttss2si %%xmm5, %1"
                     : "=m"(x87), "=r"(sse), "+r"(rounds)
                     : "r"(one)
                     : "cc");
    return x87 == sse ? x87 : 0;
}

static uint32_t control_words(uint32_t argument)
{
    uint16_t control;
    uint32_t mxcsr;

    (void)argument;
    __asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(control), "=m"(mxcsr));
    return control == 0x37f && mxcsr == 0x1f80;
}

/* Long enough that every thread is preempted in the middle of it; exact in single precision. */
static void check_floating_point(void)
{
    const uint32_t rounds = 12000000;
    int64_t tids[3];
    uint32_t status;

    for (int i = 0; i < 3; i++)
        tids[i] = start_thread(count_in_registers, rounds + (uint32_t)i, stacks[i]);
    expect("x87 and SSE registers survive preemption", count_in_registers(rounds + 3), rounds + 3);
    for (int i = 0; i < 3; i++) {
        nanvix_thread_join((int32_t)tids[i], &status);
        expect("in every thread", status, rounds + (uint32_t)i);
    }
    nanvix_thread_join((int32_t)start_thread(control_words, 0, stacks[0]), &status);
    expect("a new thread starts with the usual control words", status, 1);
}

static void check_many(void)
{
    uint32_t started = 0, status;
    int64_t tid = 0;

    for (int i = 0; i < 1000; i++) {
        tid = start_thread(return_argument, (uint32_t)i, stacks[0]);
        started += tid > 0;
        nanvix_sched_yield();
    }
    expect("threads that nobody joins do not use up what there is", started, 1000);
    expect("the last of them can be joined", nanvix_thread_join((int32_t)tid, &status), 0);
    expect("with its status", status, 999);
}

static uint32_t sleep_long(uint32_t argument)
{
    (void)argument;
    nanvix_sleep(1000, 0);
    return 0;
}

static void check_limit(void)
{
    uint32_t started = 0;
    int64_t tid;

    while ((tid = start_thread(sleep_long, 0, stacks[0])) > 0)
        started++;
    expect_error("create fails when there are too many", tid, NANVIX_EAGAIN);
    expect("which is at 128 with the main one", started, 127);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_create_and_join();
    check_errors();
    check_two_joiners();
    check_preemption();
    check_thread_data();
    check_floating_point();
    check_many();
    check_limit();
}
