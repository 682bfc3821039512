/* Files: open, read, write, seek, append, truncate, positioned and vectored transfers, descriptors, attributes. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static char buffer[100000];

static off_t size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? status.st_size : -1;
}

static void opening(void)
{
    int file = open("/new.txt", O_CREAT | O_EXCL | O_RDWR, 0644);

    check("O_CREAT makes a file", file >= 0);
    check_number("a new file is empty", size_of("/new.txt"), 0);
    check_error("O_EXCL refuses a file that exists", open("/new.txt", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
    check_number("write takes all bytes", write(file, "hello, volume", 13), 13);
    check_number("the size follows", size_of("/new.txt"), 13);
    close(file);
    check_error("a closed descriptor is none", write(file, "x", 1), EBADF);

    file = open("/new.txt", O_RDONLY);
    check_number("read gives what is there", read(file, buffer, sizeof(buffer)), 13);
    check("and it is what was written", memcmp(buffer, "hello, volume", 13) == 0);
    check_number("at the end there is nothing", read(file, buffer, sizeof(buffer)), 0);
    check_error("a file opened for reading can't be written", write(file, "x", 1), EBADF);
    close(file);

    file = open("/new.txt", O_WRONLY | O_TRUNC);
    check_number("O_TRUNC empties the file", size_of("/new.txt"), 0);
    check_error("a file opened for writing can't be read", read(file, buffer, 1), EBADF);
    close(file);
    check_number("unlink removes it", unlink("/new.txt"), 0);
    check_error("then it is gone", open("/new.txt", O_RDONLY), ENOENT);
}

static void seeking(void)
{
    int file = open("/seek.bin", O_CREAT | O_RDWR, 0644);

    write(file, "0123456789", 10);
    check_number("SEEK_SET", lseek(file, 3, SEEK_SET), 3);
    check_number("reads from there", read(file, buffer, 2), 2);
    check("the right bytes", memcmp(buffer, "34", 2) == 0);
    check_number("SEEK_CUR", lseek(file, -1, SEEK_CUR), 4);
    check_number("SEEK_END", lseek(file, -2, SEEK_END), 8);
    check_error("no position before the start", lseek(file, -1, SEEK_SET), EINVAL);
    check_error("no unknown whence", lseek(file, 0, 77), EINVAL);
    check_number("a position behind the end is allowed", lseek(file, 5000, SEEK_SET), 5000);
    check_number("it does not change the size", size_of("/seek.bin"), 10);
    write(file, "!", 1);
    check_number("writing there does", size_of("/seek.bin"), 5001);
    check_number("what lies between", pread(file, buffer, 4990, 10), 4990);
    bool zeros = true;
    for (int i = 0; i < 4990; i++)
        zeros = zeros && buffer[i] == 0;
    check("reads as zeros", zeros);
    close(file);
    unlink("/seek.bin");
}

static void appending(void)
{
    int first = open("/log", O_CREAT | O_WRONLY | O_APPEND, 0644);
    int second = open("/log", O_WRONLY | O_APPEND);

    write(first, "one ", 4);
    write(second, "two ", 4);
    lseek(first, 0, SEEK_SET);
    write(first, "three", 5);
    close(first);
    close(second);
    first = open("/log", O_RDONLY);
    buffer[read(first, buffer, sizeof(buffer) - 1)] = '\0';
    check_text("O_APPEND writes at the end, wherever that is by then", buffer, "one two three");
    close(first);
    unlink("/log");
}

static void truncating(void)
{
    int file = open("/cut", O_CREAT | O_RDWR, 0644);

    memset(buffer, 'x', 20000);
    write(file, buffer, 20000);
    check_number("ftruncate shortens", ftruncate(file, 7000), 0);
    check_number("the size follows", size_of("/cut"), 7000);
    check_number("ftruncate lengthens", ftruncate(file, 9000), 0);
    check_number("the new part is read", pread(file, buffer, 3000, 6500), 2500);
    bool kept = true, zeros = true;
    for (int i = 0; i < 2500; i++) {
        kept = kept && (i >= 500 || buffer[i] == 'x');
        zeros = zeros && (i < 500 || buffer[i] == 0);
    }
    check("the old bytes stay", kept);
    check("the new ones are zeros", zeros);
    check_number("posix_fallocate makes room", posix_fallocate(file, 1000, 20000), 0);
    check_number("which is the file's", size_of("/cut"), 21000);
    check_number("and leaves what is longer alone", posix_fallocate(file, 0, 10), 0);
    check_number("as it was", size_of("/cut"), 21000);
    check_number("truncate works by name", truncate("/cut", 0), 0);
    check_number("down to nothing", size_of("/cut"), 0);
    check_error("a negative size is refused", ftruncate(file, -1), EINVAL);
    check_error("a size beyond 4 GiB too", ftruncate(file, 5000000000ll), EFBIG);
    close(file);
    file = open("/cut", O_RDONLY);
    check_error("a descriptor for reading can't truncate", ftruncate(file, 1), EINVAL);
    close(file);
    unlink("/cut");
}

static void positioned(void)
{
    int file = open("/vector", O_CREAT | O_RDWR, 0644);
    char one[4] = "", two[8] = "";
    struct iovec out[] = {{"abc", 3}, {"", 0}, {"defgh", 5}};
    struct iovec in[] = {{one, 3}, {two, 5}};

    check_number("writev writes all pieces", writev(file, out, 3), 8);
    lseek(file, 0, SEEK_SET);
    check_number("readv fills all pieces", readv(file, in, 2), 8);
    check_text("the first", one, "abc");
    check_text("the second", two, "defgh");
    check_number("pwrite writes elsewhere", pwrite(file, "XY", 2, 1), 2);
    check_number("and leaves the position", lseek(file, 0, SEEK_CUR), 8);
    check_number("pread reads elsewhere", pread(file, one, 3, 0), 3);
    check_text("what pwrite wrote", one, "aXY");
    check_number("preadv too", preadv(file, in, 2, 0), 8);
    check_error("a negative offset is refused", pread(file, one, 1, -1), EINVAL);
    close(file);
    unlink("/vector");
}

static void descriptors(void)
{
    int file = open("/dup", O_CREAT | O_RDWR, 0644);
    int copy = dup(file);

    write(file, "0123456789", 10);
    check_number("dup shares the position", lseek(copy, 0, SEEK_CUR), 10);
    check_number("dup2 takes the number asked for", dup2(file, 100), 100);
    check_number("dup2 of itself is itself", dup2(file, file), file);
    check_error("dup3 of itself is refused", dup3(file, file, 0), EINVAL);
    check_number("F_DUPFD finds one from there on", fcntl(file, F_DUPFD, 100), 101);
    check_number("a copy is not closed on exec", fcntl(101, F_GETFD), 0);
    fcntl(101, F_SETFD, FD_CLOEXEC);
    check_number("until told so", fcntl(101, F_GETFD), FD_CLOEXEC);
    check_number("F_GETFL tells the access mode", fcntl(file, F_GETFL) & O_ACCMODE, O_RDWR);
    fcntl(file, F_SETFL, O_APPEND);
    check("F_SETFL sets O_APPEND for all copies", fcntl(copy, F_GETFL) & O_APPEND);
    check_error("F_GETFD of nothing", fcntl(99, F_GETFD), EBADF);
    close(file);
    check_number("a copy outlives the original", write(copy, "x", 1), 1);
    close(copy);
    close(100);
    close(101);
    unlink("/dup");

    int count = 0, last = -1, next;
    while ((next = open("/", O_RDONLY)) >= 0) {
        last = next;
        count++;
    }
    check("descriptors run out", errno == EMFILE && count > 100);
    for (int i = 3; i <= last; i++)
        close(i);
}

static void nameless(void)
{
    int file = open("/ghost", O_CREAT | O_RDWR, 0644);
    struct stat status;

    write(file, "still here", 10);
    unlink("/ghost");
    check_error("an unlinked file has no name", open("/ghost", O_RDONLY), ENOENT);
    check_number("but can be read", pread(file, buffer, 10, 0), 10);
    check("with its content", memcmp(buffer, "still here", 10) == 0);
    check_number("and written", pwrite(file, buffer, 10, 50000), 10);
    fstat(file, &status);
    check_number("it has no links", status.st_nlink, 0);
    check_number("its times can be set", futimens(file, (struct timespec[2]){{1000000000, 0}, {1000000000, 0}}), 0);
    fstat(file, &status);
    check_number("and read", status.st_mtime, 1000000000);
    check_number("another of that name is another file", open("/ghost", O_CREAT | O_EXCL | O_RDWR, 0644), file + 1);
    check_number("and is empty", size_of("/ghost"), 0);
    close(file);
    close(file + 1);
    unlink("/ghost");
}

static void attributes(void)
{
    int file = open("/mode", O_CREAT | O_RDWR, 0644);
    struct stat status, again;
    struct timespec times[2] = {{1000000000, 0}, {1234567890, 0}};

    fstat(file, &status);
    check("a file is a regular file", S_ISREG(status.st_mode));
    check_number("that all may read and its owner write", status.st_mode & 0777, 0644);
    check_number("with one link", status.st_nlink, 1);
    write(file, buffer, 5000);
    fstat(file, &again);
    check_number("its number stays", again.st_ino, status.st_ino);
    check("its blocks follow the size", again.st_blocks * 512 >= 5000);
    check("stat by name finds the same", stat("/mode", &status) == 0 && status.st_ino == again.st_ino);
    check_number("chmod takes the right to write", chmod("/mode", 0444), 0);
    stat("/mode", &status);
    check_number("stat shows it", status.st_mode & 0777, 0444);
    check_error("opening for writing is refused", open("/mode", O_WRONLY), EACCES);
    check_error("access says so", access("/mode", W_OK), EACCES);
    check_number("fchmod gives it back", fchmod(file, 0644), 0);
    check_number("access says so too", access("/mode", R_OK | W_OK), 0);
    check_error("a file without such a bit can't be executed", access("/mode", X_OK), EACCES);
    check_number("utimensat sets times", utimensat(AT_FDCWD, "/mode", times, 0), 0);
    stat("/mode", &status);
    check_number("of modification", status.st_mtime, 1234567890);
    check_number("of access", status.st_atime, 1000000000);
    write(file, "x", 1);
    stat("/mode", &status);
    check("writing sets the time of modification", status.st_mtime != 1234567890);
    check_error("a file is no terminal", ioctl(file, TIOCGWINSZ, buffer), ENOTTY);
    check_number("FIOCLEX is known", ioctl(file, FIOCLEX), 0);
    check_number("fsync has nothing to do", fsync(file), 0);
    close(file);
    unlink("/mode");
}

static void large(void)
{
    int file = open("/large", O_CREAT | O_RDWR, 0644);
    unsigned sum = 0, sum_read = 0;
    ssize_t got;

    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 50000; k++)
            sum += (unsigned char)(buffer[k] = (char)(i * 7 + k * 13));
        write(file, buffer, 50000);
    }
    check_number("a megabyte is written", size_of("/large"), 1000000);
    lseek(file, 0, SEEK_SET);
    while ((got = read(file, buffer, 3333)) > 0)
        for (int k = 0; k < got; k++)
            sum_read += (unsigned char)buffer[k];
    check_number("and read in odd pieces", sum_read, sum);
    close(file);
    unlink("/large");
}

static struct timespec now;

static long long since(struct timespec start)
{
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start.tv_sec) * 1000000000ll + now.tv_nsec - start.tv_nsec;
}

/* Two files that grow in turn lie in pieces. */
static void backwards(void)
{
    enum { BLOCK = 512, BLOCKS = 1000 };
    static const char *const names[] = {"/one", "/two"};
    int files[] = {open("/one", O_CREAT | O_RDWR, 0644), open("/two", O_CREAT | O_RDWR, 0644)};
    bool holds = true;

    for (int i = 0; i < BLOCKS; i++)
        for (int k = 0; k < 2; k++) {
            memset(buffer, i + k, BLOCK);
            write(files[k], buffer, BLOCK);
        }
    for (int i = BLOCKS; i-- > 0;)
        for (int k = 0; k < 2; k++)
            holds = pread(files[k], buffer, BLOCK, (off_t)i * BLOCK) == BLOCK && buffer[0] == (char)(i + k) &&
                    buffer[BLOCK - 1] == (char)(i + k) && holds;
    check("two files in pieces are read backwards", holds);
    check_number("and in one go", pread(files[1], buffer, sizeof(buffer), 5 * BLOCK + 1), sizeof(buffer));
    check("rightly", buffer[0] == 6 && buffer[BLOCK - 2] == 6 && buffer[BLOCK - 1] == 7 && buffer[99 * BLOCK] == 105);
    ftruncate(files[0], 300 * BLOCK);
    ftruncate(files[0], 700 * BLOCK);
    check("one is cut, and grows with zeros", pread(files[0], buffer, 2 * BLOCK, 299 * BLOCK) == 2 * BLOCK &&
                                                  buffer[BLOCK - 1] == (char)299 && buffer[BLOCK] == 0);
    for (int k = 0; k < 2; k++) {
        close(files[k]);
        unlink(names[k]);
    }
}

static void seeking_is_cheap(void)
{
    enum { BLOCK = 100 };
    int file = open("/straight", O_CREAT | O_RDWR, 0644);
    struct timespec start;
    long long forwards, back;

    for (int i = 0; i < 10; i++)
        write(file, buffer, sizeof(buffer));
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < 1000; i++)
        pread(file, buffer, BLOCK, (off_t)i * 1000);
    forwards = since(start);
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 1000; i-- > 0;)
        pread(file, buffer, BLOCK, (off_t)i * 1000);
    back = since(start);
    check("a file in one piece is read backwards as fast as forwards", back < forwards * 11 / 10);
    close(file);
    unlink("/straight");
}

/* With the argument `timed`, how long reading takes counts too: for a machine whose time is counted, not measured. */
int main(int argc, char **argv)
{
    opening();
    seeking();
    appending();
    truncating();
    positioned();
    descriptors();
    nameless();
    attributes();
    large();
    backwards();
    if (argc > 1 && strcmp(argv[1], "timed") == 0)
        seeking_is_cheap();
    return finish();
}
