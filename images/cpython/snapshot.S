/*
 * int nvx_snapshot(void): kernel call 35. In assembler and in a file of its own, so that the instruction at which the
 * machine is captured is the same whatever the compiler does. Of the kernel call's result, EDX:EAX, EAX says all.
 */
#include <nanvix/abi.h>

    .text
    .globl nvx_snapshot
    .type nvx_snapshot, @function
nvx_snapshot:
    movl $NANVIX_KCALL_SNAPSHOT, %eax
    int $NANVIX_TRAP_VECTOR
    ret
    .size nvx_snapshot, . - nvx_snapshot
    .section .note.GNU-stack, "", @progbits
