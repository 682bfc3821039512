/* Physical memory in frames of 4096 bytes: what lies between the kernel and the initrd, then what lies between the
 * initrd and the ramfs. Frames are handed out from the bottom up, so that memory in use stays together; frames
 * given back are handed out first, last one first. The link of the list lies in the free frame itself.
 *
 * Control page, clock page and ramfs are never in here. */
#include "kernel.h"

static struct {
    uint32_t next, end;
} ranges[2];

static uint32_t freed;

static uint32_t page_up(uint32_t address)
{
    return (address + NANVIX_PAGE_SIZE - 1) & PAGE_FRAME;
}

void frames_init(uint32_t initrd_begin, uint32_t initrd_end, uint32_t memory_end)
{
    ranges[0].next = page_up((uint32_t)kernel_end);
    ranges[0].end = initrd_begin;
    ranges[1].next = page_up(initrd_end);
    ranges[1].end = memory_end & PAGE_FRAME;
}

/* A frame with whatever was in it, or 0 when memory is used up. */
uint32_t frame_allocate_dirty(void)
{
    uint32_t frame = freed;

    if (frame != 0) {
        freed = *(uint32_t *)frame;
        return frame;
    }
    for (int i = 0; i < 2; i++) {
        if (ranges[i].next < ranges[i].end) {
            frame = ranges[i].next;
            ranges[i].next += NANVIX_PAGE_SIZE;
            return frame;
        }
    }
    return 0;
}

/* The same as memset; this is the one loop that most of the kernel's instructions would go to. */
static void zero(uint32_t frame)
{
    uint32_t words = NANVIX_PAGE_SIZE / 4;

    __asm__ volatile("rep stosl" : "+D"(frame), "+c"(words) : "a"(0) : "memory");
}

/* A frame of zeros, or 0. */
uint32_t frame_allocate(void)
{
    uint32_t frame = frame_allocate_dirty();

    if (frame != 0)
        zero(frame);
    return frame;
}

void frame_free(uint32_t frame)
{
    *(uint32_t *)frame = freed;
    freed = frame;
}
