/*
 * Files and directories in use.
 *
 * One node per file, however often it is open, found again by the address of its short slot. A node holds its
 * directory's node, so that `..` and getcwd need no search. The slot on the volume is kept true at every change but the
 * time of modification, which is written when somebody asks for it or the last user leaves (POSIX: "marked for
 * update").
 *
 * What a slot has no room for (owner, all of the mode, nanoseconds, a lasting number) is held by the node (struct
 * fat_extra), which then stays until its file is removed. A file's further names (hard links) are slots of empty files; a
 * list says whose they are, and at the end of the program they get a copy of the content.
 */
#ifndef NVX_FAT_NODE_H
#define NVX_FAT_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../clock.h"
#include "directory.h"

/* What of a file the volume can't hold. */
struct fat_extra {
    struct fat_extra *next_free;
    /* Permissions, set-id and sticky bits. */
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    uint32_t number;
    struct nvx_instant accessed;
    struct nvx_instant modified;
    struct nvx_instant changed;
    struct nvx_instant created;
};

struct fat_node {
    struct fat_node *next;
    /* The directory it is in; null for the root. */
    struct fat_node *parent;
    /* Its name's place; `place.slot` is null for the root, and `lost_slot` for a file without a name (unlinked). */
    struct fat_place place;
    uint8_t lost_slot[FAT_SLOT_BYTES];
    uint32_t references;
    uint32_t first_cluster;
    /* Bytes of a file; 0 for a directory. */
    uint32_t size;
    uint8_t attributes;
    bool is_directory;
    bool unlinked;
    bool modified;
    /* A run of the file's clusters that lie one behind the other, where the last access was: index of the first, its
     * cluster (0: nothing is known), and how many are known. A file in one piece walks its chain once, however it is read. */
    uint32_t near_index;
    uint32_t near_cluster;
    uint32_t near_count;
    /* A symbolic link: its content says so and where to (fat_node_target). */
    bool is_link;
    /* A named pipe; `fifo` is what goes through it while it is open. */
    bool is_fifo;
    struct nvx_fifo *fifo;
    /* A socket's name; `socket` is the one it leads to while that is open. */
    bool is_socket;
    struct nvx_socket *socket;
    /* What may no longer be done to a file in memory: F_SEAL_… (memfd.c). */
    uint8_t seals;
    bool sealable;
    /* Part of the content lies in memory that programs share (shared.c). */
    bool shared;
    /* Null as long as the slot says all. */
    struct fat_extra *extra;
};

/* The root, with a reference for the caller. */
struct fat_node *fat_node_root(void);

/* The node of a place in a directory, with a reference for the caller; null if there is no memory. */
struct fat_node *fat_node_get(struct fat_node *parent, const struct fat_place *place);

static inline struct fat_node *fat_node_keep(struct fat_node *node)
{
    node->references++;
    return node;
}

/* Gives a reference back. The last one of an unlinked file frees its clusters. */
void fat_node_release(struct fat_node *node);

/* Writes first cluster, size and attributes into the slot. */
void fat_node_store(struct fat_node *node);

/* Writes the time of modification if it is due. */
void fat_node_store_time(struct fat_node *node);

/* What the volume can't hold of a file, filled in from its slot the first time; null if there is no memory. */
struct fat_extra *fat_node_extra(struct fat_node *node);

/* The same for a file that was just made: it has a number that no file before it had, and its times begin now. */
struct fat_extra *fat_node_begin_extra(struct fat_node *node, uint32_t mode);

/* A file that never had a name, or null. */
struct fat_node *fat_node_make_nameless(void);

/* Takes the name at a place of `directory` away: removes the slots. With the last name the clusters go with the last
 * reference. */
void fat_node_unlink(struct fat_node *node, struct fat_node *directory, const struct fat_place *place);

/* The same when somebody else has taken over the slots. */
void fat_node_forget_name(struct fat_node *node, const struct fat_place *place);

/* The name of a node at `from` is at `to` from now on. */
void fat_node_move(struct fat_node *node, const struct fat_place *from, struct fat_node *parent,
                   const struct fat_place *to);

/* One more name for a file, at a place where an empty file's slots stand. False if there is no memory. */
bool fat_node_link(struct fat_node *node, struct fat_node *parent, const struct fat_place *place);

/* How many names a file has. */
uint32_t fat_node_links(const struct fat_node *node);

/* Copies all but the name from one slot to another. */
void fat_slot_copy(uint8_t *to, const uint8_t *from);

/* Is this the slot of a symbolic link, of a named pipe, or of a socket's name? */
bool fat_slot_is_link(const uint8_t *slot);
bool fat_slot_is_fifo(const uint8_t *slot);
bool fat_slot_is_socket(const uint8_t *slot);

/* Where a symbolic link leads, at most `bytes` of it; answers its length. */
size_t fat_node_target(struct fat_node *node, char *text, size_t bytes);

/* Makes an empty file a symbolic link. 0 or -ENOSPC. */
long fat_node_make_link(struct fat_node *node, const char *target, size_t bytes);

/* Makes an empty file a named pipe, or the name of a socket. */
void fat_node_make_fifo(struct fat_node *node);
void fat_node_make_socket(struct fat_node *node);

/* True if `node` is `directory` or lies below it. */
bool fat_node_is_within(const struct fat_node *node, const struct fat_node *directory);

/* At the end of the program: writes what is due, frees what is unlinked. */
void fat_node_finish_all(void);

/* Number that no other file has. The second asks for what has its name at a place. */
uint64_t fat_node_number(const struct fat_node *node);
uint64_t fat_place_number(const struct fat_place *place);

#endif
