/*
 * Open files: descriptors and what they stand for.
 */
#ifndef NVX_FILES_H
#define NVX_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fat_node;
struct nvx_kind;

/* An open file description: what dup shares. */
struct nvx_file {
    uint32_t references;
    /* O_ACCMODE, O_APPEND, O_NONBLOCK, O_PATH … as opened. */
    int flags;
    /* The file on the volume; null for other kinds. */
    struct fat_node *node;
    /* Bytes of a file; of a directory the number of names passed, `.` and `..` included, as slots + 2. */
    uint64_t offset;
    /* The host's number of a standard stream: 0, 1 or 2. */
    int stream;
    struct nvx_file *next_free;
    /* What can be done with it; null for a file on the volume. */
    const struct nvx_kind *kind;
    /* What the kind keeps of it. */
    void *object;
    /* Tells it from others that had its place before. */
    uint32_t serial;
};

/* The open file of a descriptor, or null. */
struct nvx_file *nvx_file_get(int descriptor);

/* A descriptor for a new open file of a kind, with the flags of an open; a negated error if there is none left. */
long nvx_file_open(const struct nvx_kind *kind, int flags, void *object);

/* Gives a reference back; the last one closes the file. */
void nvx_file_release(struct nvx_file *file);

/* The directory a descriptor is open on, without a reference: 0, -EBADF or -ENOTDIR. */
long nvx_file_directory(int descriptor, struct fat_node **node);

/* For mmap: the file of a descriptor, without a reference, if it may be mapped so. */
long nvx_file_mappable(int descriptor, bool shared, bool writes, struct fat_node **node);

/* Adds seals to a file in memory, or tells those it has (of null); -EINVAL of any other file (memfd.c). */
long nvx_memfd_seal(struct nvx_file *file, const uintptr_t *added);

/* A descriptor for a new file without a name. */
long nvx_file_open_nameless(int flags, unsigned mode);

#endif
