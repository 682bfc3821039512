/* Directories: making, removing, listing, the current one, paths relative to an open one. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "check.h"

static int count_names(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;

    if (directory == NULL)
        return -1;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void touch(const char *path)
{
    close(open(path, O_CREAT | O_WRONLY, 0644));
}

static void making(void)
{
    struct stat status;

    check_number("mkdir makes a directory", mkdir("/d", 0755), 0);
    check_number("stat finds it", stat("/d", &status), 0);
    check("as a directory", S_ISDIR(status.st_mode));
    check_error("mkdir refuses what exists", mkdir("/d", 0755), EEXIST);
    check_number("a slash at the end is fine", mkdir("/d/e/", 0755), 0);
    check_error("a directory has to exist before what is in it", mkdir("/no/such", 0755), ENOENT);
    check_error("a file is no directory", (touch("/d/file"), mkdir("/d/file/x", 0755)), ENOTDIR);
    check_error("rmdir refuses a file", rmdir("/d/file"), ENOTDIR);
    check_error("rmdir refuses a full directory", rmdir("/d"), ENOTEMPTY);
    check_error("rmdir refuses `.`", rmdir("/d/e/."), EINVAL);
    check_error("rmdir refuses the root", rmdir("/"), EBUSY);
    check_error("unlink refuses a directory", unlink("/d/e"), EISDIR);
    check_number("rmdir removes an empty one", rmdir("/d/e"), 0);
    unlink("/d/file");
    mkdir("/d/e", 0755);
    check_number("a directory can lose its right to be written", chmod("/d", 0555), 0);
    check_error("then no file is made in it", open("/d/new", O_CREAT | O_WRONLY, 0644), EACCES);
    check_error("nor a directory", mkdir("/d/new", 0755), EACCES);
    check_error("and none goes", rmdir("/d/e"), EACCES);
    check_error("or gets another name", rename("/d/e", "/d/f"), EACCES);
    check_error("which access says", access("/d", W_OK), EACCES);
    check_number("until it has the right again", chmod("/d", 0755), 0);
    rmdir("/d/e");
    check_number("and then the outer one", rmdir("/d"), 0);
    check_error("then it is gone", rmdir("/d"), ENOENT);
}

static void current(void)
{
    char path[256];
    int here;

    check_text("a program starts in the root", getcwd(path, sizeof(path)), "/");
    mkdir("/Outer", 0755);
    mkdir("/Outer/inner dir", 0755);
    check_number("chdir goes in", chdir("/Outer"), 0);
    check_number("and further", chdir("inner dir"), 0);
    check_text("getcwd tells the names as they were given", getcwd(path, sizeof(path)), "/Outer/inner dir");
    check_error("getcwd wants room", (long)(getcwd(path, 5) == NULL ? -1 : 0), ERANGE);
    touch("here.txt");
    check_number("a relative path starts there", access("/Outer/inner dir/here.txt", F_OK), 0);
    check_number("`..` goes out", access("../inner dir/./here.txt", F_OK), 0);
    here = open(".", O_RDONLY | O_DIRECTORY);
    check_number("chdir to ..", chdir(".."), 0);
    check_text("is the outer directory", getcwd(path, sizeof(path)), "/Outer");
    check_number("fchdir goes where a directory is open", fchdir(here), 0);
    check_text("and that is the inner one", getcwd(path, sizeof(path)), "/Outer/inner dir");
    check_error("chdir refuses a file", chdir("here.txt"), ENOTDIR);
    check_number(".. of the root is the root", chdir("/../.."), 0);
    check_text("it is", getcwd(path, sizeof(path)), "/");
    close(here);
    unlink("/Outer/inner dir/here.txt");
    rmdir("/Outer/inner dir");
    rmdir("/Outer");
}

static void relative(void)
{
    struct stat status;
    int directory, file;

    mkdir("/at", 0755);
    directory = open("/at", O_RDONLY | O_DIRECTORY);
    check_number("mkdirat", mkdirat(directory, "sub", 0755), 0);
    file = openat(directory, "sub/f", O_CREAT | O_WRONLY, 0644);
    check("openat", file >= 0);
    check_number("fstatat", fstatat(directory, "sub/f", &status, 0), 0);
    check_number("faccessat", faccessat(directory, "sub/f", R_OK, 0), 0);
    check_number("renameat", renameat(directory, "sub/f", directory, "g"), 0);
    check_error("unlinkat refuses a directory without the flag", unlinkat(directory, "sub", 0), EISDIR);
    check_number("unlinkat with the flag removes it", unlinkat(directory, "sub", AT_REMOVEDIR), 0);
    check_number("unlinkat removes a file", unlinkat(directory, "g", 0), 0);
    check_error("a file is no directory to start from", openat(file, "x", O_RDONLY), ENOTDIR);
    check_error("nor is nothing", openat(77, "x", O_RDONLY), EBADF);
    check_error("O_DIRECTORY refuses a file", (touch("/at/h"), open("/at/h", O_RDONLY | O_DIRECTORY)), ENOTDIR);
    check_error("a directory can't be opened for writing", open("/at", O_WRONLY), EISDIR);
    check_error("nor read as a file", read(directory, &status, 1), EISDIR);
    close(file);
    unlink("/at/h");
    rmdir("/at");
    check_error("a removed directory takes no new files", openat(directory, "x", O_CREAT | O_WRONLY, 0644), ENOENT);
    close(directory);
}

static void listing(void)
{
    char name[300];
    bool seen[300] = {false};
    struct dirent *entry;
    long place = 0;
    DIR *directory;

    mkdir("/many", 0755);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "/many/file number %03d with a long name.txt", i);
        touch(name);
    }
    check_number("a listing has all names, `.` and `..`", count_names("/many"), 302);
    directory = opendir("/many");
    check_text("`.` comes first", readdir(directory)->d_name, ".");
    check_text("`..` second", readdir(directory)->d_name, "..");
    for (int i = 0; (entry = readdir(directory)) != NULL; i++) {
        int number = -1;

        sscanf(entry->d_name, "file number %d with a long name.txt", &number);
        if (number >= 0 && number < 300)
            seen[number] = entry->d_type == DT_REG;
        if (i == 100)
            place = telldir(directory);
    }
    bool all = true;
    for (int i = 0; i < 300; i++)
        all = all && seen[i];
    check("each file is listed as one", all);
    seekdir(directory, place);
    int rest = 0;
    while (readdir(directory) != NULL)
        rest++;
    check_number("seekdir goes back to where telldir was", rest, 300 - 101);
    rewinddir(directory);
    for (int i = 0; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.') {
            snprintf(name, sizeof(name), "/many/%s", entry->d_name);
            i += unlink(name) == 0;
        }
    closedir(directory);
    check_number("files can be removed while they are listed", count_names("/many"), 2);
    check_number("then the directory is empty", rmdir("/many"), 0);
    check("opendir of nothing fails", opendir("/nothing") == NULL && errno == ENOENT);
    check("opendir of a file fails", (touch("/plain"), opendir("/plain") == NULL) && errno == ENOTDIR);
    unlink("/plain");
}

static void volume(void)
{
    struct statfs before, after;
    char block[4096] = "";
    int file;

    check_number("statfs tells of the volume", statfs("/", &before), 0);
    check("which has room for files", before.f_files > 0 && before.f_ffree <= before.f_files);
    check_number("a FAT volume", before.f_type, 0x4d44);
    file = open("/block", O_CREAT | O_WRONLY, 0644);
    for (int i = 0; i < 16; i++)
        write(file, block, sizeof(block));
    close(file);
    statfs("/", &after);
    check_number("a file takes space", (long long)(before.f_bfree - after.f_bfree) * after.f_bsize, 65536);
    unlink("/block");
    statfs("/", &after);
    check_number("and gives it back", (long long)after.f_bfree, (long long)before.f_bfree);
}

int main(void)
{
    making();
    current();
    relative();
    listing();
    volume();
    return finish();
}
