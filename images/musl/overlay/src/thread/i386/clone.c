/*
 * Replaces musl's src/thread/i386/clone.s. A new thread can't return from the system call of its maker, as it does on
 * Linux, since that is a function call here: so the layer is told what to run, in the sixth argument, which Linux does
 * not use.
 */
#include <stdarg.h>

#include "pthread_impl.h"

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...)
{
	struct {
		int (*func)(void *);
		void *arg;
	} start = {func, arg};
	va_list more;

	va_start(more, arg);
	pid_t *parent_tid = va_arg(more, pid_t *);
	void *thread_area = va_arg(more, void *);
	pid_t *child_tid = va_arg(more, pid_t *);
	va_end(more);
	return __syscall(SYS_clone, flags, stack, parent_tid, thread_area, child_tid, &start);
}
