/*
 * Directories (directory.h).
 */
#include "directory.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "index.h"
#include "table.h"
#include "volume.h"

enum {
    SLOT_END = 0x00,
    SLOT_DELETED = 0xe5,
    LONG_ATTRIBUTES = 0x0f,
    LONG_ORDINAL_MASK = 0x3f,
    LONG_LAST = 0x40,
    LONG_CHECKSUM = 13,
    LONG_UNITS = 13,
};

static const uint8_t long_unit_offsets[LONG_UNITS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

uint32_t fat_slot_cluster(const uint8_t *slot)
{
    uint32_t high = fat_volume.bits == 32 ? fat_read16(slot + FAT_SLOT_CLUSTER_HIGH) : 0;

    return high << 16 | fat_read16(slot + FAT_SLOT_CLUSTER_LOW);
}

void fat_slot_set_cluster(uint8_t *slot, uint32_t cluster)
{
    fat_write16(slot + FAT_SLOT_CLUSTER_LOW, cluster);
    fat_write16(slot + FAT_SLOT_CLUSTER_HIGH, cluster >> 16);
}

static uint32_t slots_per_cluster(void)
{
    return fat_volume.cluster_bytes / FAT_SLOT_BYTES;
}

/* Sets the walk to the start of a cluster of its directory, or to its end. */
static void enter_cluster(struct fat_walk *walk, uint32_t cluster)
{
    walk->cluster = cluster;
    walk->at = cluster == 0 || walk->slot >= FAT_MOST_SLOTS ? NULL : fat_cluster_address(cluster);
    walk->end = walk->at + fat_volume.cluster_bytes;
}

struct fat_walk fat_walk_from(uint32_t first_cluster, uint32_t slot)
{
    struct fat_walk walk = {.first_cluster = first_cluster, .slot = slot};

    if (first_cluster == 0) {
        uint8_t *root = fat_volume.base + fat_volume.root_offset;

        walk.end = root + fat_volume.root_entries * FAT_SLOT_BYTES;
        walk.at = slot < fat_volume.root_entries ? root + slot * FAT_SLOT_BYTES : NULL;
    } else {
        uint32_t cluster = first_cluster;

        for (uint32_t skip = slot / slots_per_cluster(); cluster != 0 && skip > 0; skip--)
            cluster = fat_next(cluster);
        enter_cluster(&walk, cluster);
        if (walk.at != NULL)
            walk.at += slot % slots_per_cluster() * FAT_SLOT_BYTES;
    }
    return walk;
}

struct fat_walk fat_walk_in(uint32_t first_cluster, uint32_t cluster, uint32_t slot)
{
    struct fat_walk walk = {.first_cluster = first_cluster, .slot = slot};

    enter_cluster(&walk, cluster);
    walk.at += slot % slots_per_cluster() * FAT_SLOT_BYTES;
    return walk;
}

static inline void advance(struct fat_walk *walk)
{
    walk->slot++;
    walk->at += FAT_SLOT_BYTES;
    if (walk->at == walk->end)
        enter_cluster(walk, walk->first_cluster == 0 ? 0 : fat_next(walk->cluster));
}

/* What the long slots read so far say. */
struct long_run {
    uint32_t first_slot;
    uint32_t first_cluster;
    /* Slots still to come before the short one; `valid` only if each had the right number and checksum. */
    unsigned left;
    unsigned total;
    uint8_t checksum;
    bool valid;
};

static void read_long_slot(struct long_run *run, const uint8_t *slot, const struct fat_walk *walk)
{
    unsigned ordinal = slot[0] & LONG_ORDINAL_MASK;

    if (slot[0] & LONG_LAST) {
        *run = (struct long_run){walk->slot, walk->cluster, ordinal, ordinal, slot[LONG_CHECKSUM], ordinal > 0};
    } else if (run->left != ordinal || run->checksum != slot[LONG_CHECKSUM]) {
        run->valid = false;
    }
    if (run->left > 0)
        run->left--;
}

/* True if the run ends here and belongs to this short slot. */
static bool run_names(const struct long_run *run, const uint8_t *slot)
{
    return run->valid && run->left == 0 && run->checksum == fat_name_checksum(slot);
}

static bool is_dot_entry(const uint8_t *slot)
{
    return slot[0] == '.' && (slot[1] == ' ' || (slot[1] == '.' && slot[2] == ' '));
}

static void copy_long_units(struct fat_found *found, const uint8_t *slot)
{
    unsigned at = ((slot[0] & LONG_ORDINAL_MASK) - 1u) * LONG_UNITS;

    for (unsigned i = 0; i < LONG_UNITS; i++, at++) {
        uint16_t unit = fat_read16(slot + long_unit_offsets[i]);

        if (at >= NVX_NAME_UNITS)
            return;
        if (unit == 0)
            return;
        found->units[at] = unit;
        if (at + 1 > found->length)
            found->length = at + 1;
    }
}

bool fat_walk_next(struct fat_walk *walk, struct fat_found *found)
{
    struct long_run run = {.valid = false};
    const uint8_t *slot;

    for (; (slot = walk->at) != NULL && slot[0] != SLOT_END; advance(walk)) {
        if (slot[0] == SLOT_DELETED) {
            run.valid = false;
        } else if (slot[FAT_SLOT_ATTRIBUTES] == LONG_ATTRIBUTES) {
            if (slot[0] & LONG_LAST)
                found->length = 0;
            read_long_slot(&run, slot, walk);
            if (run.valid)
                copy_long_units(found, slot);
        } else if ((slot[FAT_SLOT_ATTRIBUTES] & FAT_ATTRIBUTE_LABEL) || is_dot_entry(slot)) {
            run.valid = false;
        } else {
            bool named = run_names(&run, slot);

            if (!named)
                found->length = fat_name_from_short(slot, found->units);
            found->place.slot = (uint8_t *)slot;
            found->place.first_slot = named ? run.first_slot : walk->slot;
            found->place.slots = named ? run.total + 1 : 1;
            found->first_cluster = named ? run.first_cluster : walk->cluster;
            advance(walk);
            return true;
        }
    }
    return false;
}

static unsigned long_slots(const struct fat_name *name)
{
    return (name->length + LONG_UNITS - 1) / LONG_UNITS;
}

/* Compares one long slot's part of a name. */
static bool part_matches(const uint8_t *slot, const struct fat_name *name)
{
    unsigned at = ((slot[0] & LONG_ORDINAL_MASK) - 1u) * LONG_UNITS;

    for (unsigned i = 0; i < LONG_UNITS; i++, at++) {
        uint16_t unit = fat_read16(slot + long_unit_offsets[i]);

        if (at >= name->length)
            return unit == 0 || at > name->length;
        if (unit != name->units[at])
            return false;
    }
    return true;
}

static bool short_matches(const uint8_t *slot, const struct fat_name *name)
{
    uint16_t units[FAT_SHORT_BYTES + 1];

    if (name->fits_short)
        return slot[0] == name->short_form[0] && memcmp(slot, name->short_form, FAT_SHORT_BYTES) == 0;
    /* Most differ at once. */
    if (slot[0] < 0x80 && slot[0] > ' ' && name->upper[0] != fat_upper(slot[0]))
        return false;
    if (name->length > FAT_SHORT_BYTES + 1 || fat_name_from_short(slot, units) != name->length)
        return false;
    for (unsigned i = 0; i < name->length; i++)
        if (fat_upper(units[i]) != name->upper[i])
            return false;
    return true;
}

/* Goes past the next name and compares it: 1 it is the one, 0 it is another, -1 there is none any more. */
static inline int match_next(struct fat_walk *walk, const struct fat_name *name, struct fat_place *place)
{
    struct long_run run = {.valid = false};
    const unsigned wanted_slots = long_slots(name);
    bool matches = false;
    uint8_t *slot;

    for (; (slot = walk->at) != NULL && slot[0] != SLOT_END; advance(walk)) {
        if (slot[0] == SLOT_DELETED) {
            run.valid = false;
        } else if (slot[FAT_SLOT_ATTRIBUTES] == LONG_ATTRIBUTES) {
            if (slot[0] & LONG_LAST)
                matches = (slot[0] & LONG_ORDINAL_MASK) == wanted_slots;
            read_long_slot(&run, slot, walk);
            matches = matches && run.valid && part_matches(slot, name);
        } else if (slot[FAT_SLOT_ATTRIBUTES] & FAT_ATTRIBUTE_LABEL) {
            run.valid = false;
        } else {
            bool named = matches && run_names(&run, slot);
            bool is_it = named || (short_matches(slot, name) && !run_names(&run, slot));

            if (is_it)
                *place = (struct fat_place){slot, named ? run.first_slot : walk->slot, named ? run.total + 1 : 1};
            advance(walk);
            return is_it;
        }
    }
    return -1;
}

static bool find_by_index(const struct fat_index *index, const struct fat_name *name, struct fat_place *place)
{
    const uint32_t hash = fat_name_hash(name->upper, name->length);
    struct fat_walk walk;
    uint32_t probe = 0;

    while (fat_index_next(index, hash, &probe, &walk))
        if (match_next(&walk, name, place) == 1)
            return true;
    return false;
}

bool fat_directory_find(uint32_t first_cluster, const struct fat_name *name, struct fat_place *place)
{
    const struct fat_index *index = fat_index_of(first_cluster);
    struct fat_walk walk;
    int result;

    if (index != NULL)
        return find_by_index(index, name, place);
    walk = fat_walk_from(first_cluster, 0);
    do
        result = match_next(&walk, name, place);
    while (result == 0);
    if (walk.slot >= FAT_INDEX_FROM_SLOTS)
        fat_index_note_walk(first_cluster);
    return result == 1;
}

/* Finds a short form that no other slot has. Like Windows: the name itself if only its case is lost, the first letters
 * with ~1 to ~4, then two letters and four digits of a hash, so that a thousand files with one beginning don't make a
 * thousand walks. */
static void choose_short_form(uint32_t first_cluster, const struct fat_name *name, uint8_t short_form[FAT_SHORT_BYTES])
{
    enum { CANDIDATES = 8, PLAIN = 4, HASH_AT = 2, HASH_DIGITS = 4 };
    static const uint8_t hexadecimal[] = "0123456789ABCDEF";
    uint8_t candidates[CANDIDATES][FAT_SHORT_BYTES];
    uint32_t hash = fat_name_hash(name->upper, name->length);

    for (;; hash = hash * 1664525u + 1013904223u) {
        unsigned taken = 0;
        const uint8_t *slot;

        for (unsigned i = 0; i < CANDIDATES; i++) {
            fat_name_alias(name, i < PLAIN ? i + 1 : i - PLAIN + 1, candidates[i]);
            if (i == 0 && name->fits_short)
                memcpy(candidates[0], name->short_form, FAT_SHORT_BYTES);
            if (i < PLAIN)
                continue;

            uint8_t tail[2] = {'~', (uint8_t)('1' + i - PLAIN)};

            for (unsigned at = 0; at < HASH_AT; at++)
                if (candidates[i][at] == '~' || candidates[i][at] == ' ')
                    candidates[i][at] = '_';
            for (unsigned digit = 0; digit < HASH_DIGITS; digit++)
                candidates[i][HASH_AT + digit] = hexadecimal[hash >> (16 + 4 * digit) & 15];
            memcpy(candidates[i] + HASH_AT + HASH_DIGITS, tail, sizeof(tail));
        }
        for (struct fat_walk walk = fat_walk_from(first_cluster, 0); (slot = walk.at) != NULL && slot[0] != SLOT_END;
             advance(&walk)) {
            /* The candidates of each half begin alike. */
            if (slot[FAT_SLOT_ATTRIBUTES] == LONG_ATTRIBUTES ||
                (slot[0] != candidates[0][0] && slot[0] != candidates[PLAIN][0]))
                continue;
            for (unsigned i = 0; i < CANDIDATES; i++)
                if (memcmp(slot, candidates[i], FAT_SHORT_BYTES) == 0)
                    taken |= 1u << i;
        }
        if (taken != (1u << CANDIDATES) - 1) {
            memcpy(short_form, candidates[__builtin_ctz(~taken)], FAT_SHORT_BYTES);
            return;
        }
    }
}

/* The directory that was searched for room last, and a slot below which it has none: without it, each of a thousand new
 * files would have to pass all others. */
static struct {
    uint32_t first_cluster;
    uint32_t slot;
    bool known;
} full_below;

/* Finds room for a run of slots, lengthening the directory if it may grow. */
static bool find_room(uint32_t first_cluster, unsigned needed, struct fat_walk *room)
{
    bool known = full_below.known && full_below.first_cluster == first_cluster;
    struct fat_walk walk = fat_walk_from(first_cluster, known ? full_below.slot : 0);
    uint32_t last_cluster = walk.cluster;
    unsigned free_slots = 0;
    bool any_free = false;
    bool ended = false;

    if (walk.at == NULL && first_cluster != 0) {
        walk = fat_walk_from(first_cluster, 0);
        last_cluster = walk.cluster;
    }
    for (;;) {
        const uint8_t *slot = walk.at;

        if (slot == NULL) {
            uint32_t cluster = first_cluster == 0 || walk.slot + needed > FAT_MOST_SLOTS ? 0 : fat_append(last_cluster);

            if (cluster == 0)
                return false;
            memset(fat_cluster_address(cluster), 0, fat_volume.cluster_bytes);
            enter_cluster(&walk, cluster);
            ended = true;
            continue;
        }
        last_cluster = walk.cluster;
        ended = ended || slot[0] == SLOT_END;
        if (ended || slot[0] == SLOT_DELETED) {
            if (!any_free) {
                full_below.first_cluster = first_cluster;
                full_below.slot = walk.slot;
                full_below.known = any_free = true;
            }
            if (free_slots++ == 0)
                *room = walk;
            if (free_slots == needed)
                break;
        } else {
            free_slots = 0;
        }
        advance(&walk);
    }
    /* What stood behind the end mark counts for nothing: the mark moves behind the new slots. */
    advance(&walk);
    if (ended && walk.at != NULL)
        walk.at[0] = SLOT_END;
    return true;
}

static void write_long_slot(uint8_t *slot, const struct fat_name *name, unsigned ordinal, uint8_t checksum)
{
    unsigned at = (ordinal - 1) * LONG_UNITS;

    memset(slot, 0, FAT_SLOT_BYTES);
    slot[0] = (uint8_t)(ordinal | (ordinal == long_slots(name) ? LONG_LAST : 0));
    slot[FAT_SLOT_ATTRIBUTES] = LONG_ATTRIBUTES;
    slot[LONG_CHECKSUM] = checksum;
    for (unsigned i = 0; i < LONG_UNITS; i++, at++)
        fat_write16(slot + long_unit_offsets[i], at < name->length ? name->units[at] : at == name->length ? 0 : 0xffff);
}

long fat_directory_add(uint32_t first_cluster, const struct fat_name *name, const uint8_t contents[FAT_SLOT_BYTES],
                       struct fat_place *place)
{
    uint8_t short_form[FAT_SHORT_BYTES];
    unsigned ordinals = name->is_short ? 0 : long_slots(name);
    struct fat_walk walk = {0};

    fat_index_drop(first_cluster);
    if (!find_room(first_cluster, ordinals + 1, &walk))
        return -ENOSPC;
    if (name->is_short)
        memcpy(short_form, name->short_form, FAT_SHORT_BYTES);
    else
        choose_short_form(first_cluster, name, short_form);

    place->first_slot = walk.slot;
    place->slots = ordinals + 1;
    for (unsigned ordinal = ordinals; ordinal > 0; ordinal--, advance(&walk))
        write_long_slot(walk.at, name, ordinal, fat_name_checksum(short_form));
    place->slot = walk.at;
    memcpy(place->slot, contents, FAT_SLOT_BYTES);
    memcpy(place->slot, short_form, FAT_SHORT_BYTES);
    /* Case flags belonged to the short form the contents came with. */
    place->slot[FAT_SLOT_CASE_FLAGS] = 0;
    return 0;
}

void fat_directory_made(uint32_t first_cluster)
{
    fat_index_drop(first_cluster);
    if (full_below.first_cluster == first_cluster)
        full_below.known = false;
}

void fat_directory_remove(uint32_t first_cluster, const struct fat_place *place)
{
    struct fat_walk walk = fat_walk_from(first_cluster, place->first_slot);

    fat_index_drop(first_cluster);
    if (full_below.first_cluster == first_cluster && place->first_slot < full_below.slot)
        full_below.slot = place->first_slot;
    for (uint32_t i = 0; i < place->slots; i++, advance(&walk))
        *walk.at = SLOT_DELETED;
}

uint32_t fat_directory_names(uint32_t first_cluster)
{
    struct fat_walk walk = fat_walk_from(first_cluster, 0);
    uint32_t names = 0;

    for (; walk.at != NULL && walk.at[0] != SLOT_END; advance(&walk))
        names += walk.at[0] != SLOT_DELETED && walk.at[FAT_SLOT_ATTRIBUTES] != LONG_ATTRIBUTES;
    return names;
}

bool fat_directory_is_empty(uint32_t first_cluster)
{
    struct fat_walk walk = fat_walk_from(first_cluster, 0);
    struct fat_found found;

    return !fat_walk_next(&walk, &found);
}
