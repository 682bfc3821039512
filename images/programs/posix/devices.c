/* What lies under /dev and /proc without being on the volume. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check.h"

static int is_zero(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0)
            return 0;
    return 1;
}

/* The type of a name as a directory lists it, or -1; what stat says of it has to be the same. */
static int listed(const char *directory, const char *name)
{
    DIR *list = opendir(directory);
    struct dirent *entry;
    struct stat status;
    int type = -1;

    while ((entry = readdir(list)) != NULL)
        if (strcmp(entry->d_name, name) == 0) {
            type = entry->d_type;
            if (fstatat(dirfd(list), name, &status, AT_SYMLINK_NOFOLLOW) < 0 || IFTODT(status.st_mode) != entry->d_type)
                type = -1;
        }
    closedir(list);
    return type;
}

static int counted(DIR *list)
{
    int count = 0;

    while (readdir(list) != NULL)
        count++;
    return count;
}

static void folders(void)
{
    struct stat status, other;
    char text[64] = "";
    int count;

    check("/dev is a folder", stat("/dev", &status) == 0 && S_ISDIR(status.st_mode));
    check_number("it lists a device as one", listed("/dev", "null"), DT_CHR);
    check_number("and another", listed("/dev", "urandom"), DT_CHR);
    check_number("open files as a link", listed("/dev", "fd"), DT_LNK);
    check_number("standard input as a link", listed("/dev", "stdin"), DT_LNK);
    check_number("what is shared as a folder", listed("/dev", "shm"), DT_DIR);
    check_number("and nothing else", listed("/dev", "none"), -1);

    DIR *list = opendir("/dev");
    count = counted(list);
    rewinddir(list);
    check("it can be listed again", count > 10 && counted(list) == count);
    check("a device is found from there", fstatat(dirfd(list), "zero", &status, 0) == 0 && status.st_rdev == makedev(1, 5));
    int zero = openat(dirfd(list), "zero", O_RDONLY);
    check("and opened", zero >= 0 && read(zero, text, 1) == 1);
    check("no other is", openat(dirfd(list), "none", O_RDONLY) == -1 && errno == ENOENT);
    close(zero);
    closedir(list);
    check_error("it does not go", rmdir("/dev"), EBUSY);
    chdir("/dev");
    check("one can be in it", access("null", R_OK | W_OK) == 0 && stat("shm", &status) == 0 && S_ISDIR(status.st_mode));
    check_text("and is", getcwd(text, sizeof(text)), "/dev");
    chdir("/");

    memset(text, 0, sizeof(text));
    check("standard input is a link", lstat("/dev/stdin", &status) == 0 && S_ISLNK(status.st_mode));
    readlink("/dev/stdin", text, sizeof(text) - 1);
    check_text("to an open file", text, "/proc/self/fd/0");
    check("which is what it leads to", stat("/dev/stdin", &status) == 0 && fstat(0, &other) == 0 && status.st_ino == other.st_ino);
    memset(text, 0, sizeof(text));
    readlink("/dev/fd", text, sizeof(text) - 1);
    check_text("so are open files", text, "/proc/self/fd");
    check("which are a folder", stat("/dev/fd", &status) == 0 && S_ISDIR(status.st_mode));

    check_number("/proc lists this process", listed("/proc", "self"), DT_LNK);
    snprintf(text, sizeof(text), "%d", (int)getpid());
    check_number("by its number too", listed("/proc", text), DT_DIR);
    check_number("which has its program", listed("/proc/self", "exe"), DT_LNK);
    check_number("and its open files", listed("/proc/self", "fd"), DT_DIR);
    check("a process is a folder", stat("/proc/self/", &status) == 0 && S_ISDIR(status.st_mode));
    memset(text, 0, sizeof(text));
    check("this one is a link", readlink("/proc/self", text, sizeof(text) - 1) > 0 && atoi(text) == getpid());
    snprintf(text, sizeof(text), "/proc/%d/fd/0", (int)getpid());
    check("open files are there by number", stat(text, &status) == 0 && status.st_ino == other.st_ino);
    check_error("of no other process", stat("/proc/999999999", &status), ENOENT);
    check_error("and nothing but what is known", stat("/proc/self/none", &status), ENOENT);
    int process = open("/proc/self", O_RDONLY | O_DIRECTORY);
    check("a folder opens as one", process >= 0 && fstat(process, &status) == 0 && S_ISDIR(status.st_mode));
    check_error("and is not read", read(process, text, 1), EISDIR);
    close(process);

    FILE *hosts = fopen("/etc/hosts", "r");
    check("names of hosts can be read", hosts != NULL && fgets(text, sizeof(text), hosts) != NULL);
    check("again from the start", fseek(hosts, 0, SEEK_SET) == 0 && fgets(text, sizeof(text), hosts) != NULL);
    fclose(hosts);
}

int main(void)
{
    char bytes[300], again[300];
    struct stat status;
    int null = open("/dev/null", O_RDWR);

    check("/dev/null opens", null >= 0);
    check_number("it takes what is written", write(null, "lost", 4), 4);
    check_number("and has nothing to read", read(null, bytes, sizeof(bytes)), 0);
    check_number("it is a character device", fstat(null, &status) == 0 && S_ISCHR(status.st_mode), 1);
    check("with Linux's numbers", status.st_rdev == makedev(1, 3));
    check("stat by name says the same", stat("/dev/null", &status) == 0 && status.st_rdev == makedev(1, 3));
    check_number("access by name", access("/dev/null", R_OK | W_OK), 0);
    check_number("seeking in it does no harm", lseek(null, 100, SEEK_SET), 0);
    check_error("it is no folder", open("/dev/null/x", O_RDONLY), ENOTDIR);
    check_error("also for stat", stat("/dev/null/x", &status), ENOTDIR);
    check_error("it is there already", open("/dev/null", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    check("it can be opened to create and empty", close(open("/dev/null", O_CREAT | O_TRUNC | O_WRONLY, 0600)) == 0);
    check_error("what was opened to read takes nothing", write(open("/dev/null", O_RDONLY), "x", 1), EBADF);
    check("it is no terminal", isatty(null) == 0 && errno == ENOTTY);

    int zero = open("/dev/zero", O_RDONLY);

    memset(bytes, 1, sizeof(bytes));
    check_number("/dev/zero reads in full", read(zero, bytes, sizeof(bytes)), sizeof(bytes));
    check("as zeros", is_zero(bytes, sizeof(bytes)));

    int full = open("/dev/full", O_RDWR);

    check_error("/dev/full is full", write(full, "x", 1), ENOSPC);
    FILE *stream = fdopen(full, "w");
    fputs("text", stream);
    check("stdio learns of it when it flushes", fflush(stream) == EOF && errno == ENOSPC);

    int random = open("/dev/urandom", O_RDONLY);

    check_number("/dev/urandom reads in full", read(random, bytes, sizeof(bytes)), sizeof(bytes));
    check_number("twice", read(random, again, sizeof(again)), sizeof(again));
    check("something else each time", memcmp(bytes, again, sizeof(bytes)) != 0);
    check_error("reading into nowhere", read(random, (void *)8, 16), EFAULT);
    check_error("a device nobody knows", open("/dev/none", O_RDWR), ENOENT);

    struct stat again_status;
    int ends[2];
    pipe(ends);
    char path[64], target[64] = "";
    snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
    check("an open file is a link", lstat(path, &status) == 0 && S_ISLNK(status.st_mode));
    check("to what is open", stat(path, &status) == 0 && S_ISFIFO(status.st_mode) && fstat(ends[0], &again_status) == 0 &&
                                 status.st_ino == again_status.st_ino);
    check("readlink says what", readlink(path, target, sizeof(target) - 1) > 0 && strncmp(target, "pipe:[", 6) == 0);
    close(ends[0]);
    close(ends[1]);
    check_error("a closed one is not there", lstat(path, &status), ENOENT);
    int file = open("file", O_CREAT | O_RDWR, 0644);
    write(file, "content", 7);
    snprintf(path, sizeof(path), "/dev/fd/%d", file);
    int reopened = open(path, O_RDONLY);
    check_number("opening one of a file begins at its start", read(reopened, bytes, sizeof(bytes)), 7);
    check_number("a listing has it", listed("/proc/self/fd", strrchr(path, '/') + 1), DT_LNK);
    close(reopened);
    close(file);
    check_number("and no other", listed("/dev/fd", "200"), -1);
    unlink("file");
    check("the program knows its name", readlink("/proc/self/exe", target, sizeof(target) - 1) > 0 && target[0] == '/');
    check_error("there is no terminal", open("/dev/tty", O_RDWR), ENXIO);
    check("user 0 has a name", getpwuid(0) != NULL && strcmp(getpwuid(0)->pw_name, "root") == 0);
    check("so has group 0", getgrgid(0) != NULL && strcmp(getgrgid(0)->gr_name, "root") == 0);
    folders();
    return finish();
}
