/*
 * Pointers from the program, before they are used.
 */
#ifndef NVX_POINTERS_H
#define NVX_POINTERS_H

#include <stdbool.h>
#include <stddef.h>

/* True if the program has memory there that can be read (written). What a pointer from here leads to may still be
 * changed by another thread that unmaps it: such a program has a fault coming either way. */
bool nvx_readable(const void *start, size_t bytes);
bool nvx_writable(void *start, size_t bytes);

/* Length of a text of at most `most` bytes with its NUL. -EFAULT if it runs out of memory, -ENAMETOOLONG if it is
 * longer. */
long nvx_text_length(const char *text, size_t most);

#endif
