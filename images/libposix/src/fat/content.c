/*
 * The bytes of a file (content.h). A FAT file has no holes: what is inside its size has clusters.
 */
#include "content.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "../shared.h"
#include "table.h"
#include "volume.h"

static uint32_t clusters_for(uint64_t bytes)
{
    return (uint32_t)((bytes + fat_volume.cluster_bytes - 1) >> fat_volume.cluster_shift);
}

/* Learns more of the run that is near, until it reaches to `index` or ends. */
static void follow_run(struct fat_node *node, uint32_t index)
{
    uint32_t wanted = index - node->near_index + 1;

    if (wanted > node->near_count)
        node->near_count += fat_run(node->near_cluster + node->near_count - 1, wanted - node->near_count + 1) - 1;
}

/* The file's cluster of an index, which must be inside its chain; 0 if the chain is shorter than the size says. The run
 * that it is in is near then. */
static uint32_t cluster_at(struct fat_node *node, uint32_t index)
{
    if (node->near_cluster == 0 || index < node->near_index) {
        node->near_index = 0;
        node->near_cluster = node->first_cluster;
        node->near_count = 1;
    }
    while (node->near_cluster != 0) {
        follow_run(node, index);
        if (index - node->near_index < node->near_count)
            return node->near_cluster + (index - node->near_index);
        node->near_cluster = fat_next(node->near_cluster + node->near_count - 1);
        node->near_index += node->near_count;
        node->near_count = 1;
    }
    return 0;
}

enum direction { FROM_FILE, TO_FILE, ZERO_FILE };

/* Copies between memory and the file's clusters, one piece for each run of clusters that lie one behind the other. */
static size_t transfer(struct fat_node *node, uint32_t offset, void *memory, size_t bytes, enum direction direction)
{
    uint32_t index = offset >> fat_volume.cluster_shift;
    uint32_t skip = offset & (fat_volume.cluster_bytes - 1);
    size_t done = 0;

    while (done < bytes) {
        uint32_t cluster = cluster_at(node, index);
        uint8_t *at = fat_cluster_address(cluster) + skip;
        uint32_t count;
        size_t piece;

        if (cluster == 0)
            break;
        follow_run(node, index + clusters_for((uint64_t)skip + bytes - done) - 1);
        count = node->near_count - (index - node->near_index);
        piece = ((size_t)count << fat_volume.cluster_shift) - skip;
        if (piece > bytes - done)
            piece = bytes - done;
        if (direction == FROM_FILE)
            memcpy((uint8_t *)memory + done, at, piece);
        else if (direction == TO_FILE)
            memcpy(at, (const uint8_t *)memory + done, piece);
        else
            memset(at, 0, piece);
        done += piece;
        skip = 0;
        index += count;
    }
    return done;
}

/* Shortens the chain to a number of clusters. */
static void trim_chain(struct fat_node *node, uint32_t clusters)
{
    if (clusters == 0) {
        if (node->first_cluster != 0)
            fat_free_chain(node->first_cluster);
        node->first_cluster = 0;
    } else {
        uint32_t last = cluster_at(node, clusters - 1);

        if (last != 0)
            fat_cut_after(last);
    }
    if (node->near_index >= clusters)
        node->near_cluster = 0;
    else if (node->near_count > clusters - node->near_index)
        node->near_count = clusters - node->near_index;
}

/* Lengthens the chain. Answers how many clusters it has then, fewer than wanted if the volume is full. */
static uint32_t lengthen_chain(struct fat_node *node, uint32_t have, uint32_t want)
{
    uint32_t last = have == 0 ? 0 : cluster_at(node, have - 1);

    while (have < want) {
        uint32_t next = last == 0 ? node->first_cluster : fat_next(last);

        /* A chain may be longer than the size asks for: those clusters are used first. */
        if (next == 0)
            next = fat_append(last);
        if (next == 0)
            break;
        if (last == 0)
            node->first_cluster = next;
        last = next;
        have++;
    }
    return have;
}

size_t fat_content_read(struct fat_node *node, uint64_t offset, void *buffer, size_t bytes)
{
    if (offset >= node->size || bytes == 0)
        return 0;
    if (bytes > node->size - offset)
        bytes = node->size - (uint32_t)offset;
    if (node->shared)
        nvx_shared_store(node, (uint32_t)offset, bytes);
    return transfer(node, (uint32_t)offset, buffer, bytes, FROM_FILE);
}

size_t fat_content_take(struct fat_node *node, uint32_t offset, void *buffer, size_t bytes)
{
    if (offset >= node->size)
        return 0;
    return transfer(node, offset, buffer, bytes < node->size - offset ? bytes : node->size - offset, FROM_FILE);
}

void fat_content_put(struct fat_node *node, uint32_t offset, const void *buffer, size_t bytes)
{
    if (offset < node->size)
        (void)transfer(node, offset, (void *)(uintptr_t)buffer, bytes < node->size - offset ? bytes : node->size - offset,
                       TO_FILE);
}

/* Makes room up to `end`, and zeros what lies between the old end and `offset`. Answers the end there is room for. */
static uint64_t make_room(struct fat_node *node, uint64_t offset, uint64_t end)
{
    uint32_t have = clusters_for(node->size);
    uint32_t want = clusters_for(end);

    if (want > have) {
        uint32_t got = lengthen_chain(node, have, want);
        uint64_t room = (uint64_t)got << fat_volume.cluster_shift;

        if (room < end && room <= offset) {
            trim_chain(node, have);
            return node->size;
        }
        if (room < end)
            end = room;
    }
    if (offset > node->size)
        (void)transfer(node, node->size, NULL, (size_t)(offset - node->size), ZERO_FILE);
    return end;
}

long fat_content_write(struct fat_node *node, uint64_t offset, const void *buffer, size_t bytes)
{
    if (bytes == 0)
        return 0;
    if (offset >= FAT_LARGEST_FILE)
        return -EFBIG;
    if (bytes > FAT_LARGEST_FILE - offset)
        bytes = FAT_LARGEST_FILE - (uint32_t)offset;

    uint64_t end = offset + bytes;

    if ((node->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) || (end > node->size && (node->seals & F_SEAL_GROW)))
        return -EPERM;
    if (end > node->size) {
        end = make_room(node, offset, end);
        if (end <= offset)
            return -ENOSPC;
        bytes = (size_t)(end - offset);
    }

    size_t done = transfer(node, (uint32_t)offset, (void *)(uintptr_t)buffer, bytes, TO_FILE);

    if (done == 0)
        return -EIO;
    if (node->shared)
        nvx_shared_load(node, (uint32_t)offset, done);
    node->modified = true;
    node->attributes |= FAT_ATTRIBUTE_ARCHIVE;
    if (offset + done > node->size)
        node->size = (uint32_t)(offset + done);
    fat_node_store(node);
    return (long)done;
}

long fat_content_resize(struct fat_node *node, uint64_t size)
{
    const uint32_t before = node->size;

    if (size > FAT_LARGEST_FILE)
        return -EFBIG;
    if ((size > before && (node->seals & F_SEAL_GROW)) || (size < before && (node->seals & F_SEAL_SHRINK)))
        return -EPERM;
    if (node->shared)
        nvx_shared_store(node, 0, before);
    if (size > node->size) {
        if (make_room(node, size, size) < size)
            return -ENOSPC;
    } else if (size < node->size) {
        trim_chain(node, clusters_for(size));
    }
    node->size = (uint32_t)size;
    node->modified = true;
    node->attributes |= FAT_ATTRIBUTE_ARCHIVE;
    fat_node_store(node);
    if (node->shared && size != before)
        nvx_shared_load(node, (uint32_t)(size < before ? size : before), UINT32_MAX);
    return 0;
}
