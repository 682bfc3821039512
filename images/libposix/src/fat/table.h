/*
 * The allocation table: chains of clusters, finding and freeing them.
 */
#ifndef NVX_FAT_TABLE_H
#define NVX_FAT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* The cluster after this one in its chain, or 0 at the end (a broken chain ends too). */
uint32_t fat_next(uint32_t cluster);

/* How many clusters of the chain, from this one on and at most `most`, lie one behind the other: 1 or more. */
uint32_t fat_run(uint32_t cluster, uint32_t most);

/* Takes a free cluster and hangs it behind `previous` (0: starts a chain). 0 if the volume is full. Its content is not
 * cleared. */
uint32_t fat_append(uint32_t previous);

/* Frees a cluster and all that follow it. */
void fat_free_chain(uint32_t first);

/* Ends the chain at this cluster and frees what follows. */
void fat_cut_after(uint32_t cluster);

/* Clusters in a chain. */
uint32_t fat_chain_length(uint32_t first);

/* Free clusters of the volume; counts them the first time. */
uint32_t fat_free_clusters(void);

#endif
