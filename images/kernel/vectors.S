/* Where interrupts, exceptions and kernel calls enter: every vector gets the frame of trap.h, then trap() in C.
 *
 * All gates are interrupt gates, so the kernel runs with interrupts off. The data segments are loaded anew since
 * the program may have put anything into them, and the direction flag is cleared for the compiler.
 */
#include <nanvix/abi.h>

        .macro  vector number, error=0
        .balign 8
vector_\number:
        .if     \error == 0
        pushl   $0
        .endif
        pushl   $\number
        jmp     trap_entry
        .pushsection .rodata.vectors, "a"
        .long   vector_\number
        .popsection
        .endm

        .section .rodata.vectors, "a"
        .balign 4
        .globl  vectors
vectors:

        .text
        .irp    number, 0, 1, 2, 3, 4, 5, 6, 7
        vector  \number
        .endr
        vector  8, error=1
        vector  9
        .irp    number, 10, 11, 12, 13, 14
        vector  \number, error=1
        .endr
        vector  15
        vector  16
        vector  17, error=1
        .irp    number, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        vector  \number
        .endr
        .irp    number, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47
        vector  \number
        .endr
        vector  128
        vector  129

trap_entry:
        pushal
        pushl   %ds
        pushl   %es
        pushl   %fs
        pushl   %gs
        movl    $NANVIX_SELECTOR_KERNEL_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        cld
        pushl   %esp
        call    trap
        popl    %eax

        .globl  trap_return
trap_return:
        popl    %gs
        popl    %fs
        popl    %es
        popl    %ds
        popal
        addl    $8, %esp
        iret
