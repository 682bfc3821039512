/*
 * The two moments of a thread that C can't express: its first instruction, and the change to the stack it leaves on.
 */
    .text

/* The kernel starts a thread here with EDX = its slot and ESP = the top of its stack. */
    .globl nvx_thread_entry
    .hidden nvx_thread_entry
    .type nvx_thread_entry, @function
nvx_thread_entry:
    xor %ebp, %ebp
    and $-16, %esp
    sub $12, %esp
    push %edx
    call nvx_thread_begin
    ud2
    .size nvx_thread_entry, . - nvx_thread_entry

/* void nvx_thread_leave_on(unsigned char *stack_top, const struct nvx_leaving *how): copies 4 words of *how to the new
 * stack as the arguments of nvx_thread_finish, which never returns. */
    .globl nvx_thread_leave_on
    .hidden nvx_thread_leave_on
    .type nvx_thread_leave_on, @function
nvx_thread_leave_on:
    mov 4(%esp), %eax
    mov 8(%esp), %ecx
    mov %eax, %esp
    xor %ebp, %ebp
    push 12(%ecx)
    push 8(%ecx)
    push 4(%ecx)
    push (%ecx)
    call nvx_thread_finish
    ud2
    .size nvx_thread_leave_on, . - nvx_thread_leave_on

    .section .note.GNU-stack, "", @progbits
