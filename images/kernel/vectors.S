/* Where interrupts, exceptions and kernel calls enter: every vector gets the frame of trap.h, then trap() in C.
 *
 * All gates are interrupt gates, so the kernel runs with interrupts off. The data segments are loaded anew since
 * the program may have put anything into them, and the direction flag is cleared for the compiler.
 *
 * The .cfi lines are for debuggers: they lead a stack walk from the kernel into the program. Their frame address is
 * that of the EIP which the processor pushed.
 */
#include <nanvix/abi.h>

        .cfi_sections .debug_frame

/* The processor pushed ESP only if it came from ring 3; else the interrupted stack begins behind EFLAGS. In DWARF, from
 * the frame address: (CS & 3) != 0 ? *(address + 12) : address + 12. */
        .macro  frame_of_processor
        .cfi_signal_frame
        .cfi_offset %eip, 0
        .cfi_escape 0x16, 4, 17, 0x12, 0x23, 4, 0x06, 0x33, 0x1a, 0x28, 5, 0, 0x23, 12, 0x2f, 3, 0, 0x23, 12, 0x06
        .endm

        .macro  push what
        pushl   \what
        .cfi_adjust_cfa_offset 4
        .endm

        .macro  pop what
        popl    \what
        .cfi_adjust_cfa_offset -4
        .endm

        .macro  vector number, error=0
        .balign 8
vector_\number:
        .cfi_startproc simple
        .cfi_def_cfa %esp, 4 * \error
        frame_of_processor
        .if     \error == 0
        push    $0
        .endif
        push    $\number
        jmp     trap_entry
        .cfi_endproc
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
        vector  NANVIX_TRAP_VECTOR

trap_entry:
        .cfi_startproc simple
        .cfi_def_cfa %esp, 8
        frame_of_processor
        pushal
        .cfi_adjust_cfa_offset 32
        .cfi_offset %eax, -12
        .cfi_offset %ecx, -16
        .cfi_offset %edx, -20
        .cfi_offset %ebx, -24
        .cfi_offset %ebp, -32
        .cfi_offset %esi, -36
        .cfi_offset %edi, -40
        push    %ds
        push    %es
        push    %fs
        push    %gs
        movl    $NANVIX_SELECTOR_KERNEL_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        cld
        push    %esp
        call    trap
        pop     %eax

        .globl  trap_return
trap_return:
        pop     %gs
        pop     %fs
        pop     %es
        pop     %ds
        popal
        .cfi_adjust_cfa_offset -32
        .cfi_restore %eax
        .cfi_restore %ecx
        .cfi_restore %edx
        .cfi_restore %ebx
        .cfi_restore %ebp
        .cfi_restore %esi
        .cfi_restore %edi
        addl    $8, %esp
        .cfi_adjust_cfa_offset -8
        iret
        .cfi_endproc
