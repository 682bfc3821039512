/*
 * Files in memory (memfd_create): files of the volume, which is memory, that never had a name. What they hold takes room there,
 * and is free again when the last descriptor and mapping is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "calls.h"
#include "files.h"
#include "pointers.h"

enum { LONGEST_NAME = 249 };

long nvx_call_memfd_create(const char *name, unsigned flags)
{
    long length = nvx_text_length(name, LONGEST_NAME + 1);

    if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING)) != 0)
        return -EINVAL;
    if (length < 0)
        return length == -ENAMETOOLONG ? -EINVAL : length;
    return nvx_file_open_nameless(O_RDWR | ((flags & MFD_CLOEXEC) ? O_CLOEXEC : 0), 0777);
}
