/* Exceptions of the processor. In the program: a page of the stack is mapped, a handler for signals is run where there is
 * one, everything else ends the process, with the cause on the console and a status that tells it. In the kernel: a
 * panic. */
#include "cpu.h"
#include "kernel.h"
#include "process.h"
#include "thread.h"
#include "trap.h"

#define VECTOR_PAGE_FAULT 14
#define ERROR_PRESENT 1u

static const struct {
    const char *name;
    uint32_t status;
} exceptions[] = {
    [0] = {"divide error", NANVIX_EXIT_ARITHMETIC},
    [1] = {"debug exception", NANVIX_EXIT_TRAP},
    [2] = {"non-maskable interrupt", NANVIX_EXIT_SEGMENTATION},
    [3] = {"breakpoint", NANVIX_EXIT_TRAP},
    [4] = {"overflow", NANVIX_EXIT_SEGMENTATION},
    [5] = {"bound range exceeded", NANVIX_EXIT_SEGMENTATION},
    [6] = {"invalid opcode", NANVIX_EXIT_ILLEGAL_INSTRUCTION},
    [7] = {"device not available", NANVIX_EXIT_ARITHMETIC},
    [8] = {"double fault", NANVIX_EXIT_SEGMENTATION},
    [10] = {"invalid task state", NANVIX_EXIT_SEGMENTATION},
    [11] = {"segment not present", NANVIX_EXIT_SEGMENTATION},
    [12] = {"stack fault", NANVIX_EXIT_SEGMENTATION},
    [13] = {"general protection fault", NANVIX_EXIT_SEGMENTATION},
    [14] = {"page fault", NANVIX_EXIT_SEGMENTATION},
    [16] = {"x87 error", NANVIX_EXIT_ARITHMETIC},
    [17] = {"alignment check", NANVIX_EXIT_MISALIGNED},
    [19] = {"SIMD error", NANVIX_EXIT_ARITHMETIC},
};

static void report(const struct trap_frame *frame, const char *where)
{
    const char *name = NULL;

    if (frame->vector < sizeof(exceptions) / sizeof(exceptions[0]))
        name = exceptions[frame->vector].name;
    console_print("%s: %s (vector %u), error code 0x%x, eip 0x%08x, address 0x%08x\n", where,
                  name == NULL ? "unknown exception" : name, frame->vector, frame->error, frame->eip, read_cr2());
    console_print("  eax %08x ebx %08x ecx %08x edx %08x\n", frame->eax, frame->ebx, frame->ecx, frame->edx);
    /* Ring 0 pushes no stack pointer: it stands where the frame ends. */
    console_print("  esi %08x edi %08x ebp %08x esp %08x\n", frame->esi, frame->edi, frame->ebp,
                  from_user(frame) ? frame->esp : (uint32_t)&frame->esp);
    console_print("  eflags %08x cs %x ds %x es %x fs %x gs %x\n", frame->eflags, frame->cs, frame->ds, frame->es,
                  frame->fs, frame->gs);
}

/* In Era M a program that a fault ends was ended by a signal, and all signals have one status. */
static uint32_t status_of(uint32_t vector)
{
    if (NANVIX_ERA_M)
        return NANVIX_EXIT_SIGNALLED;
    if (vector < sizeof(exceptions) / sizeof(exceptions[0]) && exceptions[vector].status != 0)
        return exceptions[vector].status;
    return NANVIX_EXIT_SEGMENTATION;
}

void fault(struct trap_frame *frame)
{
    uint32_t address = read_cr2();

    if (!from_user(frame)) {
        report(frame, "kernel");
        panic("fault in the kernel");
    }
    if (frame->vector == VECTOR_PAGE_FAULT && (frame->error & ERROR_PRESENT) == 0 && stack_contains(address)) {
        if (stack_fault_in(address) == 0)
            return;
        console_print("program: no memory for its stack at 0x%08x\n", address);
        process_exit(NANVIX_EXIT_OUT_OF_MEMORY);
    }
    if (signal_exception(frame))
        return;
    console_print("thread %d of the ", current->tid);
    report(frame, "program");
    process_exit(status_of(frame->vector));
}

/* Runs as a task of its own, on its own stack: the kernel's is unusable. */
void double_fault(void)
{
    console_print("kernel: double fault, eip 0x%08x, esp 0x%08x, address 0x%08x\n", gdt_interrupted_eip(),
                  gdt_interrupted_esp(), read_cr2());
    panic_with("double fault", NANVIX_EXIT_KERNEL_DOUBLE_FAULT);
}
