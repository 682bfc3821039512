/*
 * Files and directories in use (node.h).
 */
#include "node.h"

#include <stddef.h>
#include <string.h>

#include "../pages.h"
#include "table.h"
#include "time.h"
#include "volume.h"

enum { BUCKETS = 64 };

static struct fat_node *buckets[BUCKETS];
/* Unlinked files that are still open. */
static struct fat_node *nameless;
static struct fat_node *free_nodes;
static struct fat_node root;

static struct fat_node **bucket_of(const uint8_t *slot)
{
    return &buckets[(uintptr_t)slot / FAT_SLOT_BYTES % BUCKETS];
}

static struct fat_node **list_of(const struct fat_node *node)
{
    return node->unlinked ? &nameless : bucket_of(node->place.slot);
}

static void enter_list(struct fat_node *node)
{
    struct fat_node **list = list_of(node);

    node->next = *list;
    *list = node;
}

static void leave_list(struct fat_node *node)
{
    struct fat_node **link = list_of(node);

    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
}

static struct fat_node *allocate(void)
{
    struct fat_node *node = free_nodes;

    if (node == NULL) {
        struct fat_node *page = nvx_pages_take(1);

        if (page == NULL)
            return NULL;
        for (unsigned i = 0; i < NANVIX_PAGE_SIZE / sizeof(*page); i++) {
            page[i].next = free_nodes;
            free_nodes = &page[i];
        }
        node = free_nodes;
    }
    free_nodes = node->next;
    return node;
}

struct fat_node *fat_node_root(void)
{
    if (root.references == 0) {
        root.references = 1;
        root.is_directory = true;
        root.attributes = FAT_ATTRIBUTE_DIRECTORY;
        root.first_cluster = fat_volume.root_cluster;
    }
    return fat_node_keep(&root);
}

struct fat_node *fat_node_get(struct fat_node *parent, const struct fat_place *place)
{
    struct fat_node *node = *bucket_of(place->slot);

    while (node != NULL && node->place.slot != place->slot)
        node = node->next;
    if (node != NULL)
        return fat_node_keep(node);

    node = allocate();
    if (node == NULL)
        return NULL;
    *node = (struct fat_node){
        .parent = fat_node_keep(parent),
        .place = *place,
        .references = 1,
        .first_cluster = fat_slot_cluster(place->slot),
        .attributes = place->slot[FAT_SLOT_ATTRIBUTES],
        .is_directory = (place->slot[FAT_SLOT_ATTRIBUTES] & FAT_ATTRIBUTE_DIRECTORY) != 0,
    };
    if (!node->is_directory)
        node->size = fat_read32(place->slot + FAT_SLOT_SIZE);
    enter_list(node);
    return node;
}

void fat_node_release(struct fat_node *node)
{
    while (node != NULL && --node->references == 0) {
        struct fat_node *parent = node->parent;

        if (node->modified)
            fat_node_store_time(node);
        leave_list(node);
        if (node->unlinked && node->first_cluster != 0)
            fat_free_chain(node->first_cluster);
        node->next = free_nodes;
        free_nodes = node;
        node = parent;
    }
}

void fat_node_store(struct fat_node *node)
{
    uint8_t *slot = node->place.slot;

    if (slot == NULL)
        return;
    fat_slot_set_cluster(slot, node->first_cluster);
    slot[FAT_SLOT_ATTRIBUTES] = node->attributes;
    fat_write32(slot + FAT_SLOT_SIZE, node->size);
}

void fat_node_store_time(struct fat_node *node)
{
    uint8_t *slot = node->place.slot;

    if (!node->modified)
        return;
    node->modified = false;
    if (slot == NULL)
        return;

    struct fat_time now = fat_time_now();

    fat_write16(slot + FAT_SLOT_MODIFIED_TIME, now.time);
    fat_write16(slot + FAT_SLOT_MODIFIED_DATE, now.date);
    fat_write16(slot + FAT_SLOT_ACCESSED_DATE, now.date);
}

void fat_node_unlink(struct fat_node *node)
{
    struct fat_place place = node->place;

    fat_node_forget_name(node);
    fat_directory_remove(node->parent->first_cluster, &place);
}

void fat_node_forget_name(struct fat_node *node)
{
    leave_list(node);
    memcpy(node->lost_slot, node->place.slot, FAT_SLOT_BYTES);
    node->place.slot = node->lost_slot;
    node->unlinked = true;
    enter_list(node);
}

void fat_node_move(struct fat_node *node, struct fat_node *parent, const struct fat_place *place)
{
    struct fat_node *old_parent = node->parent;

    leave_list(node);
    node->place = *place;
    node->parent = fat_node_keep(parent);
    enter_list(node);
    fat_node_release(old_parent);
}

bool fat_node_is_within(const struct fat_node *node, const struct fat_node *directory)
{
    while (node != NULL && node != directory)
        node = node->parent;
    return node != NULL;
}

void fat_node_finish_all(void)
{
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct fat_node *node = buckets[i]; node != NULL; node = node->next)
            fat_node_store_time(node);
    for (struct fat_node *node = nameless; node != NULL; node = node->next) {
        if (node->first_cluster != 0)
            fat_free_chain(node->first_cluster);
        node->first_cluster = 0;
        node->size = 0;
    }
}

/* Slots lie behind the boot sector, so these numbers never meet the root's. */
uint64_t fat_place_number(const struct fat_place *place)
{
    return (uint64_t)(place->slot - fat_volume.base) / FAT_SLOT_BYTES;
}

uint64_t fat_node_number(const struct fat_node *node)
{
    if (node->parent == NULL)
        return 1;
    /* A file without a name is told apart by its node. */
    if (node->unlinked)
        return (uint64_t)1 << 32 | (uint32_t)(uintptr_t)node;
    return fat_place_number(&node->place);
}
