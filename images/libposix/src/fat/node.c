/*
 * Files and directories in use (node.h).
 */
#include "node.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "../limits.h"
#include "../pages.h"
#include "content.h"
#include "table.h"
#include "time.h"
#include "volume.h"

enum {
    BUCKETS = 256,
    /* Numbers of files that were not on the volume at the start: beyond those that are places on it. */
    FIRST_NEW_NUMBER = 1 << 28,
    OWNER_WRITES = 0200,
};

/* A further name of a file: where its slots stand. */
struct link {
    struct link *next;
    struct fat_node *node;
    struct fat_node *parent;
    struct fat_place place;
};

static struct fat_node *buckets[BUCKETS];
/* Unlinked files that are still open. */
static struct fat_node *nameless;
static struct fat_node *free_nodes;
static struct fat_extra *free_extras;
static struct link *links;
static struct link *free_links;
static struct fat_node root;

/* A symbolic link is a file with the system attribute that begins so, as Cygwin has them; a NUL ends the target. */
static const char cookie[] = "!<symlink>";
enum { COOKIE_BYTES = sizeof(cookie) - 1 };

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

/* Takes the first of a list of free structures, each of which begins with a pointer to the next; makes a page of them if
 * there is none. */
static void *take_free(void **list, size_t bytes)
{
    void **taken = *list;

    if (taken == NULL) {
        char *page = nvx_pages_take(1);

        if (page == NULL)
            return NULL;
        for (size_t at = 0; at + bytes <= NANVIX_PAGE_SIZE; at += bytes) {
            *(void **)(page + at) = *list;
            *list = page + at;
        }
        taken = *list;
    }
    *list = *taken;
    return taken;
}

static void give_free(void **list, void *what)
{
    *(void **)what = *list;
    *list = what;
}

#define TAKE(list) take_free((void **)&(list), sizeof(*(list)))
#define GIVE(list, what) give_free((void **)&(list), (what))

static struct fat_node *find(const uint8_t *slot)
{
    struct fat_node *node = *bucket_of(slot);

    while (node != NULL && node->place.slot != slot)
        node = node->next;
    return node;
}

/* Where in the list the further name at a slot stands, or null. */
static struct link **link_at(const uint8_t *slot)
{
    for (struct link **at = &links; *at != NULL; at = &(*at)->next)
        if ((*at)->place.slot == slot)
            return at;
    return NULL;
}

/* Takes a further name out of the list. */
static void drop_link(struct link **at)
{
    struct link *link = *at;

    *at = link->next;
    fat_node_release(link->parent);
    GIVE(free_links, link);
}

bool fat_slot_is_link(const uint8_t *slot)
{
    return (slot[FAT_SLOT_ATTRIBUTES] & (FAT_ATTRIBUTE_SYSTEM | FAT_ATTRIBUTE_DIRECTORY)) == FAT_ATTRIBUTE_SYSTEM &&
           fat_read32(slot + FAT_SLOT_SIZE) > COOKIE_BYTES && fat_is_data_cluster(fat_slot_cluster(slot)) &&
           memcmp(fat_cluster_address(fat_slot_cluster(slot)), cookie, COOKIE_BYTES) == 0;
}

/* An empty file with these of the attributes. */
static bool is_special(const uint8_t *slot, uint8_t attributes)
{
    const uint8_t all = FAT_ATTRIBUTE_SYSTEM | FAT_ATTRIBUTE_HIDDEN | FAT_ATTRIBUTE_DIRECTORY;

    return (slot[FAT_SLOT_ATTRIBUTES] & all) == attributes && fat_read32(slot + FAT_SLOT_SIZE) == 0;
}

/* As Interix and NTFS drivers have it. */
bool fat_slot_is_fifo(const uint8_t *slot)
{
    return is_special(slot, FAT_ATTRIBUTE_SYSTEM);
}

bool fat_slot_is_socket(const uint8_t *slot)
{
    return is_special(slot, FAT_ATTRIBUTE_SYSTEM | FAT_ATTRIBUTE_HIDDEN);
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
    struct fat_node *node = find(place->slot);

    if (node != NULL)
        return fat_node_keep(node);
    if (links != NULL) {
        struct link **further = link_at(place->slot);

        if (further != NULL)
            return fat_node_keep((*further)->node);
    }

    node = TAKE(free_nodes);
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
    if (node->attributes & FAT_ATTRIBUTE_SYSTEM) {
        node->is_link = fat_slot_is_link(place->slot);
        node->is_fifo = fat_slot_is_fifo(place->slot);
        node->is_socket = fat_slot_is_socket(place->slot);
    }
    enter_list(node);
    return node;
}

struct fat_node *fat_node_make_nameless(void)
{
    struct fat_node *node = TAKE(free_nodes);

    if (node == NULL)
        return NULL;
    *node = (struct fat_node){.references = 1, .attributes = FAT_ATTRIBUTE_ARCHIVE, .unlinked = true};
    node->place.slot = node->lost_slot;
    memset(node->lost_slot, 0, sizeof(node->lost_slot));
    enter_list(node);
    return node;
}

static uint64_t number_of_place(const struct fat_place *place)
{
    return (uint64_t)(place->slot - fat_volume.base) / FAT_SLOT_BYTES;
}

static struct nvx_instant slot_time(const uint8_t *slot, unsigned date, unsigned time)
{
    return (struct nvx_instant){fat_time_to_seconds(fat_read16(slot + date), time == 0 ? 0 : fat_read16(slot + time)), 0};
}

struct fat_extra *fat_node_extra(struct fat_node *node)
{
    struct fat_extra *extra = node->extra;
    const uint8_t *slot = node->place.slot;

    if (extra != NULL || (extra = TAKE(free_extras)) == NULL)
        return extra;
    *extra = (struct fat_extra){.mode = node->is_directory ? 0755 : 0444};
    if (!node->is_directory && !(node->attributes & FAT_ATTRIBUTE_READ_ONLY))
        extra->mode |= OWNER_WRITES;
    extra->number = (uint32_t)fat_node_number(node);
    if (slot != NULL) {
        extra->accessed = slot_time(slot, FAT_SLOT_ACCESSED_DATE, 0);
        extra->modified = extra->changed = slot_time(slot, FAT_SLOT_MODIFIED_DATE, FAT_SLOT_MODIFIED_TIME);
        extra->created = slot_time(slot, FAT_SLOT_CREATED_DATE, FAT_SLOT_CREATED_TIME);
    } else {
        extra->accessed = extra->modified = extra->changed = extra->created =
            (struct nvx_instant){fat_time_to_seconds(0, 0), 0};
    }
    node->extra = extra;
    /* It stays as long as it has a name. */
    if (!node->unlinked)
        node->references++;
    return extra;
}

struct fat_extra *fat_node_begin_extra(struct fat_node *node, uint32_t mode)
{
    static uint32_t made;
    struct fat_extra *extra = fat_node_extra(node);

    if (extra != NULL) {
        extra->mode = mode;
        extra->number = FIRST_NEW_NUMBER + made++;
        extra->accessed = extra->modified = extra->changed = extra->created = nvx_clock_now();
    }
    return extra;
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
        if (node->extra != NULL)
            GIVE(free_extras, node->extra);
        GIVE(free_nodes, node);
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
    struct fat_extra *extra;
    struct nvx_instant now;
    struct fat_time stored;

    if (!node->modified)
        return;
    node->modified = false;
    now = nvx_clock_now();
    extra = fat_node_extra(node);
    if (extra != NULL)
        extra->modified = extra->changed = now;
    if (slot == NULL)
        return;
    stored = fat_time_from(now.seconds, now.nanoseconds);
    fat_write16(slot + FAT_SLOT_MODIFIED_TIME, stored.time);
    fat_write16(slot + FAT_SLOT_MODIFIED_DATE, stored.date);
    fat_write16(slot + FAT_SLOT_ACCESSED_DATE, stored.date);
}

void fat_slot_copy(uint8_t *to, const uint8_t *from)
{
    uint8_t case_flags = to[FAT_SLOT_CASE_FLAGS];

    memcpy(to + FAT_SHORT_BYTES, from + FAT_SHORT_BYTES, FAT_SLOT_BYTES - FAT_SHORT_BYTES);
    to[FAT_SLOT_CASE_FLAGS] = case_flags;
}

void fat_node_unlink(struct fat_node *node, struct fat_node *directory, const struct fat_place *place)
{
    const struct fat_place removed = *place;
    const uint32_t first_cluster = directory->first_cluster;

    fat_node_forget_name(node, place);
    fat_directory_remove(first_cluster, &removed);
}

/* The file goes on under one of its further names. */
static void inherit(struct fat_node *node, struct link **heir)
{
    struct fat_node *old_parent = node->parent;

    fat_slot_copy((*heir)->place.slot, node->place.slot);
    leave_list(node);
    node->place = (*heir)->place;
    node->parent = fat_node_keep((*heir)->parent);
    enter_list(node);
    drop_link(heir);
    fat_node_release(old_parent);
}

void fat_node_forget_name(struct fat_node *node, const struct fat_place *place)
{
    if (node->extra != NULL)
        node->extra->changed = nvx_clock_now();
    if (place->slot != node->place.slot) {
        drop_link(link_at(place->slot));
        return;
    }
    for (struct link **at = &links; *at != NULL; at = &(*at)->next)
        if ((*at)->node == node) {
            inherit(node, at);
            return;
        }
    /* Whoever has it open knows it by its number. */
    if (node->references > 1)
        (void)fat_node_extra(node);
    leave_list(node);
    memcpy(node->lost_slot, node->place.slot, FAT_SLOT_BYTES);
    node->place.slot = node->lost_slot;
    node->unlinked = true;
    enter_list(node);
    if (node->extra != NULL)
        node->references--;
}

void fat_node_move(struct fat_node *node, const struct fat_place *from, struct fat_node *parent,
                   const struct fat_place *to)
{
    struct fat_node *old_parent;

    if (from->slot != node->place.slot) {
        struct link *link = *link_at(from->slot);

        old_parent = link->parent;
        link->place = *to;
        link->parent = fat_node_keep(parent);
    } else {
        /* Its number stays as it is. */
        struct fat_extra *extra = fat_node_extra(node);

        if (extra != NULL)
            extra->changed = nvx_clock_now();
        old_parent = node->parent;
        leave_list(node);
        node->place = *to;
        node->parent = fat_node_keep(parent);
        enter_list(node);
    }
    fat_node_release(old_parent);
}

bool fat_node_link(struct fat_node *node, struct fat_node *parent, const struct fat_place *place)
{
    struct fat_extra *extra = fat_node_extra(node);
    struct link *link = extra == NULL ? NULL : TAKE(free_links);

    if (link == NULL)
        return false;
    *link = (struct link){links, node, fat_node_keep(parent), *place};
    links = link;
    extra->changed = nvx_clock_now();
    return true;
}

uint32_t fat_node_links(const struct fat_node *node)
{
    uint32_t count = node->unlinked ? 0 : node->is_directory ? 2 : 1;

    for (const struct link *link = links; link != NULL; link = link->next)
        count += link->node == node;
    return count;
}

size_t fat_node_target(struct fat_node *node, char *text, size_t bytes)
{
    size_t length = fat_content_read(node, COOKIE_BYTES, text, bytes);

    return strnlen(text, length);
}

long fat_node_make_link(struct fat_node *node, const char *target, size_t bytes)
{
    long result = fat_content_write(node, 0, cookie, COOKIE_BYTES);

    /* With its NUL; all of it or nothing. */
    if (result == COOKIE_BYTES)
        result = fat_content_write(node, COOKIE_BYTES, target, bytes + 1);
    if (result != (long)bytes + 1)
        return -ENOSPC;
    node->attributes |= FAT_ATTRIBUTE_SYSTEM;
    node->is_link = true;
    fat_node_store(node);
    return 0;
}

static void make_special(struct fat_node *node, uint8_t attributes)
{
    node->attributes = (uint8_t)((node->attributes & ~FAT_ATTRIBUTE_ARCHIVE) | attributes);
    fat_node_store(node);
}

void fat_node_make_fifo(struct fat_node *node)
{
    node->is_fifo = true;
    make_special(node, FAT_ATTRIBUTE_SYSTEM);
}

void fat_node_make_socket(struct fat_node *node)
{
    node->is_socket = true;
    make_special(node, FAT_ATTRIBUTE_SYSTEM | FAT_ATTRIBUTE_HIDDEN);
}

bool fat_node_is_within(const struct fat_node *node, const struct fat_node *directory)
{
    while (node != NULL && node != directory)
        node = node->parent;
    return node != NULL;
}

/* Gives a further name a file of its own: the same content, as far as there is room. */
static void part(const struct link *link)
{
    struct fat_node copy = {.place = link->place};
    uint32_t left = link->node->size;

    fat_slot_copy(link->place.slot, link->node->place.slot);
    copy.attributes = link->node->attributes;
    for (uint32_t cluster = link->node->first_cluster; left > 0 && cluster != 0; cluster = fat_next(cluster)) {
        uint32_t piece = left < fat_volume.cluster_bytes ? left : fat_volume.cluster_bytes;

        if (fat_content_write(&copy, copy.size, fat_cluster_address(cluster), piece) != (long)piece)
            break;
        left -= piece;
    }
    fat_node_store(&copy);
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
    for (; links != NULL; links = links->next)
        part(links);
}

/* Slots lie behind the boot sector, so these numbers never meet the root's. */
uint64_t fat_place_number(const struct fat_place *place)
{
    const struct fat_node *node = find(place->slot);

    if (node == NULL && links != NULL) {
        struct link **further = link_at(place->slot);

        node = further == NULL ? NULL : (*further)->node;
    }
    return node == NULL ? number_of_place(place) : fat_node_number(node);
}

uint64_t fat_node_number(const struct fat_node *node)
{
    if (node->extra != NULL)
        return node->extra->number;
    if (node->parent == NULL)
        return 1;
    /* A file without a name is told apart by its node. */
    if (node->unlinked)
        return (uint64_t)1 << 32 | (uint32_t)(uintptr_t)node;
    return number_of_place(&node->place);
}
