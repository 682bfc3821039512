/* Mappings shared with a file, files in memory, shared memory and semaphores with names. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

enum { PAGE = 4096 };

static char bytes[3 * PAGE];

static bool holds(int file, off_t at, const char *text)
{
    return pread(file, bytes, strlen(text), at) == (ssize_t)strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

static void mapped(void)
{
    int file = open("file", O_CREAT | O_RDWR, 0644);
    struct stat status;

    memset(bytes, '.', sizeof(bytes));
    write(file, bytes, 2 * PAGE + 100);
    char *map = mmap(NULL, 2 * PAGE + 100, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    check("a file is mapped", map != MAP_FAILED && map[0] == '.' && map[2 * PAGE + 99] == '.');
    check_number("its last page is zeros behind its end", map[2 * PAGE + 100], 0);
    memcpy(map + 10, "by memory", 9);
    check("a read sees what was written to memory", holds(file, 10, "by memory"));
    pwrite(file, "by write", 8, PAGE - 4);
    check("memory sees what was written to the file", memcmp(map + PAGE - 4, "by write", 8) == 0);
    char *again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, PAGE);
    check("part of it is mapped again", again != MAP_FAILED && memcmp(again, "rite", 4) == 0);
    memcpy(again, "RITE", 4);
    check("both see the same", memcmp(map + PAGE - 4, "by wRITE", 8) == 0);
    char *read_only = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0);
    check("also one that only reads", read_only != MAP_FAILED && memcmp(read_only + 10, "by memory", 9) == 0);
    check_number("one goes", munmap(map, 2 * PAGE + 100), 0);
    memcpy(again + 8, "still", 5);
    check("the other stays", holds(file, PAGE + 8, "still"));
    munmap(read_only, PAGE);
    check_number("msync writes it", msync(again, PAGE, MS_SYNC), 0);
    munmap(again, PAGE);
    check("all is in the file", holds(file, 10, "by memory") && holds(file, PAGE - 4, "by wRITE") && holds(file, PAGE + 8, "still"));
    check_error("what is gone can't be synced", msync(again, PAGE, MS_SYNC), ENOMEM);

    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    memcpy(map, "closed", 6);
    munmap(map, PAGE);
    file = open("file", O_RDWR);
    check("a mapping outlives its descriptor", holds(file, 0, "closed"));
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ftruncate(file, 3);
    check("cutting the file off cuts the mapping", map[2] == 'o' && map[3] == 0 && map[10] == 0);
    map[3] = '!';
    fstat(file, &status);
    check_number("writing behind the end makes it no longer", status.st_size, 3);
    munmap(map, PAGE);
    ftruncate(file, PAGE);
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ftruncate(file, 2 * PAGE);
    char *longer = mremap(map, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    check("a mapping gets longer", longer != MAP_FAILED);
    memcpy(longer + PAGE, "second page", 11);
    check("with what is behind", holds(file, PAGE, "second page"));
    char *private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    check("a private one begins with it", memcmp(private + PAGE, "second page", 11) == 0);
    private[PAGE] = 'S';
    check("and keeps what is written to it", holds(file, PAGE, "second page"));
    munmap(private, 2 * PAGE);
    unlink("file");
    longer[0] = 'u';
    check("a file without a name stays mapped", holds(file, 0, "u"));
    munmap(longer, 2 * PAGE);
    close(file);
}

static void refused(void)
{
    int file = open("file", O_CREAT | O_RDWR, 0644);
    int reader = open("file", O_RDONLY);
    int writer = open("file", O_WRONLY);

    ftruncate(file, PAGE);
    check("what was opened to read is not mapped to write",
          mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reader, 0) == MAP_FAILED && errno == EACCES);
    check("but a private copy is", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, reader, 0) != MAP_FAILED);
    check("what was opened to write is not mapped at all",
          mmap(NULL, PAGE, PROT_READ, MAP_SHARED, writer, 0) == MAP_FAILED && errno == EACCES);
    check("an offset is whole pages", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 5) == MAP_FAILED && errno == EINVAL);
    check("a directory is not mapped",
          mmap(NULL, PAGE, PROT_READ, MAP_SHARED, open(".", O_RDONLY), 0) == MAP_FAILED && errno == ENODEV);
    char *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    pwrite(file, "seen", 4, 0);
    check("one that reads sees what is written", map != MAP_FAILED && memcmp(map, "seen", 4) == 0);
    munmap(map, PAGE);
    close(file), close(reader), close(writer);
    unlink("file");
}

static void memory(void)
{
    struct stat status;
    int file = memfd_create("name", MFD_CLOEXEC);

    check("memfd_create makes a file", file >= 0);
    check("that closes on exec", fcntl(file, F_GETFD) == FD_CLOEXEC);
    check("of no links", fstat(file, &status) == 0 && status.st_nlink == 0 && S_ISREG(status.st_mode) && status.st_size == 0);
    check_number("it is written", write(file, "memory", 6), 6);
    check("and read", holds(file, 0, "memory"));
    ftruncate(file, PAGE);
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    check("and mapped", map != MAP_FAILED && memcmp(map, "memory", 6) == 0);
    munmap(map, PAGE);
    close(file);
    check_error("flags nobody knows", memfd_create("name", 0x8000), EINVAL);
}

static void sealed(void)
{
    int file = memfd_create("sealed", MFD_ALLOW_SEALING);
    int closed = memfd_create("closed", 0);
    int ordinary = open("ordinary", O_CREAT | O_RDWR, 0644);

    write(file, "sealed", 6);
    check_number("a file in memory may have no seals", fcntl(file, F_GET_SEALS), 0);
    check_number("against growing and shrinking", fcntl(file, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK), 0);
    check_error("then it does not shrink", ftruncate(file, 3), EPERM);
    check_error("nor grow", ftruncate(file, 9), EPERM);
    check_error("also not by a write", pwrite(file, "longer", 6, 3), EPERM);
    check_number("one inside is done", pwrite(file, "SEA", 3, 0), 3);
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    check_error("against writing, not while it is mapped", fcntl(file, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
    munmap(map, PAGE);
    check_number("but then", fcntl(file, F_ADD_SEALS, F_SEAL_WRITE), 0);
    check_error("it is not written", pwrite(file, "x", 1, 0), EPERM);
    check("nor mapped so", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) == MAP_FAILED && errno == EPERM);
    map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    check("a copy is", map != MAP_FAILED && memcmp(map, "SEAled", 6) == 0);
    munmap(map, PAGE);
    check_number("the last seal", fcntl(file, F_ADD_SEALS, F_SEAL_SEAL), 0);
    check_error("lets no other follow", fcntl(file, F_ADD_SEALS, F_SEAL_WRITE), EPERM);
    check_number("all are told", fcntl(file, F_GET_SEALS), F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    check_number("a file that was not made for it has that one", fcntl(closed, F_GET_SEALS), F_SEAL_SEAL);
    check_error("seals nobody knows", fcntl(memfd_create("any", MFD_ALLOW_SEALING), F_ADD_SEALS, 0x4000), EINVAL);
    check_error("and any other file has none", fcntl(ordinary, F_GET_SEALS), EINVAL);
    close(file), close(closed), close(ordinary);
    unlink("ordinary");
}

static void named(void)
{
    int file = shm_open("/memory", O_CREAT | O_EXCL | O_RDWR, 0600);

    check("shm_open makes shared memory", file >= 0);
    check_error("once", shm_open("/memory", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    ftruncate(file, PAGE);
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    int other = shm_open("/memory", O_RDWR, 0);
    char *again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
    strcpy(map, "seen");
    check_text("both see it", again, "seen");
    munmap(map, PAGE), munmap(again, PAGE), close(file), close(other);
    check_number("its name goes", shm_unlink("/memory"), 0);
    check_error("then it is gone", shm_open("/memory", O_RDWR, 0), ENOENT);

    sem_t *one = sem_open("/semaphore", O_CREAT | O_EXCL, 0600, 1);
    sem_t *same = sem_open("/semaphore", 0);
    int value = -1;
    check("sem_open makes a semaphore", one != SEM_FAILED);
    check("which others open", same == one);
    check("it counts", sem_wait(one) == 0 && sem_getvalue(same, &value) == 0 && value == 0);
    check_error("down to 0", sem_trywait(same), EAGAIN);
    check("and up", sem_post(same) == 0 && sem_trywait(one) == 0);
    check("it is closed", sem_close(one) == 0 && sem_close(same) == 0);
    check_number("and removed", sem_unlink("/semaphore"), 0);
    check_error("once", sem_unlink("/semaphore"), ENOENT);
}

int main(void)
{
    mapped();
    refused();
    memory();
    sealed();
    named();
    return finish();
}
