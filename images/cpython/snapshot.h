/* The snapshot call. */
#ifndef NVX_SNAPSHOT_H
#define NVX_SNAPSHOT_H

/* Asks the kernel for a snapshot. 0 when it was taken, and again each time it is restored; a negated error number otherwise. */
int nvx_snapshot(void);

#endif
