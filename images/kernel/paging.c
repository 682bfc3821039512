/* Page tables, of one address space in Era S and one for each process in Era M. Below 0x40000000 RAM is mapped where it is, for the kernel alone, in pages of
 * 4 MiB; user space is mapped in pages of 4 KiB whose tables are made when they are first needed.
 *
 * CR0.WP is on: the kernel respects read-only pages as well. */
#include "cpu.h"
#include "kernel.h"
#include "limits.h"

#define ENTRIES (PAGE_TABLE_SPAN / NANVIX_PAGE_SIZE)
#define TABLE_FLAGS (PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER)
#define STACK_BOTTOM (NANVIX_STACK_TOP - NANVIX_STACK_MAXIMUM_SIZE)

/* The directory in use. In Era M it is at first that of process 1, with which the kernel boots. */
#if NANVIX_ERA_M
static uint32_t first_directory[ENTRIES] __attribute__((aligned(NANVIX_PAGE_SIZE)));
static uint32_t *directory = first_directory;
#else
static uint32_t directory[ENTRIES] __attribute__((aligned(NANVIX_PAGE_SIZE)));
#endif

static void reload(void)
{
    write_cr3((uint32_t)directory);
}

uint32_t paging_init(void)
{
    for (uint32_t base = 0; base < MEMORY_SIZE; base += PAGE_TABLE_SPAN)
        directory[base / PAGE_TABLE_SPAN] = base | PAGE_LARGE | PAGE_WRITABLE | PAGE_PRESENT;
    write_cr4(CR4_LARGE_PAGES | CR4_FXSAVE | CR4_SIMD_EXCEPTIONS);
    reload();
    write_cr0(read_cr0() | CR0_PAGING | CR0_WRITE_PROTECT);
    return (uint32_t)directory;
}

/* The entry of a user page, or NULL when there is no table for it. */
uint32_t *page_entry(uint32_t address)
{
    uint32_t table = directory[address / PAGE_TABLE_SPAN];

    if ((table & PAGE_PRESENT) == 0)
        return NULL;
    return (uint32_t *)(table & PAGE_FRAME) + address / NANVIX_PAGE_SIZE % ENTRIES;
}

/* The same, but a missing table is made; NULL when there is no memory for it. */
uint32_t *page_entry_create(uint32_t address)
{
    uint32_t *table = &directory[address / PAGE_TABLE_SPAN];

    if ((*table & PAGE_PRESENT) == 0) {
        uint32_t frame = frame_allocate();

        if (frame == 0)
            return NULL;
        *table = frame | TABLE_FLAGS;
    }
    return page_entry(address);
}

/* The address up to which pages share the page table of `address`, at most `end`: their entries follow each other. */
uint32_t page_table_end(uint32_t address, uint32_t end)
{
    const uint32_t next = (address / PAGE_TABLE_SPAN + 1) * PAGE_TABLE_SPAN;

    return next < end ? next : end;
}

/* Replaces a page of 4 MiB by a table that maps the same. Returns -ENOMEM or 0. */
static int split(uint32_t base)
{
    uint32_t *large = &directory[base / PAGE_TABLE_SPAN];
    uint32_t *table;

    if ((*large & PAGE_LARGE) == 0)
        return 0;
    table = (uint32_t *)frame_allocate_dirty();
    if (table == NULL)
        return -NANVIX_ENOMEM;
    for (uint32_t i = 0; i < ENTRIES; i++)
        table[i] = (base + i * NANVIX_PAGE_SIZE) | PAGE_WRITABLE | PAGE_PRESENT;
    *large = (uint32_t)table | TABLE_FLAGS;
    return 0;
}

/* Lets the program touch a region of RAM where it is, or no longer. Base and size are multiples of a page. Returns
 * 0 or -ENOMEM, and then nothing has changed that the program could see. */
int paging_expose(uint32_t base, uint32_t size, int on)
{
    const uint32_t end = base + size;
    const uint32_t user = on ? PAGE_USER : 0;
    uint32_t address;

    if (base % PAGE_TABLE_SPAN != 0 && split(base & ~(PAGE_TABLE_SPAN - 1)) != 0)
        return -NANVIX_ENOMEM;
    if (end % PAGE_TABLE_SPAN != 0 && split(end & ~(PAGE_TABLE_SPAN - 1)) != 0)
        return -NANVIX_ENOMEM;
    for (address = base; address < end;) {
        uint32_t *entry = &directory[address / PAGE_TABLE_SPAN];
        uint32_t step = PAGE_TABLE_SPAN;

        if ((*entry & PAGE_LARGE) == 0) {
            entry = page_entry(address);
            step = NANVIX_PAGE_SIZE;
        }
        *entry = (*entry & ~PAGE_USER) | user;
        address += step;
    }
    reload();
    return 0;
}

/* Where a mapped byte of the program lies in RAM. */
uint32_t page_physical(uint32_t address)
{
    return (*page_entry(address) & PAGE_FRAME) | address % NANVIX_PAGE_SIZE;
}

/* Keeps the pages of a buffer where they are while the host may still write into them, or no longer. */
void page_pin(uint32_t address, uint32_t length, int on)
{
    const uint32_t last = address + length - 1;

    for (uint32_t page = address & PAGE_FRAME; page <= last; page += NANVIX_PAGE_SIZE) {
        if (on)
            *page_entry(page) |= PAGE_PINNED;
        else
            *page_entry(page) &= ~PAGE_PINNED;
    }
}

int stack_contains(uint32_t address)
{
    return address >= STACK_BOTTOM && address < NANVIX_STACK_TOP;
}

/* Maps a page of the first thread's stack, which grows when it is touched. Returns 0 or -ENOMEM. */
int stack_fault_in(uint32_t address)
{
    uint32_t *entry = page_entry_create(address);
    uint32_t frame;

    if (entry == NULL)
        return -NANVIX_ENOMEM;
    frame = frame_allocate();
    if (frame == 0)
        return -NANVIX_ENOMEM;
    *entry = frame | PAGE_OWNED | PAGE_USER | PAGE_WRITABLE | PAGE_PRESENT;
    return 0;
}

#if NANVIX_ERA_M

#define FIRST_USER_ENTRY (NANVIX_USER_BASE / PAGE_TABLE_SPAN)

/* An address space without a page of user space; 0 when there is no memory. The kernel's part of the first is copied, so others
 * are to be made before anything of it is exposed. */
uint32_t paging_new_space(int first)
{
    uint32_t space = first ? (uint32_t)first_directory : frame_allocate();

    if (space != 0 && !first)
        memcpy((void *)space, first_directory, FIRST_USER_ENTRY * sizeof(first_directory[0]));
    return space;
}

void paging_enter(uint32_t space)
{
    if (directory == (uint32_t *)space)
        return;
    directory = (uint32_t *)space;
    reload();
}

/* Gives back all frames of an address space that is not in use. What the host may still write into is lost. */
void paging_free_space(uint32_t space)
{
    uint32_t *entries = (uint32_t *)space;

    for (uint32_t i = 0; i < ENTRIES; i++) {
        const uint32_t *table = (const uint32_t *)(entries[i] & PAGE_FRAME);

        if ((entries[i] & PAGE_PRESENT) == 0 || (entries[i] & PAGE_LARGE) != 0)
            continue;
        for (uint32_t j = 0; i >= FIRST_USER_ENTRY && j < ENTRIES; j++) {
            if ((table[j] & PAGE_OWNED) != 0 && (table[j] & PAGE_PINNED) == 0)
                frame_free(table[j] & PAGE_FRAME);
        }
        frame_free((uint32_t)table);
    }
    frame_free(space);
}

#endif
