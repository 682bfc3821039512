/* context_switch(uint32_t *save, uint32_t load): leaves one kernel stack for another.
 *
 * On a stack that is left lie EDI, ESI, EBX, EBP and the return address; thread.c builds the same for a new thread,
 * with trap_return as the address.
 */
        .text
        .globl  context_switch
context_switch:
        movl    4(%esp), %eax
        movl    8(%esp), %edx
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    %esp, (%eax)
        movl    %edx, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret
