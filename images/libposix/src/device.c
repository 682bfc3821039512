/*
 * Devices: what a program finds in /dev.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "kinds.h"
#include "pointers.h"
#include "random.h"
#include "streams.h"

/* Numbers of character devices, as Linux has them. */
enum { MEMORY_MAJOR = 1, NULL_MINOR = 3, ZERO_MINOR = 5, FULL_MINOR = 7, RANDOM_MINOR = 8, URANDOM_MINOR = 9 };
enum { TERMINAL_MAJOR = 5, CONTROLLING_MINOR = 0, CONSOLE_MINOR = 1 };
#define DEVICE(minor) (MEMORY_MAJOR << 8 | (minor))

static long read_nothing(struct nvx_file *file, void *buffer, size_t bytes)
{
    (void)file, (void)buffer, (void)bytes;
    return 0;
}

static long read_zeros(struct nvx_file *file, void *buffer, size_t bytes)
{
    (void)file;
    if (!nvx_writable(buffer, bytes))
        return -EFAULT;
    memset(buffer, 0, bytes);
    return (long)bytes;
}

static long read_random(struct nvx_file *file, void *buffer, size_t bytes)
{
    (void)file;
    if (!nvx_writable(buffer, bytes))
        return -EFAULT;
    nvx_random_fill(buffer, bytes);
    return (long)bytes;
}

static long drop(struct nvx_file *file, const void *buffer, size_t bytes)
{
    (void)file, (void)buffer;
    return (long)bytes;
}

static long refuse(struct nvx_file *file, const void *buffer, size_t bytes)
{
    (void)file, (void)buffer;
    return bytes == 0 ? 0 : -ENOSPC;
}

/* The console of the machine is the host's: what standard input and output are at the start. */
static long read_console(struct nvx_file *file, void *buffer, size_t bytes)
{
    (void)file;
    return nvx_stream_read(0, buffer, bytes);
}

static long write_console(struct nvx_file *file, const void *buffer, size_t bytes)
{
    (void)file;
    return nvx_stream_write(1, buffer, bytes);
}

static short always_ready(const struct nvx_file *file)
{
    (void)file;
    return POLLIN | POLLOUT;
}

#define KIND(path, minor, reading, writing) \
    {.name = (path), .mode = S_IFCHR | 0666, .device = DEVICE(minor), .seeks = NVX_SEEKS_NOWHERE, .read = (reading), .write = (writing), \
     .ready = always_ready}

static const struct nvx_kind devices[] = {
    KIND("/dev/null", NULL_MINOR, read_nothing, drop),
    KIND("/dev/zero", ZERO_MINOR, read_zeros, drop),
    KIND("/dev/full", FULL_MINOR, read_zeros, refuse),
    KIND("/dev/random", RANDOM_MINOR, read_random, drop),
    KIND("/dev/urandom", URANDOM_MINOR, read_random, drop),
    {.name = "/dev/tty", .mode = S_IFCHR | 0666, .device = TERMINAL_MAJOR << 8 | CONTROLLING_MINOR, .open_error = ENXIO},
    {.name = "/dev/console", .mode = S_IFCHR | 0600, .device = TERMINAL_MAJOR << 8 | CONSOLE_MINOR, .read = read_console,
     .write = write_console, .ready = always_ready},
};

enum { DEVICES = sizeof(devices) / sizeof(devices[0]) };

long nvx_device_find(const char *path, const struct nvx_kind **device)
{
    for (unsigned i = 0; i < DEVICES; i++) {
        size_t length = strlen(devices[i].name);

        if (strncmp(path, devices[i].name, length) != 0)
            continue;
        if (path[length] == '/')
            return -ENOTDIR;
        if (path[length] == '\0') {
            *device = &devices[i];
            return 1;
        }
    }
    return 0;
}

const char *nvx_device_name(unsigned number)
{
    return number < DEVICES ? devices[number].name + sizeof("/dev/") - 1 : NULL;
}
