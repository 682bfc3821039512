/* A program that maps memory by kernel calls of its own, beside the layer's. */
#include <fcntl.h>
#include <nanvix/kcalls.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

enum { PAGES = 16, READ_WRITE = NANVIX_PROTECTION_READ | NANVIX_PROTECTION_WRITE };

int main(void)
{
    char *probe = mmap(NULL, NANVIX_PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t own = (uint32_t)probe + 4 * NANVIX_PAGE_SIZE;
    int file = open("/file", O_CREAT | O_RDWR, 0644);
    bool intact = true;

    check_number("the kernel maps where the layer has nothing",
                 nanvix_mmap(NANVIX_PROCESS_PROGRAM, own, PAGES, READ_WRITE), 0);
    memset((void *)own, 'o', PAGES * NANVIX_PAGE_SIZE);
    for (int i = 0; i < 50; i++) {
        char *block = malloc(100000);

        memset(block, i, 100000);
        char *pages = mmap(NULL, 3 * NANVIX_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        check("the layer finds room elsewhere", block != NULL && pages != MAP_FAILED);
        memset(pages, i, 3 * NANVIX_PAGE_SIZE);
    }
    for (unsigned i = 0; i < PAGES * NANVIX_PAGE_SIZE; i++)
        intact = intact && ((char *)own)[i] == 'o';
    check("what the program mapped stays as it was", intact);
    check_number("and can be written to a file", write(file, (void *)own, 10000), 10000);
    check_number("and to standard output", write(STDOUT_FILENO, (void *)own, 0), 0);
    unlink("/file");
    return finish();
}
