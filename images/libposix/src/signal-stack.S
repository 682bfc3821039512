/*
 * What C can't express about handlers of signals: running one on another stack, and (Era M) the code that the kernel has
 * a handler return to.
 */
#include <nanvix/abi.h>

    .text

/* void nvx_signal_call_on(void *stack_top, void (*function)(int, siginfo_t *, void *), int, siginfo_t *, void *) */
    .globl nvx_signal_call_on
    .hidden nvx_signal_call_on
    .type nvx_signal_call_on, @function
nvx_signal_call_on:
    push %ebp
    mov %esp, %ebp
    mov 8(%ebp), %eax
    mov 12(%ebp), %ecx
    and $-16, %eax
    mov %eax, %esp
    sub $4, %esp
    push 24(%ebp)
    push 20(%ebp)
    push 16(%ebp)
    call *%ecx
    mov %ebp, %esp
    pop %ebp
    ret
    .size nvx_signal_call_on, . - nvx_signal_call_on

#if NANVIX_ERA_M
    .globl nvx_kernel_restorer
    .hidden nvx_kernel_restorer
    .type nvx_kernel_restorer, @function
nvx_kernel_restorer:
    mov $NANVIX_KCALL_SIGRETURN, %eax
    int $NANVIX_TRAP_VECTOR
    ud2
    .size nvx_kernel_restorer, . - nvx_kernel_restorer
#endif

    .section .note.GNU-stack, "", @progbits
