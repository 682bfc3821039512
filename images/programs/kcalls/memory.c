/* The program's memory: mmap, munmap, mctrl, the stack that grows, and what the program finds in its own file. */
#include "check.h"

#define PAGE NANVIX_PAGE_SIZE
#define PROGRAM NANVIX_PROCESS_PROGRAM

static volatile uint32_t data_word = 0x12345678;
static volatile uint32_t data_pages[3 * PAGE / 4] = {1};
static volatile uint32_t zero_pages[3 * PAGE / 4];

static int all_zero(const volatile uint32_t *words, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 4; i++) {
        if (words[i] != 0)
            return 0;
    }
    return 1;
}

static void check_program(void)
{
    expect("initialised data is there", data_word, 0x12345678);
    expect("and on every page", data_pages[0] + data_pages[PAGE / 4] + data_pages[2 * PAGE / 4], 1);
    expect_true("uninitialised data is zero", all_zero(zero_pages, sizeof(zero_pages)));
    data_word = 1;
    data_pages[PAGE / 4] = 2;
    zero_pages[PAGE / 4] = 3;
    expect("data can be written", data_word + data_pages[PAGE / 4] + zero_pages[PAGE / 4], 6);
}

static void check_mmap(void)
{
    volatile uint32_t *words = (volatile uint32_t *)FREE_AREA;

    expect("mmap maps pages", nanvix_mmap(PROGRAM, FREE_AREA, 4, READ_WRITE), 0);
    expect_true("they are zero", all_zero(words, 4 * PAGE));
    words[0] = 1;
    words[4 * PAGE / 4 - 1] = 2;
    expect("they can be written to the last byte", words[0] + words[4 * PAGE / 4 - 1], 3);
    expect_error("mmap refuses a mapped page", nanvix_mmap(PROGRAM, FREE_AREA, 1, READ_WRITE), NANVIX_EBUSY);
    expect_error("mmap refuses a range that ends in one", nanvix_mmap(PROGRAM, FREE_AREA - PAGE, 2, READ_WRITE),
                 NANVIX_EBUSY);
    expect("and has mapped nothing of it then", nanvix_mmap(PROGRAM, FREE_AREA - PAGE, 1, READ_WRITE), 0);
    expect_error("mmap refuses an address within a page", nanvix_mmap(PROGRAM, FREE_AREA + 1, 1, READ_WRITE),
                 NANVIX_EINVAL);
    expect_error("mmap refuses no pages", nanvix_mmap(PROGRAM, FREE_AREA + 16 * PAGE, 0, READ_WRITE), NANVIX_EINVAL);
    expect_error("mmap refuses an unknown protection", nanvix_mmap(PROGRAM, FREE_AREA + 16 * PAGE, 1, 8),
                 NANVIX_EINVAL);
    expect_error("mmap refuses kernel space", nanvix_mmap(PROGRAM, 0x00100000, 1, READ_WRITE), NANVIX_EFAULT);
    expect_error("mmap refuses what is above user space", nanvix_mmap(PROGRAM, NANVIX_USER_END, 1, READ_WRITE),
                 NANVIX_EFAULT);
    expect_error("mmap refuses a range across its end", nanvix_mmap(PROGRAM, FREE_AREA + 16 * PAGE, 0x90000, 6),
                 NANVIX_EFAULT);
    expect_error("mmap refuses a number of pages that wraps", nanvix_mmap(PROGRAM, FREE_AREA, 0x100001, 6),
                 NANVIX_EFAULT);
    expect_error("mmap refuses another process", nanvix_mmap(2, FREE_AREA + 16 * PAGE, 1, READ_WRITE), NANVIX_ESRCH);
}

static void check_exhaustion(void)
{
    const uint32_t begin = FREE_AREA + 0x1000000;
    const uint32_t step = 256;
    uint32_t address = begin;
    int64_t result;

    while ((result = nanvix_mmap(PROGRAM, address, step, READ_WRITE)) == 0)
        address += step * PAGE;
    expect_error("mmap fails when memory is used up", result, NANVIX_ENOMEM);
    expect_error("and then has mapped nothing", nanvix_munmap(PROGRAM, address), NANVIX_EBUSY);
    for (uint32_t page = begin; page < address; page += PAGE)
        result |= nanvix_munmap(PROGRAM, page);
    result = nanvix_mmap(PROGRAM, begin, 1, READ_WRITE);
    expect("memory that was given back is there again", result, 0);
    expect_true("and zero", all_zero((const volatile uint32_t *)begin, PAGE));
    nanvix_munmap(PROGRAM, begin);
}

static void check_munmap(void)
{
    expect("munmap unmaps a page", nanvix_munmap(PROGRAM, FREE_AREA), 0);
    expect_error("munmap refuses an unmapped page", nanvix_munmap(PROGRAM, FREE_AREA), NANVIX_EBUSY);
    expect_error("munmap says when there is no page table", nanvix_munmap(PROGRAM, 0xa0000000), NANVIX_ENOENT);
    expect_error("munmap refuses an address within a page", nanvix_munmap(PROGRAM, FREE_AREA + 8), NANVIX_EINVAL);
    expect_error("munmap refuses kernel space", nanvix_munmap(PROGRAM, 0x1000), NANVIX_EFAULT);
    expect_error("munmap refuses another process", nanvix_munmap(3, FREE_AREA + PAGE), NANVIX_ESRCH);
    expect_error("a pointer to an unmapped page is refused", nanvix_debug((void *)FREE_AREA, 1), NANVIX_ENOENT);
    expect_error("and one that runs into it", nanvix_debug((void *)(FREE_AREA - 1), 2), NANVIX_ENOENT);
}

static void check_mctrl(void)
{
    const uint32_t page = FREE_AREA + PAGE;
    struct nanvix_time *time = (struct nanvix_time *)page;

    expect("mctrl makes a page read-only", nanvix_mctrl(PROGRAM, page, NANVIX_PROTECTION_READ), 0);
    expect_error("the kernel does not write to it", nanvix_gettime(time), NANVIX_EFAULT);
    expect("mctrl makes it writable again", nanvix_mctrl(PROGRAM, page, READ_WRITE), 0);
    expect("and the kernel writes to it", nanvix_gettime(time), 0);
    expect("mctrl takes all access", nanvix_mctrl(PROGRAM, page, 0), 0);
    expect_error("the kernel does not read it then", nanvix_debug(time, 1), NANVIX_EFAULT);
    expect_error("mctrl refuses an unmapped page", nanvix_mctrl(PROGRAM, FREE_AREA, READ_WRITE), NANVIX_ENOENT);
    expect_error("and one without a page table", nanvix_mctrl(PROGRAM, 0xa0000000, READ_WRITE), NANVIX_ENOENT);
    expect_error("mctrl refuses an address within a page", nanvix_mctrl(PROGRAM, page + 4, READ_WRITE), NANVIX_EINVAL);
    expect_error("mctrl refuses an unknown protection", nanvix_mctrl(PROGRAM, page, 16), NANVIX_EINVAL);
    expect_error("mctrl refuses kernel space", nanvix_mctrl(PROGRAM, 0, READ_WRITE), NANVIX_EFAULT);
    expect_error("mctrl refuses another process", nanvix_mctrl(0, page, READ_WRITE), NANVIX_ESRCH);
}

static void check_text(void)
{
    const uint32_t page = (uint32_t)(uintptr_t)check_text & ~(PAGE - 1);
    volatile uint8_t *text = (volatile uint8_t *)check_text;
    const uint8_t first = *text;

    expect_error("the kernel does not write to text", nanvix_gettime((void *)page), NANVIX_EFAULT);
    expect("text can be made writable", nanvix_mctrl(PROGRAM, page, 7), 0);
    *text = first ^ 0xff;
    expect("and then be written", *text, first ^ 0xff);
    *text = first;
}

/* Far below what was mapped at the start, so that the kernel has to map it: once by a fault, once for a pointer. */
static void check_stack(void)
{
    volatile uint32_t *deep = (volatile uint32_t *)(NANVIX_STACK_TOP - 1024 * 1024);
    const uint32_t lowest = NANVIX_STACK_TOP - NANVIX_STACK_MAXIMUM_SIZE;

    expect("the stack grows when it is touched", *deep, 0);
    *deep = 7;
    expect("and keeps what is written", *deep, 7);
    expect("a call may write to a page of the stack not touched yet", nanvix_gettime((void *)lowest), 0);
    expect_error("the stack ends after 4 MiB", nanvix_gettime((void *)(lowest - PAGE)), NANVIX_ENOENT);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_program();
    check_mmap();
    check_munmap();
    check_mctrl();
    check_exhaustion();
    check_text();
    check_stack();
}
