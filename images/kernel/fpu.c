/* x87 and SSE state of each thread, saved and loaded whenever another thread gets to run. The kernel itself is compiled
 * without floating point, so calls and interrupts need not touch it, and a program of one thread pays nothing. */
#include "cpu.h"
#include "kernel.h"
#include "thread.h"

#define MXCSR_DEFAULT 0x1f80u

static uint8_t initial[512] __attribute__((aligned(16)));

void fpu_init(void)
{
    const uint32_t mxcsr = MXCSR_DEFAULT;

    write_cr0((read_cr0() & ~(CR0_EMULATE_FPU | CR0_TASK_SWITCHED)) | CR0_MONITOR_FPU | CR0_NUMERIC_ERROR);
    __asm__ volatile("fninit\n\t"
                     "ldmxcsr %1\n\t"
                     "fxsave %0"
                     : "=m"(initial)
                     : "m"(mxcsr));
}

void fpu_reset(struct thread *thread)
{
    memcpy(thread->fpu, initial, sizeof(initial));
}

void fpu_switch(struct thread *from, struct thread *to)
{
    __asm__ volatile("fxsave %0\n\t"
                     "fxrstor %1"
                     : "=m"(from->fpu)
                     : "m"(to->fpu));
}
