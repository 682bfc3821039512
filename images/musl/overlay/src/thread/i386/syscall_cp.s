# Replaces musl's src/thread/i386/syscall_cp.s: a system call that is a cancellation point. A thread that was cancelled
# does not begin it; one that is cancelled while it blocks gets EINTR, and musl's caller of this (pthread_cancel.c)
# acts on that.
.text
.global __cp_begin
.hidden __cp_begin
.global __cp_end
.hidden __cp_end
.global __cp_cancel
.hidden __cp_cancel
.hidden __cancel
.hidden nanvix_posix_syscall
.global __syscall_cp_asm
.hidden __syscall_cp_asm
.type __syscall_cp_asm,@function
__syscall_cp_asm:
	mov 4(%esp),%ecx
__cp_begin:
	cmpl $0,(%ecx)
	jne __cp_cancel
	# Number and six arguments, last one first: each push brings the next one to the same offset.
	.rept 7
	pushl 32(%esp)
	.endr
	call nanvix_posix_syscall
__cp_end:
	add $28,%esp
	ret
__cp_cancel:
	jmp __cancel
