/* The two ways in, which meet at `start` with EAX = boot magic and EBX = where the initrd is.
 *
 * Nanvix's: 16-bit real mode at the trampoline, all segment bases 0, nothing in memory but us, the control page and
 * the initrd. Multiboot's (QEMU): 32-bit protected mode; hostless.c then arranges memory as Nanvix's host would have.
 */
#include <nanvix/abi.h>

        .section .trampoline, "ax"
        .code16
        .globl trampoline
trampoline:
        cli
        lgdtl   %cs:boot_gdt_register
        movl    %cr0, %ecx
        orl     $1, %ecx
        movl    %ecx, %cr0
        ljmpl   $NANVIX_SELECTOR_KERNEL_CODE, $protected

        .code32
protected:
        movl    $NANVIX_SELECTOR_KERNEL_DATA, %ecx
        movw    %cx, %ds
        movw    %cx, %es
        movw    %cx, %ss
        movw    %cx, %fs
        movw    %cx, %gs
        jmp     start

        .balign 8
boot_gdt:
        .quad   0
        .quad   0x00cf9a000000ffff      /* ring 0 code, base 0, 4 GiB */
        .quad   0x00cf92000000ffff      /* ring 0 data, likewise */
boot_gdt_register:
        .word   boot_gdt_register - boot_gdt - 1
        .long   boot_gdt

/* Flag 16 gives the addresses here precedence over the ELF header's, whose entry is for real mode. Flag 0 asks for
 * modules on page boundaries, flag 1 for the memory size. */
#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x00010003

        .section .multiboot, "a"
        .balign 4
multiboot_header:
        .long   MULTIBOOT_MAGIC
        .long   MULTIBOOT_FLAGS
        .long   -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
        .long   multiboot_header
        .long   body_begin
        .long   body_end
        .long   kernel_end
        .long   multiboot_start

        .text
        .globl multiboot_start
multiboot_start:
        movl    $boot_stack_top, %esp
        pushl   %ebx
        pushl   %eax
        call    hostless_prepare
        movl    %eax, %ebx
        movl    $NANVIX_BOOT_MAGIC, %eax

start:
        movl    $boot_stack_top, %esp
        pushl   $0
        popfl
        pushl   %ebx
        pushl   %eax
        call    kernel_main

        .bss
        .balign 16
        .skip   4096
boot_stack_top:
