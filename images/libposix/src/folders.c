/*
 * Folders (folders.h). /proc, /proc/self and the folder of open files are a list of names and nothing else. /dev is a folder of
 * the volume, since /dev/shm is one, and lists the devices beside what the volume has in it; where the volume has no room for
 * it, it is a list of names too.
 */
#include "folders.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "calls.h"
#include "fat/node.h"
#include "files.h"
#include "kinds.h"
#include "limits.h"
#include "path.h"
#include "process.h"
#include "special.h"

static long refuse_read(struct nvx_file *file, void *buffer, size_t bytes)
{
    (void)file, (void)buffer, (void)bytes;
    return -EISDIR;
}

static long refuse_write(struct nvx_file *file, const void *buffer, size_t bytes)
{
    (void)file, (void)buffer, (void)bytes;
    return -EBADF;
}

static short always_ready(const struct nvx_file *file)
{
    (void)file;
    return POLLIN | POLLOUT;
}

const struct nvx_kind nvx_folder_kind = {
    .name = "folder",
    .mode = S_IFDIR | 0555,
    .seeks = NVX_SEEKS,
    .read = refuse_read,
    .write = refuse_write,
    .ready = always_ready,
};

static bool one_of(const char *const *names, unsigned count, unsigned number, char *name)
{
    if (number >= count)
        return false;
    strcpy(name, names[number]);
    return true;
}

#define ONE_OF(names, number, name) one_of(names, sizeof(names) / sizeof((names)[0]), number, name)

static bool name_in_dev(unsigned number, char *name)
{
    static const char *const links[] = {"fd", "stdin", "stdout", "stderr"};
    enum { LINKS = sizeof(links) / sizeof(links[0]) };
    const char *device;

    if (number < LINKS)
        return ONE_OF(links, number, name);
    device = nvx_device_name(number - LINKS);
    if (device != NULL)
        strcpy(name, device);
    return device != NULL;
}

static bool name_in_proc(unsigned number, char *name)
{
    static const char *const names[] = {"self"};

    if (number == 1)
        nvx_special_digits(name, (uint32_t)nvx_process_id);
    return number == 1 || ONE_OF(names, number, name);
}

static bool name_in_process(unsigned number, char *name)
{
    static const char *const names[] = {"exe", "fd"};

    return ONE_OF(names, number, name);
}

static bool name_in_descriptors(unsigned number, char *name)
{
    if (number < NVX_DESCRIPTORS && nvx_file_get((int)number) != NULL)
        nvx_special_digits(name, number);
    else
        name[0] = '\0';
    return number < NVX_DESCRIPTORS;
}

const struct nvx_folder nvx_folder_dev = {"/dev", name_in_dev};
const struct nvx_folder nvx_folder_proc = {"/proc", name_in_proc};
const struct nvx_folder nvx_folder_process = {"/proc/self", name_in_process};
const struct nvx_folder nvx_folder_descriptors = {"/proc/self/fd", name_in_descriptors};

bool nvx_folder_find(const struct nvx_folder *folder, const char *name, struct nvx_special *special)
{
    char path[NVX_PATH_BYTES];

    if (strlen(folder->path) + 1 + strlen(name) >= sizeof(path))
        return false;
    strcpy(stpcpy(stpcpy(path, folder->path), "/"), name);
    return nvx_special_look_up(path, special) > 0;
}

/* Folders of the volume that programs expect, those they lie in first; each is made with the one that leads there. */
static struct made {
    const char *path;
    const char *with;
    unsigned mode;
    bool looked_for;
    bool made;
    bool missing;
} made_here[] = {{.path = "/tmp", .with = "/tmp", .mode = 01777},
                 {.path = "/dev", .with = "/dev", .mode = 0755},
                 {.path = "/dev/shm", .with = "/dev", .mode = 01777}};

enum { MADE_HERE = sizeof(made_here) / sizeof(made_here[0]), DEV = 1 };

bool nvx_special_folder_is_used;

const struct nvx_folder *nvx_folder_of(const struct nvx_file *file)
{
    return file->node == NULL && file->kind == &nvx_folder_kind ? file->object : NULL;
}

const struct nvx_folder *nvx_folder_upon(const struct fat_node *directory)
{
    return nvx_special_folder_is_used && nvx_path_is(directory, nvx_folder_dev.path) ? &nvx_folder_dev : NULL;
}

/* Making or removing one is a call with a path of its own, which comes here again. */
static bool is_busy;

bool nvx_folders_make(const char *path)
{
    if (is_busy)
        return true;
    is_busy = true;
    for (struct made *folder = made_here; folder < made_here + MADE_HERE; folder++) {
        long result;

        if (folder->looked_for || nvx_special_behind(path, folder->with) == NULL)
            continue;
        folder->looked_for = true;
        result = nvx_call_mkdir(folder->path, folder->mode);
        folder->made = result == 0;
        folder->missing = result < 0 && result != -EEXIST;
    }
    is_busy = false;
    nvx_special_folder_is_used |= nvx_special_behind(path, nvx_folder_dev.path) != NULL;
    return !made_here[DEV].missing;
}

void nvx_folders_finish(void)
{
    is_busy = true;
    nvx_special_folder_is_used = false;
    for (unsigned i = MADE_HERE; i-- > 0;)
        if (made_here[i].made)
            (void)nvx_call_rmdir(made_here[i].path);
}
