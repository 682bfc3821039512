/*
 * Replaces musl's src/thread/i386/__unmapself.s: a detached thread unmaps its own stack and ends. The layer ends every
 * thread on a stack of its own, so it only needs to be told what to unmap there: in the second and third argument of
 * exit, which Linux does not use.
 */
#include "pthread_impl.h"

void __unmapself(void *base, size_t size)
{
	__syscall(SYS_exit, 0, base, size);
}
