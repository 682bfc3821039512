/* Takes all the memory that the kernel gives, and writes to each page of it. */
#include <stdio.h>
#include <sys/mman.h>
#define PAGE 4096u
int main(void)
{
    unsigned long pages = 0;
    for (unsigned long size = 1u << 20; size >= PAGE;) {
        unsigned char *piece = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED) {
            size /= 2;
            continue;
        }
        for (unsigned long at = 0; at < size; at += PAGE) piece[at] = 1;
        pages += size / PAGE;
    }
    printf("%lu pages\n", pages);
    return 0;
}
