/* The snapshot call. The host saves the machine while the OUT is executed; the same instruction then returns in the
 * machine that goes on and in every machine restored from the snapshot, so that both see 0. */
#include "kernel.h"

int64_t kcall_snapshot(void)
{
    switch (options.snapshots) {
    case SNAPSHOTS_UNKNOWN:
        return -NANVIX_ENOSYS;
    case SNAPSHOTS_FORBIDDEN:
        return -NANVIX_EPERM;
    case SNAPSHOTS_ONE:
        options.snapshots = SNAPSHOTS_FORBIDDEN;
        break;
    case SNAPSHOTS_ANY:
        break;
    }
    host_command(NANVIX_MACHINE_SNAPSHOT, 0);
    return 0;
}
