/*
 * Futexes with an owner.
 */
#ifndef NVX_FUTEX_OWNED_H
#define NVX_FUTEX_OWNED_H

struct nvx_instant;

/* Makes the calling thread the owner, waiting until a deadline (null: for ever). 0, -EDEADLK or -ETIMEDOUT. */
long nvx_futex_lock_owned(volatile int *word, const struct nvx_instant *deadline);

/* The same without waiting: -EAGAIN. */
long nvx_futex_try_lock_owned(volatile int *word);

/* Lets the next one be the owner. 0, or -EPERM for a stranger. */
long nvx_futex_unlock_owned(volatile int *word);

#endif
