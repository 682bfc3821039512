/* States worth a snapshot: values that live in x87 and SSE registers across kernel calls, with rounding and flags of their own. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

enum { ROUNDS = 6 };

/* getpid keeps every register but EAX and EDX; ECX is given up as well, as the real kernel does. */
static uint32_t kernel_call(void)
{
    uint32_t result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(1) : "ecx", "edx", "memory");
    return result;
}

int main(void)
{
    static uint32_t vector[4] __attribute__((aligned(16))) = {1, 2, 3, 4};
    static uint32_t mxcsr = 0x7f80; /* round towards zero, all exceptions masked */
    static uint16_t control = 0x0f7f;
    double sum = 0;

    __asm__ volatile("ldmxcsr %0\n\tfldcw %1\n\tmovdqa %2, %%xmm3\n\tmovdqa %2, %%xmm7" : : "m"(mxcsr), "m"(control), "m"(vector) : "xmm3", "xmm7");
    __asm__ volatile("fldpi\n\tfldl2e");
    for (int round = 0; round < ROUNDS; round++) {
        kernel_call();
        __asm__ volatile("paddd %%xmm3, %%xmm7\n\tfmul %%st(1), %%st" : : : "xmm7");
        for (volatile uint32_t i = 0; i < 20000; i++)
            ;
        kernel_call();
    }
    __asm__ volatile("fstpl %0\n\tfstp %%st(0)\n\tmovdqa %%xmm7, %1\n\tstmxcsr %2\n\tfnstcw %3" : "=m"(sum), "=m"(vector), "=m"(mxcsr), "=m"(control));
    printf("%.17g %u %u %u %u %04x %04x\n", sum, vector[0], vector[1], vector[2], vector[3], (unsigned)mxcsr, control);
    return 0;
}
