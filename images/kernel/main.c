/* The kernel from its first line of C to the first instruction of a program. Interrupts stay off until a program
 * runs; there is no way back here. */
#include "cpu.h"
#include "kernel.h"
#include "limits.h"
#include "process.h"

static uint32_t memory_end(void)
{
    const uint32_t ramfs_size = control_page.ramfs_size;
    const uint32_t ramfs_base = control_page.ramfs_base;

    if (ramfs_size == 0)
        return MEMORY_SIZE;
    if (ramfs_base % NANVIX_PAGE_SIZE != 0 || ramfs_size % NANVIX_PAGE_SIZE != 0 || ramfs_base >= MEMORY_SIZE ||
        ramfs_size > MEMORY_SIZE - ramfs_base)
        panic("the ramfs does not fit into the memory this kernel was compiled for");
    return ramfs_base;
}

static void check_processor(void)
{
    const uint32_t needed = CPUID_FPU | CPUID_LARGE_PAGES | CPUID_TSC | CPUID_FXSR | CPUID_SSE;

    if ((cpuid_features() & needed) != needed)
        panic("the processor lacks FPU, large pages, TSC, FXSR or SSE");
}

/* A fresh page of the program that holds a string. */
static void map_string(uint32_t address, const char *text, uint32_t length)
{
    uint32_t *entry = page_entry_create(address);
    uint32_t frame = frame_allocate();

    if (entry == NULL || frame == 0)
        panic("no memory for the command line");
    memcpy((void *)frame, text, length);
    *entry = frame | PAGE_OWNED | PAGE_USER | PAGE_WRITABLE | PAGE_PRESENT;
}

/* `program args;ENV=value`, in two pages. */
static void map_command_line(const char *text, uint32_t length)
{
    uint32_t arguments = 0, environment;

    while (arguments < length && text[arguments] != ';')
        arguments++;
    environment = arguments < length ? arguments + 1 : length;
    map_string(NANVIX_ARGUMENT_PAGE, text, arguments);
    map_string(NANVIX_ENVIRONMENT_PAGE, text + environment, length - environment);
}

static void map_stack(void)
{
    for (uint32_t offset = NANVIX_PAGE_SIZE; offset <= NANVIX_STACK_INITIAL_SIZE; offset += NANVIX_PAGE_SIZE) {
        if (stack_fault_in(NANVIX_STACK_TOP - offset) != 0)
            panic("no memory for the stack");
    }
}

_Noreturn void kernel_main(uint32_t magic, uint32_t initrd_word)
{
    struct initrd initrd;
    const char *problem;
    struct thread *first = NULL, *thread;
    uint32_t entry;

    if (magic != NANVIX_BOOT_MAGIC)
        panic("not started by Nanvix's boot protocol");
    check_processor();
    gdt_init();
    idt_init(gdt_double_fault_selector(paging_init()));
    pic_init();
    pit_init();
    fpu_init();
    options_init();
    threads_init();
    scheduler_init();
    mutex_init();
    cond_init();
    bus_init();
    problem = initrd_open(initrd_word, memory_end(), &initrd);
    if (problem != NULL)
        panic(problem);
    frames_init(initrd.begin, initrd.end, memory_end());

    do {
        if (process_new() == NULL)
            panic("no memory for a process");
        problem = loader_load(initrd.program, initrd.program_size, &entry);
        if (problem != NULL) {
            console_print("kernel: cannot start the program: %s\n", problem);
            host_shutdown(NANVIX_EXIT_NOT_EXECUTABLE);
        }
        map_command_line(initrd.line, initrd.line_length);
        map_stack();
        thread = thread_new(entry, NANVIX_STACK_TOP, NANVIX_ARGUMENT_PAGE, NANVIX_ENVIRONMENT_PAGE);
        if (thread == NULL)
            panic("no memory for the first thread");
        if (first == NULL)
            first = thread;
        else
            scheduler_wake(thread);
    } while (initrd_next(&initrd));
    if (NANVIX_ERA_M)
        host_command(NANVIX_MACHINE_BOOT_COMPLETE, 0);
    scheduler_start(first);
}
