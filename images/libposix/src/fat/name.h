/*
 * File names: bytes for programs, UTF-16 in long entries, eleven bytes in short entries.
 *
 * A program may give a file any name that Linux allows. Characters that FAT forbids, dots and spaces at the end, and bytes
 * that are not UTF-8 stand on the volume as U+F000 plus the byte, as Linux, macOS and Cygwin have it on such volumes; a
 * character of a name that is one of these itself stands there as the bytes of its UTF-8.
 */
#ifndef NVX_FAT_NAME_H
#define NVX_FAT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../limits.h"

enum { FAT_SHORT_BYTES = 11 };

struct fat_name {
    uint16_t units[NVX_NAME_UNITS];
    /* The same in upper case, to compare by. */
    uint16_t upper[NVX_NAME_UNITS];
    unsigned length;
    /* True if `short_form` says all that the name says, apart from case. */
    bool fits_short;
    /* True if there is no case to tell: no long entries are needed. */
    bool is_short;
    uint8_t short_form[FAT_SHORT_BYTES];
};

/* Reads a path component. 0, or -ENAMETOOLONG. */
long fat_name_parse(struct fat_name *name, const char *text, size_t bytes);

/* Writes a name as the program gave it, at most NVX_NAME_BYTES bytes; a lone surrogate becomes U+FFFD. Answers the number of
 * bytes. */
size_t fat_name_to_utf8(const uint16_t *units, unsigned length, char *text);

/* Name of a short entry: UTF-16 units, lower case where the entry's case flags say so. `units` holds 12. Answers the
 * length. */
unsigned fat_name_from_short(const uint8_t *entry, uint16_t *units);

/* A short form for a long name, with `~number`. */
void fat_name_alias(const struct fat_name *name, unsigned number, uint8_t short_form[FAT_SHORT_BYTES]);

/* What long entries carry to tell whose they are. */
uint8_t fat_name_checksum(const uint8_t short_form[FAT_SHORT_BYTES]);

/* A number by which a name in upper case can be told from most others. */
uint32_t fat_name_hash(const uint16_t *upper, unsigned length);

/* Upper case of a unit, as names are compared. */
uint16_t fat_upper(uint16_t unit);

#endif
