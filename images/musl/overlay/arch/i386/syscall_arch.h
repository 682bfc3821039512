/*
 * Replaces musl's arch/i386/syscall_arch.h: a system call is a call of the POSIX layer
 * (images/libposix/src/dispatch.c), with the number and the arguments Linux would have got. No instruction of musl
 * enters a kernel.
 */
hidden long nanvix_posix_syscall(long number, long a, long b, long c, long d, long e, long f);

/* A 64-bit argument takes two words, the low one first; no argument is aligned to a pair. */
#define __SYSCALL_LL_E(x) (long)(unsigned long long)(x), (long)((unsigned long long)(x) >> 32)
#define __SYSCALL_LL_O(x) __SYSCALL_LL_E(x)

static inline long __syscall0(long n)
{
	return nanvix_posix_syscall(n, 0, 0, 0, 0, 0, 0);
}

static inline long __syscall1(long n, long a)
{
	return nanvix_posix_syscall(n, a, 0, 0, 0, 0, 0);
}

static inline long __syscall2(long n, long a, long b)
{
	return nanvix_posix_syscall(n, a, b, 0, 0, 0, 0);
}

static inline long __syscall3(long n, long a, long b, long c)
{
	return nanvix_posix_syscall(n, a, b, c, 0, 0, 0);
}

static inline long __syscall4(long n, long a, long b, long c, long d)
{
	return nanvix_posix_syscall(n, a, b, c, d, 0, 0);
}

static inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
	return nanvix_posix_syscall(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
	return nanvix_posix_syscall(n, a, b, c, d, e, f);
}
