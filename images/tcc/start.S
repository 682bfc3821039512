/*
 * What TinyCC's linker lacks for a program of the guest, linked in front of it.
 *
 * The linker takes members of archives only where something asks for them, so something asks for _start. And it gives no symbol
 * for the ELF header, and loads none: libposix reads the header's fields, so here is one without program headers. A program that
 * TinyCC made has no thread-local data, which is all that they would tell.
 */
    .section .data
    .long _start

    .section .rodata
    .balign 4
    .globl __ehdr_start
__ehdr_start:
    .byte 0x7f, 'E', 'L', 'F', 1, 1, 1, 0
    .zero 8
    .short 2, 3                 /* an executable, for a 386 */
    .long 1, _start, 0, 0, 0    /* version, entry, program headers, sections, flags */
    .short 52, 32, 0, 40, 0, 0  /* sizes and numbers */
    .section .note.GNU-stack, "", @progbits
