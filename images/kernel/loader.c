/* The program: a 32-bit ELF file in the initrd, linked to a fixed address or position-independent (its start code then
 * relocates it).
 *
 * Pages are mapped where they lie in the initrd whenever a page of the file is a page of memory: always if it is
 * read-only, and if it is writable only when it belongs to that segment alone, since writing changes the initrd.
 * Everything else gets frames of its own. What is mapped in place is never given back. */
#include "kernel.h"

#define ELF_MAGIC 0x464c457fu
#define ELF_CLASS_32_LITTLE 0x0101u
#define ELF_TYPE_EXECUTABLE 2
#define ELF_TYPE_SHARED 3
#define ELF_MACHINE_386 3
#define SEGMENT_LOAD 1
#define SEGMENT_WRITABLE 2

struct elf_header {
    uint32_t magic;
    uint16_t class_and_data;
    uint8_t ident[10];
    uint16_t type, machine;
    uint32_t version, entry, program_headers, section_headers, flags;
    uint16_t header_size, program_header_size, program_header_count;
    uint16_t section_header_size, section_header_count, section_names;
};
_Static_assert(sizeof(struct elf_header) == 52, "ELF header");

struct program_header {
    uint32_t type, offset, address, physical, file_size, memory_size, flags, alignment;
};
_Static_assert(sizeof(struct program_header) == 32, "program header");

static uint32_t image, image_size;

static const struct program_header *segments(void)
{
    return (const struct program_header *)(image + ((const struct elf_header *)image)->program_headers);
}

static uint32_t segment_count(void)
{
    return ((const struct elf_header *)image)->program_header_count;
}

static uint32_t page_down(uint32_t value)
{
    return value & PAGE_FRAME;
}

static uint32_t page_up(uint32_t value)
{
    return (value + NANVIX_PAGE_SIZE - 1) & PAGE_FRAME;
}

static const char *check_header(void)
{
    const struct elf_header *header = (const struct elf_header *)image;

    if (image_size < sizeof(*header) || header->magic != ELF_MAGIC)
        return "not an ELF file";
    if (header->class_and_data != ELF_CLASS_32_LITTLE || header->machine != ELF_MACHINE_386)
        return "not for 32-bit x86";
    if (header->type != ELF_TYPE_EXECUTABLE && header->type != ELF_TYPE_SHARED)
        return "not an executable";
    if (header->program_header_size != sizeof(struct program_header) || header->program_headers > image_size ||
        header->program_header_count > (image_size - header->program_headers) / sizeof(struct program_header))
        return "program headers lie outside the file";
    return NULL;
}

static const char *check_segment(const struct program_header *segment, uint32_t bias)
{
    const uint32_t address = segment->address + bias;

    if (segment->offset > image_size || segment->file_size > image_size - segment->offset)
        return "a segment lies outside the file";
    if (segment->file_size > segment->memory_size)
        return "a segment is larger in the file than in memory";
    if (user_range(address, segment->memory_size) != 0 || address + segment->memory_size > NANVIX_MMAP_END)
        return "a segment lies outside user space";
    return NULL;
}

/* True if no other segment has bytes in the part of the file from `begin` to `end`. */
static int sole_user(const struct program_header *segment, uint32_t begin, uint32_t end)
{
    const struct program_header *other = segments();

    for (uint32_t i = 0; i < segment_count(); i++, other++) {
        if (other != segment && other->type == SEGMENT_LOAD && other->file_size != 0 && other->offset < end &&
            other->offset + other->file_size > begin)
            return 0;
    }
    return 1;
}

/* Fills a fresh frame with what a segment has for the page at `page`. */
static uint32_t copy_page(const struct program_header *segment, uint32_t address, uint32_t page)
{
    const uint32_t file_end = address + segment->file_size;
    uint32_t begin = page > address ? page : address;
    uint32_t end = page + NANVIX_PAGE_SIZE < file_end ? page + NANVIX_PAGE_SIZE : file_end;
    uint32_t frame = frame_allocate();

    if (frame != 0 && begin < end)
        memcpy((void *)(frame + begin - page), (const void *)(image + segment->offset + begin - address), end - begin);
    return frame;
}

static const char *map_copies(const struct program_header *segment, uint32_t address, uint32_t begin, uint32_t end,
                              uint32_t flags)
{
    for (uint32_t page = begin; page < end; page += NANVIX_PAGE_SIZE) {
        uint32_t *entry = page_entry_create(page);
        uint32_t frame;

        if (entry == NULL)
            return "no memory";
        if ((*entry & PAGE_PRESENT) != 0)
            return "two segments share a page";
        frame = copy_page(segment, address, page);
        if (frame == 0)
            return "no memory";
        *entry = frame | PAGE_OWNED | flags;
    }
    return NULL;
}

/* Maps pages where they lie in the initrd, `distance` bytes below. There are many, so this goes by page table. */
static const char *map_in_place(uint32_t begin, uint32_t end, uint32_t distance, uint32_t flags)
{
    while (begin < end) {
        uint32_t *entry = page_entry_create(begin);
        const uint32_t stop = page_table_end(begin, end);

        if (entry == NULL)
            return "no memory";
        for (; begin != stop; begin += NANVIX_PAGE_SIZE) {
            if ((*entry & PAGE_PRESENT) != 0)
                return "two segments share a page";
            *entry++ = (begin - distance) | flags;
        }
    }
    return NULL;
}

static const char *load_segment(const struct program_header *segment, uint32_t bias)
{
    const uint32_t address = segment->address + bias;
    const uint32_t file_end = address + segment->file_size;
    const uint32_t writable = (segment->flags & SEGMENT_WRITABLE) != 0;
    const uint32_t flags = PAGE_USER | PAGE_PRESENT | (writable ? PAGE_WRITABLE : 0);
    /* Difference between where a byte is mapped and where it lies in the initrd. */
    const uint32_t distance = address - (image + segment->offset);
    const uint32_t begin = page_down(address);
    const uint32_t end = page_up(address + segment->memory_size);
    /* What is mapped in place. A page that is zero from some byte on cannot be, nor one that is written and shared. */
    uint32_t place_begin = writable ? page_up(address) : begin;
    uint32_t place_end = writable || segment->memory_size > segment->file_size ? page_down(file_end) : page_up(file_end);
    const char *problem;

    if (distance % NANVIX_PAGE_SIZE != 0 || place_begin >= place_end ||
        (writable && !sole_user(segment, place_begin - distance - image, place_end - distance - image)))
        place_begin = place_end = begin;
    problem = map_copies(segment, address, begin, place_begin, flags);
    if (problem == NULL)
        problem = map_in_place(place_begin, place_end, distance, flags);
    if (problem == NULL)
        problem = map_copies(segment, address, place_end, end, flags);
    return problem;
}

/* Difference between where the program runs and where it was linked to. */
static uint32_t bias_of_image(void)
{
    const struct program_header *segment = segments();
    uint32_t lowest = UINT32_MAX;

    if (((const struct elf_header *)image)->type == ELF_TYPE_EXECUTABLE)
        return 0;
    for (uint32_t i = 0; i < segment_count(); i++, segment++) {
        if (segment->type == SEGMENT_LOAD && segment->address < lowest)
            lowest = segment->address;
    }
    return NANVIX_PROGRAM_BASE - page_down(lowest);
}

/* Maps the program. Returns NULL and its entry, or what is wrong with it. */
const char *loader_load(uint32_t initrd, uint32_t size, uint32_t *entry)
{
    const struct program_header *segment;
    const char *problem;
    uint32_t bias;

    image = initrd;
    image_size = size;
    problem = check_header();
    if (problem != NULL)
        return problem;
    bias = bias_of_image();
    segment = segments();
    for (uint32_t i = 0; i < segment_count(); i++, segment++) {
        if (segment->type != SEGMENT_LOAD || segment->memory_size == 0)
            continue;
        problem = check_segment(segment, bias);
        if (problem == NULL)
            problem = load_segment(segment, bias);
        if (problem != NULL)
            return problem;
    }
    *entry = ((const struct elf_header *)image)->entry + bias;
    return NULL;
}
