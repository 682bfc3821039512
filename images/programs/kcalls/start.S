/* Start code of the kernel-call programs: no libc, nothing but the registers the kernel starts a program with. */
        .text
        .globl  _start
_start:
        xorl    %ebp, %ebp
        pushl   %ecx
        pushl   %edx
        call    program
        call    leave

        .section .note.GNU-stack, "", @progbits
