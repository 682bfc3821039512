/* Segments. All are flat but the one behind FS and GS, whose base is the running thread's data area. There are two task
 * states: one tells the processor where the kernel stack is, the other takes over when even that is
 * unusable (a double fault), so that an overflow of a kernel stack ends with a message. */
#include "cpu.h"
#include "kernel.h"
#include "limits.h"

#define SELECTOR_DOUBLE_FAULT 0x38

#define ACCESS_CODE 0x9a
#define ACCESS_DATA 0x92
#define ACCESS_TASK 0x89
#define ACCESS_RING3 0x60

struct task_state {
    uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, io_map;
};
_Static_assert(sizeof(struct task_state) == 104, "task state segment");

static struct task_state task, double_fault_task;
static uint8_t double_fault_stack[1024] __attribute__((aligned(16)));
static uint64_t gdt[8] __attribute__((aligned(8)));

static uint64_t descriptor(uint32_t base, uint32_t limit, uint32_t access, uint32_t flags)
{
    uint32_t low = (limit & 0xffff) | base << 16;
    uint32_t high = (base >> 16 & 0xff) | access << 8 | (limit & 0xf0000) | flags << 20 | (base & 0xff000000);

    return (uint64_t)high << 32 | low;
}

static uint64_t flat(uint32_t base, uint32_t access)
{
    return descriptor(base, 0xfffff, access, 0xc);
}

void gdt_set_kernel_stack(uint32_t top)
{
    task.esp0 = top;
}

/* Takes effect when FS and GS are loaded next, on the way back to the program. */
void gdt_set_thread_data(uint32_t base)
{
    gdt[NANVIX_SELECTOR_THREAD_DATA / 8] = flat(base, ACCESS_DATA | ACCESS_RING3);
}

uint32_t gdt_interrupted_eip(void)
{
    return task.eip;
}

uint32_t gdt_interrupted_esp(void)
{
    return task.esp;
}

static void set_task(uint32_t selector, struct task_state *state)
{
    state->ss0 = NANVIX_SELECTOR_KERNEL_DATA;
    state->io_map = sizeof(*state);
    gdt[selector / 8] = descriptor((uint32_t)state, sizeof(*state) - 1, ACCESS_TASK, 0);
}

void gdt_init(void)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) table = {sizeof(gdt) - 1, (uint32_t)gdt};

    gdt[NANVIX_SELECTOR_KERNEL_CODE / 8] = flat(0, ACCESS_CODE);
    gdt[NANVIX_SELECTOR_KERNEL_DATA / 8] = flat(0, ACCESS_DATA);
    gdt[NANVIX_SELECTOR_USER_CODE / 8] = flat(0, ACCESS_CODE | ACCESS_RING3);
    gdt[NANVIX_SELECTOR_USER_DATA / 8] = flat(0, ACCESS_DATA | ACCESS_RING3);
    gdt_set_thread_data(0);
    set_task(NANVIX_SELECTOR_TASK_STATE, &task);
    set_task(SELECTOR_DOUBLE_FAULT, &double_fault_task);

    __asm__ volatile("lgdt %0\n\t"
                     "ljmp %1, $1f\n"
                     "1:\n\t"
                     "movl %2, %%ds\n\t"
                     "movl %2, %%es\n\t"
                     "movl %2, %%fs\n\t"
                     "movl %2, %%gs\n\t"
                     "movl %2, %%ss\n\t"
                     "ltr %w3"
                     :
                     : "m"(table), "i"(NANVIX_SELECTOR_KERNEL_CODE), "r"(NANVIX_SELECTOR_KERNEL_DATA),
                       "r"(NANVIX_SELECTOR_TASK_STATE)
                     : "memory");
}

/* The double fault task shares the kernel's page tables, which exist only now. */
uint32_t gdt_double_fault_selector(uint32_t page_directory)
{
    double_fault_task.cr3 = page_directory;
    double_fault_task.eip = (uint32_t)double_fault;
    double_fault_task.eflags = EFLAGS_RESERVED;
    double_fault_task.esp = (uint32_t)(double_fault_stack + sizeof(double_fault_stack));
    double_fault_task.cs = NANVIX_SELECTOR_KERNEL_CODE;
    double_fault_task.ss = double_fault_task.ds = double_fault_task.es = NANVIX_SELECTOR_KERNEL_DATA;
    return SELECTOR_DOUBLE_FAULT;
}
