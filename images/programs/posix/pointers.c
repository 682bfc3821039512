/* Pointers that lead nowhere are EFAULT, and nothing else happens. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { PAGE = 4096 };

int main(void)
{
    void *volatile nothing = NULL;
    void *volatile kernel = (void *)0x00100000;
    void *volatile unmapped = (void *)0xb0000000;
    int file = open("/file", O_CREAT | O_RDWR, 0644);
    char *edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *constant = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec pieces[] = {{"good", 4}, {unmapped, 4}};

    write(file, "0123456789", 10);
    munmap(edge + PAGE, PAGE);
    check_error("a null path", open(nothing, O_RDONLY), EFAULT);
    check_error("a path in the kernel", access(kernel, F_OK), EFAULT);
    memset(edge + PAGE - 4, '/', 4);
    check_error("a path that runs out of memory", access(edge + PAGE - 4, F_OK), EFAULT);
    edge[PAGE - 1] = '\0';
    check_number("one that ends in time", access(edge + PAGE - 4, F_OK), 0);
    check_error("writing from nothing", write(file, nothing, 1), EFAULT);
    check_error("from unmapped memory", write(file, unmapped, 1), EFAULT);
    check_error("from the kernel", pwrite(file, kernel, 1, 0), EFAULT);
    check_error("over the edge", write(file, edge + PAGE - 10, 20), EFAULT);
    check_error("reading into nothing", pread(file, nothing, 1, 0), EFAULT);
    check_error("into memory that is read-only", pread(file, constant, 1, 0), EFAULT);
    check_number("no bytes are no reason to look", write(file, nothing, 0), 0);
    check_number("a vector stops before the bad piece", writev(file, pieces, 2), 4);
    check_error("a vector that is nowhere", writev(file, unmapped, 2), EFAULT);
    check_error("standard output from nowhere", write(STDOUT_FILENO, unmapped, 5), EFAULT);
    check_error("and from nothing", write(STDOUT_FILENO, nothing, 5), EFAULT);
    check_error("standard input into nowhere", read(STDIN_FILENO, unmapped, 5), EFAULT);
    check_error("the time into nowhere", clock_gettime(CLOCK_REALTIME, unmapped), EFAULT);
    check_error("random numbers into nowhere", getrandom(unmapped, 8, 0), EFAULT);
    check_error("names into nowhere", syscall(SYS_getdents64, open("/", O_RDONLY), unmapped, 512), EFAULT);
    check_number("the file has only what was good", lseek(file, 0, SEEK_END), 14);
    unlink("/file");
    return finish();
}
