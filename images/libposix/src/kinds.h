/*
 * Open files that are not on the volume: streams to the host, devices, pipes, sockets, event counters. Each kind is a table
 * of what can be done with one.
 */
#ifndef NVX_KINDS_H
#define NVX_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iovec;
struct nvx_file;

struct nvx_kind {
    /* What people call it: debuggers show it. First, so that they find it. */
    const char *name;
    /* Type and permissions, as stat tells them; a device's numbers. */
    uint32_t mode;
    uint32_t device;
    /* Seeking is ESPIPE, answers 0 (a device), or there is a position: what is waiting lies behind it. */
    enum { NVX_SEEKS_NOT, NVX_SEEKS_NOWHERE, NVX_SEEKS } seeks;
    /* What an open by name is refused with, or 0. */
    uint32_t open_error;
    /* Bytes done, or a negated error. The layer's lock is held, and given up while the call blocks. */
    long (*read)(struct nvx_file *file, void *buffer, size_t bytes);
    long (*write)(struct nvx_file *file, const void *buffer, size_t bytes);
    /* Several buffers at once, where that is another thing than one after the other; null: it is not. */
    long (*vector)(struct nvx_file *file, const struct iovec *parts, size_t count, bool writes);
    /* Of POLLIN, POLLOUT, POLLHUP and POLLERR those that hold now. */
    short (*ready)(const struct nvx_file *file);
    /* Bytes that a read would find at once (FIONREAD); null: not known. */
    size_t (*waiting)(const struct nvx_file *file);
    /* The last reference is gone; null: nothing to do. */
    void (*close)(struct nvx_file *file);
};

extern const struct nvx_kind nvx_stream_kind;

/* The device that a path leads to: 1 and it, 0 if there is none, or -ENOTDIR if the path goes on behind it. */
long nvx_device_find(const char *path, const struct nvx_kind **device);

/* The name of a device in /dev by its number, from 0; null behind the last. */
const char *nvx_device_name(unsigned number);

#endif
