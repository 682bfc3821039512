/* What the host laid into memory as the initrd: the program's ELF file, and behind it the command line with its length in
 * front. In Era M it may be a bundle instead, of programs whose command lines are inside. */
#include "kernel.h"

/* EBX at the boot: base of the initrd in the upper ten bits, its size in pages in the others. That tells the older base
 * too: its size field has one bit more, which no initrd that fits into memory needs. */
#define PAGES_MASK ((1u << NANVIX_INITRD_SIZE_BITS) - 1)

static uint32_t line_length(uint32_t line)
{
#if NANVIX_COMMAND_LINE_LENGTH_BYTES == 1
    return *(const uint8_t *)line;
#else
    return *(const uint16_t *)line;
#endif
}

static const char *open_plain(struct initrd *initrd)
{
    const uint32_t line = initrd->begin + initrd->size;

    initrd->program = initrd->begin;
    initrd->program_size = initrd->size;
    initrd->line = (const char *)line + NANVIX_COMMAND_LINE_LENGTH_BYTES;
    initrd->line_length = line_length(line);
    initrd->end = line + NANVIX_COMMAND_LINE_LENGTH_BYTES + initrd->line_length;
    return initrd->line_length > NANVIX_COMMAND_LINE_MAXIMUM ? "its command line is too long" : NULL;
}

#if NANVIX_ERA_M
static int lies_inside(const struct initrd *initrd, uint32_t offset, uint32_t size)
{
    return offset <= initrd->size && size <= initrd->size - offset;
}

static const char *check_entry(const struct initrd *initrd, const struct nanvix_bundle_entry *entry)
{
    if (entry->offset % NANVIX_PAGE_SIZE != 0 || !lies_inside(initrd, entry->offset, entry->size) ||
        !lies_inside(initrd, entry->command_line_offset, entry->command_line_size))
        return "a part of the bundle lies outside it";
    if (entry->command_line_size > NANVIX_COMMAND_LINE_MAXIMUM)
        return "its command line is too long";
    return NULL;
}

/* Takes an entry that was checked. */
static void take_entry(struct initrd *initrd, uint32_t index)
{
    const struct nanvix_bundle_header *header = (const struct nanvix_bundle_header *)initrd->begin;
    const struct nanvix_bundle_entry *entry = (const struct nanvix_bundle_entry *)(header + 1) + index;

    initrd->index = index;
    initrd->program = initrd->begin + entry->offset;
    initrd->program_size = entry->size;
    initrd->line = (const char *)initrd->begin + entry->command_line_offset;
    initrd->line_length = entry->command_line_size;
}

static const char *open_bundle(struct initrd *initrd)
{
    const struct nanvix_bundle_header *header = (const struct nanvix_bundle_header *)initrd->begin;
    const struct nanvix_bundle_entry *entries = (const struct nanvix_bundle_entry *)(header + 1);

    if (header->version != NANVIX_BUNDLE_VERSION)
        return "the bundle has a version that is not known";
    /* That many entries lie within the first page. */
    if (header->count == 0 || header->count > NANVIX_BUNDLE_PROGRAMS_MAXIMUM)
        return "a bundle of no programs, or of more than 32";
    for (uint32_t i = 0; i < header->count; i++) {
        const char *problem = check_entry(initrd, &entries[i]);

        if (problem != NULL)
            return problem;
    }
    initrd->count = header->count;
    initrd->end = initrd->begin + initrd->size;
    take_entry(initrd, 0);
    return NULL;
}

/* Goes on to the next program of a bundle. Returns 0 when there is none. */
int initrd_next(struct initrd *initrd)
{
    if (initrd->index + 1 >= initrd->count)
        return 0;
    take_entry(initrd, initrd->index + 1);
    return 1;
}
#endif

/* Finds the first program, by EBX of the boot. Returns NULL, or what is wrong. */
const char *initrd_open(uint32_t word, uint32_t memory_end, struct initrd *initrd)
{
#if NANVIX_ERA_M
    initrd->index = 0;
    initrd->count = 1;
#endif
    initrd->begin = word & ~PAGES_MASK;
    initrd->size = (word & PAGES_MASK) * NANVIX_PAGE_SIZE;
    if (initrd->size == 0 || initrd->begin >= memory_end || initrd->size > memory_end - initrd->begin ||
        memory_end - initrd->begin - initrd->size < NANVIX_COMMAND_LINE_LENGTH_BYTES + NANVIX_COMMAND_LINE_MAXIMUM)
        return "there is no initrd, or it does not fit into memory";
#if NANVIX_ERA_M
    if (*(const uint32_t *)initrd->begin == NANVIX_BUNDLE_MAGIC)
        return open_bundle(initrd);
#endif
    return open_plain(initrd);
}
