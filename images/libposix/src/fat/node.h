/*
 * Files and directories in use.
 *
 * One node per file, however often it is open, found again by the address of its short slot. A node holds its
 * directory's node, so that `..` and getcwd need no search. The slot on the volume is kept true at every change but the
 * time of modification, which is written when somebody asks for it or the last user leaves (POSIX: "marked for
 * update").
 */
#ifndef NVX_FAT_NODE_H
#define NVX_FAT_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"

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
    /* A cluster of the file and its index, where the last access ended: sequential access walks no chain. */
    uint32_t near_index;
    uint32_t near_cluster;
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

/* Takes the name away: removes the slots; the clusters go with the last reference. */
void fat_node_unlink(struct fat_node *node);

/* The same when somebody else has taken over the slots. */
void fat_node_forget_name(struct fat_node *node);

/* A node got another name: it is found there from now on. */
void fat_node_move(struct fat_node *node, struct fat_node *parent, const struct fat_place *place);

/* True if `node` is `directory` or lies below it. */
bool fat_node_is_within(const struct fat_node *node, const struct fat_node *directory);

/* At the end of the program: writes what is due, frees what is unlinked. */
void fat_node_finish_all(void);

/* Number that no other file has: the slot's place on the volume. */
uint64_t fat_place_number(const struct fat_place *place);
uint64_t fat_node_number(const struct fat_node *node);

#endif
