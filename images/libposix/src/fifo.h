/*
 * Named pipes: a name on the volume where the threads of the program meet.
 */
#ifndef NVX_FIFO_H
#define NVX_FIFO_H

struct fat_node;
struct nvx_channel;
struct nvx_file;

/* Opens the named pipe of a node. As POSIX has it: one that only reads or only writes waits for the other, unless O_NONBLOCK says
 * not to; then a reader is opened at once, and a writer without a reader is refused (ENXIO). */
long nvx_fifo_open(struct fat_node *node, int flags);

/* The node of an open named pipe, and what is in it; null of any other open file. */
struct fat_node *nvx_fifo_node(const struct nvx_file *file);
struct nvx_channel *nvx_fifo_channel(const struct nvx_file *file);

#endif
