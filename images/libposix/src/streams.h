/*
 * Standard input, output and error: messages to and from the host.
 */
#ifndef NVX_STREAMS_H
#define NVX_STREAMS_H

#include <stddef.h>

/* Bytes written, which may be fewer than asked for; a negated error if none. The layer's lock is held, and given up
 * meanwhile. */
long nvx_stream_write(int stream, const void *buffer, size_t bytes);

/* Bytes read; 0 at the end of the input. */
long nvx_stream_read(int stream, void *buffer, size_t bytes);

#endif
