/* A full volume: what still fits is written, the rest is ENOSPC, and everything is whole when room is made. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "check.h"

static char block[8192];

static long long free_bytes(void)
{
    struct statfs status;

    statfs("/", &status);
    return (long long)status.f_bfree * status.f_bsize;
}

int main(void)
{
    long long before = free_bytes(), written = 0;
    struct stat status;
    ssize_t got;
    int file = open("/fill", O_CREAT | O_RDWR, 0644);

    memset(block, 'f', sizeof(block));
    while ((got = write(file, block, sizeof(block))) == (ssize_t)sizeof(block))
        written += got;
    check("the last write is short or refused", got == -1 || (got > 0 && got < (ssize_t)sizeof(block)));
    written += got > 0 ? got : 0;
    check_error("then there is no room", write(file, block, 1), ENOSPC);
    fstat(file, &status);
    check_number("the file is as large as what was written", status.st_size, written);
    check_number("it took all there was", written, before);
    check_number("nothing is free", free_bytes(), 0);
    check_error("no directory can be made", mkdir("/dir", 0755), ENOSPC);
    check_error("no file lengthened", ftruncate(file, status.st_size + 1), ENOSPC);
    fstat(file, &status);
    check_number("that left it as it was", status.st_size, written);
    int other = open("/empty", O_CREAT | O_WRONLY, 0644);
    check("a file without content may still find a name", other >= 0);
    check_error("but no byte", write(other, "x", 1), ENOSPC);
    check_number("a rename needs no room", rename("/fill", "/FULL"), 0);
    check_number("shortening makes some", ftruncate(file, written / 2), 0);
    check_number("which can be used", write(other, block, sizeof(block)), sizeof(block));
    check_number("the first half is whole", pread(file, block, 1, written / 2 - 1), 1);
    check_number("and as written", block[0], 'f');
    close(file);
    close(other);
    unlink("/FULL");
    unlink("/empty");
    check_number("in the end all is free again", free_bytes(), before);
    return finish();
}
