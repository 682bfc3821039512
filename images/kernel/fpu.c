/* x87 and SSE state of each thread, saved and loaded whenever another thread gets to run. The kernel itself is compiled
 * without floating point, so calls and interrupts need not touch it, and a program of one thread pays nothing. */
#include "cpu.h"
#include "kernel.h"
#include "thread.h"

#define MXCSR_DEFAULT 0x1f80u
/* Bits of MXCSR that a processor has which names none. */
#define MXCSR_MASK_DEFAULT 0xffbfu

/* Offsets in the image of FXSAVE. */
#define FXSAVE_MXCSR 24
#define FXSAVE_MXCSR_MASK 28

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

/* Copies the running thread's state out, and takes such an image over. What an image may not hold is masked, since the
 * program can write into it. */
void fpu_save(uint8_t image[512])
{
    static uint8_t aligned[512] __attribute__((aligned(16)));

    __asm__ volatile("fxsave %0" : "=m"(aligned));
    memcpy(image, aligned, sizeof(aligned));
}

void fpu_load(const uint8_t image[512])
{
    static uint8_t aligned[512] __attribute__((aligned(16)));
    uint32_t allowed, mxcsr;

    memcpy(&allowed, initial + FXSAVE_MXCSR_MASK, sizeof(allowed));
    memcpy(aligned, image, sizeof(aligned));
    memcpy(&mxcsr, aligned + FXSAVE_MXCSR, sizeof(mxcsr));
    mxcsr &= allowed != 0 ? allowed : MXCSR_MASK_DEFAULT;
    memcpy(aligned + FXSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
    __asm__ volatile("fxrstor %0" : : "m"(aligned));
}

void fpu_switch(struct thread *from, struct thread *to)
{
    __asm__ volatile("fxsave %0\n\t"
                     "fxrstor %1"
                     : "=m"(from->fpu)
                     : "m"(to->fpu));
}
