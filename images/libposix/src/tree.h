/*
 * Changing the tree of names.
 */
#ifndef NVX_TREE_H
#define NVX_TREE_H

#include "path.h"

/* Makes an empty file for a path whose last component does not exist; `node` gets a reference. */
long nvx_tree_create_file(struct nvx_path *path, unsigned mode, struct fat_node **node);

/* The same for a file without a name, which is gone when it is closed. */
long nvx_tree_create_nameless(unsigned mode, struct fat_node **node);

/* Makes an ordinary file, a named pipe or a socket's name (S_IFMT of the mode); `node` gets a reference. */
long nvx_tree_make_node(int directory, const char *text, unsigned mode, struct fat_node **node);

#endif
