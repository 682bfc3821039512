/*
 * Snapshots, for programs on the guest's libc.
 */
#ifndef NANVIX_SNAPSHOT_H
#define NANVIX_SNAPSHOT_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Asks the kernel for a snapshot of the machine. Returns 0 both when it was taken and when the machine was restored
 * from it: the program can't tell which. Returns -1 with errno EPERM when the kernel arguments don't allow one (or no
 * second one), or ENOSYS when the kernel does not know snapshots; the program then goes on as if nothing had been
 * asked.
 */
int nanvix_take_snapshot(void);

#ifdef __cplusplus
}
#endif

#endif
