/*
 * File names (name.h).
 */
#include "name.h"

#include <errno.h>
#include <string.h>
#include <wctype.h>

#include "directory.h"

enum {
    BASE_BYTES = 8,
    LOWER_BASE = 0x08,
    LOWER_EXTENSION = 0x10,
    /* A first byte of 0xe5 would mean a deleted entry and is stored as 0x05. */
    STORED_E5 = 0x05,
    REPLACEMENT = 0xfffd,
    /* Bytes that can't stand in a name as they are, from here on. */
    STOWED = 0xf000,
};

uint16_t fat_upper(uint16_t unit)
{
    if (unit < 0x80)
        return unit >= 'a' && unit <= 'z' ? (uint16_t)(unit - 'a' + 'A') : unit;
    return (uint16_t)towupper(unit);
}

/* Decodes one character and moves past it; a negative number if it is not UTF-8. */
static int32_t decode(const unsigned char **at, const unsigned char *end)
{
    const unsigned char *text = *at;
    unsigned first = text[0];
    unsigned more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000};

    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || (size_t)(end - text) <= more)
        return -1;

    int32_t value = (int32_t)(more == 0 ? first : first & (0x3fu >> more));

    for (unsigned i = 1; i <= more; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return -1;
        value = value << 6 | (text[i] & 0x3f);
    }
    if (value < smallest[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return -1;
    *at = text + more + 1;
    return value;
}

/* What FAT says of ASCII's characters: those that stand in no name, and in no short one. */
enum { NOWHERE = 1, NOT_SHORT = 2 };
static const uint8_t forbidden[0x80] = {
    [0 ... 0x1f] = NOWHERE, ['"'] = NOWHERE,   ['*'] = NOWHERE,   ['/'] = NOWHERE,   [':'] = NOWHERE,
    ['<'] = NOWHERE,        ['>'] = NOWHERE,   ['?'] = NOWHERE,   ['\\'] = NOWHERE,  ['|'] = NOWHERE,
    [' '] = NOT_SHORT,      ['+'] = NOT_SHORT, [','] = NOT_SHORT, [';'] = NOT_SHORT, ['='] = NOT_SHORT,
    ['['] = NOT_SHORT,      [']'] = NOT_SHORT, ['.'] = NOT_SHORT,
};

static bool forbidden_anywhere(int32_t character)
{
    return character < 0x80 && (forbidden[character] & NOWHERE);
}

/* A character that would be taken for a stowed byte. */
static bool looks_stowed(int32_t character)
{
    return character > STOWED && character <= STOWED + 0xff;
}

/* Characters that a long name may hold and a short one may not. */
static bool forbidden_in_short(uint16_t unit)
{
    return unit >= 0x80 || (forbidden[unit] & NOT_SHORT);
}

/* Fills in the short form, if base and extension fit it character by character. */
static void find_short_form(struct fat_name *name)
{
    unsigned dot = name->length;
    bool lower = false;
    bool upper = false;

    for (unsigned i = name->length; i > 0; i--) {
        if (name->units[i - 1] == '.') {
            dot = i - 1;
            break;
        }
    }

    unsigned extension = dot == name->length ? 0 : name->length - dot - 1;

    if (dot == 0 || dot > BASE_BYTES || extension > FAT_SHORT_BYTES - BASE_BYTES)
        return;
    memset(name->short_form, ' ', FAT_SHORT_BYTES);
    for (unsigned i = 0; i < name->length; i++) {
        if (i == dot)
            continue;
        if (forbidden_in_short(name->units[i]))
            return;
        lower |= name->units[i] != name->upper[i];
        upper |= name->units[i] >= 'A' && name->units[i] <= 'Z';
        name->short_form[i < dot ? i : BASE_BYTES + i - dot - 1] = (uint8_t)name->upper[i];
    }
    name->fits_short = true;
    name->is_short = !lower && !upper;
}

long fat_name_parse(struct fat_name *name, const char *text, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + bytes;
    /* From here on only dots and spaces follow, which FAT would drop. */
    const unsigned char *tail = end;

    while (tail > at && (tail[-1] == '.' || tail[-1] == ' '))
        tail--;
    name->length = 0;
    name->fits_short = false;
    name->is_short = false;
    while (at < end) {
        const unsigned char *start = at;
        int32_t character = decode(&at, end);

        if (character < 0 || looks_stowed(character)) {
            at = start + 1;
            character = STOWED + *start;
        } else if (forbidden_anywhere(character) || start >= tail) {
            character += STOWED;
        }

        unsigned needed = character >= 0x10000 ? 2 : 1;

        if (name->length + needed > NVX_NAME_UNITS)
            return -ENAMETOOLONG;
        if (needed == 2) {
            character -= 0x10000;
            name->units[name->length++] = (uint16_t)(0xd800 | character >> 10);
            name->units[name->length++] = (uint16_t)(0xdc00 | (character & 0x3ff));
        } else {
            name->units[name->length++] = (uint16_t)character;
        }
    }
    for (unsigned i = 0; i < name->length; i++)
        name->upper[i] = fat_upper(name->units[i]);
    find_short_form(name);
    return 0;
}

size_t fat_name_to_utf8(const uint16_t *units, unsigned length, char *text)
{
    char *out = text;

    for (unsigned i = 0; i < length; i++) {
        uint32_t character = units[i];

        if (character < 0x80) {
            *out++ = (char)character;
            continue;
        }
        if (looks_stowed((int32_t)character)) {
            *out++ = (char)(character - STOWED);
            continue;
        }
        if (character >= 0xd800 && character < 0xe000) {
            bool pair = character < 0xdc00 && i + 1 < length && units[i + 1] >= 0xdc00 && units[i + 1] < 0xe000;

            character = pair ? 0x10000 + ((character & 0x3ff) << 10) + (units[++i] & 0x3ffu) : REPLACEMENT;
        }
        if (character < 0x800) {
            *out++ = (char)(0xc0 | character >> 6);
        } else {
            if (character < 0x10000) {
                *out++ = (char)(0xe0 | character >> 12);
            } else {
                *out++ = (char)(0xf0 | character >> 18);
                *out++ = (char)(0x80 | (character >> 12 & 0x3f));
            }
            *out++ = (char)(0x80 | (character >> 6 & 0x3f));
        }
        *out++ = (char)(0x80 | (character & 0x3f));
    }
    return (size_t)(out - text);
}

/* Copies a part of a short name without the spaces at its end. Bytes above 127 are read as Latin-1, there being no code
 * page here. */
static unsigned copy_part(const uint8_t *part, unsigned bytes, bool lower, uint16_t *units)
{
    while (bytes > 0 && part[bytes - 1] == ' ')
        bytes--;
    for (unsigned i = 0; i < bytes; i++)
        units[i] = lower && part[i] >= 'A' && part[i] <= 'Z' ? (uint16_t)(part[i] - 'A' + 'a') : part[i];
    return bytes;
}

unsigned fat_name_from_short(const uint8_t *entry, uint16_t *units)
{
    uint8_t flags = entry[FAT_SLOT_CASE_FLAGS];
    unsigned length = copy_part(entry, BASE_BYTES, flags & LOWER_BASE, units);

    if (length > 0 && units[0] == STORED_E5)
        units[0] = 0xe5;
    if (entry[BASE_BYTES] != ' ') {
        units[length++] = '.';
        length += copy_part(entry + BASE_BYTES, FAT_SHORT_BYTES - BASE_BYTES, flags & LOWER_EXTENSION, units + length);
    }
    return length;
}

static uint8_t alias_byte(uint16_t upper)
{
    return forbidden_in_short(upper) ? '_' : (uint8_t)upper;
}

void fat_name_alias(const struct fat_name *name, unsigned number, uint8_t short_form[FAT_SHORT_BYTES])
{
    unsigned dot = name->length;
    unsigned base = 0;
    uint8_t digits[BASE_BYTES];
    unsigned tail = 0;

    for (unsigned i = name->length; i > 1; i--) {
        if (name->units[i - 1] == '.') {
            dot = i - 1;
            break;
        }
    }
    do {
        digits[tail++] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number != 0);

    memset(short_form, ' ', FAT_SHORT_BYTES);
    for (unsigned i = 0; i < dot && base < BASE_BYTES - 1 - tail; i++)
        if (name->upper[i] != ' ' && name->upper[i] != '.')
            short_form[base++] = alias_byte(name->upper[i]);
    short_form[base++] = '~';
    while (tail > 0)
        short_form[base++] = digits[--tail];

    unsigned extension = BASE_BYTES;

    for (unsigned i = dot + 1; i < name->length && extension < FAT_SHORT_BYTES; i++)
        if (name->upper[i] != ' ')
            short_form[extension++] = alias_byte(name->upper[i]);
}

uint8_t fat_name_checksum(const uint8_t short_form[FAT_SHORT_BYTES])
{
    uint8_t sum = 0;

    for (unsigned i = 0; i < FAT_SHORT_BYTES; i++)
        sum = (uint8_t)((sum >> 1 | sum << 7) + short_form[i]);
    return sum;
}

uint32_t fat_name_hash(const uint16_t *upper, unsigned length)
{
    uint32_t hash = 2166136261u;

    for (unsigned i = 0; i < length; i++)
        hash = (hash ^ upper[i]) * 16777619u;
    return hash;
}
