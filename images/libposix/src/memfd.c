/*
 * Files in memory (memfd_create): files of the volume, which is memory, that never had a name. What they hold takes room there,
 * and is free again when the last descriptor and mapping is gone. Seals forbid what whoever is given such a file must not find
 * done to it; where content changes they are looked at (fat/content.c), and here.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "calls.h"
#include "fat/node.h"
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

    long descriptor = nvx_file_open_nameless(O_RDWR | ((flags & MFD_CLOEXEC) ? O_CLOEXEC : 0), 0777);

    if (descriptor >= 0) {
        struct fat_node *node = nvx_file_get((int)descriptor)->node;

        node->sealable = true;
        node->seals = (flags & MFD_ALLOW_SEALING) ? 0 : F_SEAL_SEAL;
    }
    return descriptor;
}

long nvx_memfd_seal(struct nvx_file *file, const uintptr_t *added)
{
    const uintptr_t known = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
    struct fat_node *node = file->node;

    if (node == NULL || !node->sealable)
        return -EINVAL;
    if (added == NULL)
        return node->seals;
    if ((file->flags & O_ACCMODE) == O_RDONLY)
        return -EPERM;
    if (*added & ~known)
        return -EINVAL;
    if (node->seals & F_SEAL_SEAL)
        return -EPERM;
    /* A shared mapping could go on writing. */
    if ((*added & F_SEAL_WRITE) && !(node->seals & F_SEAL_WRITE) && node->shared)
        return -EBUSY;
    node->seals |= (uint8_t)*added;
    return 0;
}
