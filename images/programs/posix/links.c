/* What a FAT volume has no room for and the layer holds: links, owners, all of a mode, nanoseconds, any name. In the current
 * directory, so that it can be asked of Linux too. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "listed.h"

static char text[PATH_MAX];

static void put(const char *path, const char *content)
{
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);

    write(file, content, strlen(content));
    close(file);
}

static const char *get(const char *path)
{
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);

    close(file);
    text[length < 0 ? 0 : length] = '\0';
    return length < 0 ? "(nothing)" : text;
}

static const char *target(const char *path)
{
    ssize_t length = readlink(path, text, sizeof(text) - 1);

    text[length < 0 ? 0 : length] = '\0';
    return length < 0 ? "(no link)" : text;
}

static void symbolic(void)
{
    struct stat status;

    put("file", "content");
    mkdir("dir", 0755);
    put("dir/inner", "inside");
    umask(027);
    check_number("symlink makes a link", symlink("file", "link"), 0);
    umask(022);
    check_error("not over what exists", symlink("file", "link"), EEXIST);
    check_text("readlink tells where to", target("link"), "file");
    check_number("in as many bytes as there are", readlink("link", text, 2), 2);
    check_error("a file is none", readlink("file", text, 10), EINVAL);
    check_text("opening follows it", get("link"), "content");
    check("so does stat", stat("link", &status) == 0 && S_ISREG(status.st_mode));
    check("lstat does not", lstat("link", &status) == 0 && S_ISLNK(status.st_mode));
    check_number("its mode lets everything, whatever the mask", status.st_mode & 07777, 0777);
    check_number("its size is that of its target", status.st_size, 4);
    check_number("a listing says link", listed("link"), DT_LNK);
    check_error("O_NOFOLLOW refuses it", open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
    check_error("O_EXCL finds it", open("link", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
    symlink("dir", "to dir");
    check_text("paths go through one", get("to dir/inner"), "inside");
    check_number("rename moves the link itself", rename("link", "dir/link"), 0);
    check_text("which leads from where it is", target("dir/link"), "file");
    check_error("to nothing", access("dir/link", F_OK), ENOENT);
    symlink("../file", "dir/back");
    check_text("dots go out of its directory", get("to dir/back"), "content");
    symlink("new", "dangling");
    check_error("one to nothing can't be read", open("dangling", O_RDONLY), ENOENT);
    put("dangling", "made");
    check_text("but what it names be made", get("new"), "made");
    symlink("loop", "loop");
    check_error("one to itself has no end", access("loop", F_OK), ELOOP);
    check_error("a file's name and a slash is no directory", access("file/", F_OK), ENOTDIR);
    check_number("a slash behind one to a directory follows it", access("to dir/", F_OK), 0);
    check_error("rmdir is not for links", rmdir("to dir"), ENOTDIR);
    check_error("mkdir finds it", mkdir("dangling", 0755), EEXIST);
    char *real = realpath("to dir/back", NULL);
    check("realpath resolves it", real != NULL && strcmp(strrchr(real, '/'), "/file") == 0);
    free(real);
    check_number("chown of the link itself", lchown("to dir", 7, 8), 0);
    check("is not its target's", stat("dir", &status) == 0 && status.st_uid != 7 && lstat("to dir", &status) == 0 && status.st_uid == 7);
    const char *gone[] = {"to dir", "dangling", "new", "loop", "dir/link", "dir/back", "dir/inner", "file"};
    for (unsigned i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        check_number("unlink takes the link away", unlink(gone[i]), 0);
    check_error("an empty target is none", symlink("", "empty"), ENOENT);
    rmdir("dir");
}

static void hard(void)
{
    struct stat one, other;

    put("one", "shared");
    mkdir("dir", 0755);
    check_number("link gives a second name", link("one", "dir/two"), 0);
    stat("one", &one);
    stat("dir/two", &other);
    check("both are one file", one.st_ino == other.st_ino && one.st_dev == other.st_dev);
    check_number("with two links", one.st_nlink, 2);
    put("dir/two", "by two");
    check_text("what is written by one is read by the other", get("one"), "by two");
    chmod("one", 0600);
    stat("dir/two", &other);
    check_number("so is its mode", other.st_mode & 07777, 0600);
    check_error("not over what exists", link("one", "dir/two"), EEXIST);
    check_error("no second name for a directory", link("dir", "dir2"), EPERM);
    check_error("nor for nothing", link("none", "name"), ENOENT);
    check_number("renaming onto itself is nothing to do", rename("one", "dir/two"), 0);
    check_number("both are still there", access("one", F_OK) + access("dir/two", F_OK), 0);
    int file = open("one", O_RDWR);
    check_number("the first name goes", unlink("one"), 0);
    check_text("the second has the file", get("dir/two"), "by two");
    stat("dir/two", &other);
    check("the very same", other.st_ino == one.st_ino && other.st_nlink == 1);
    pwrite(file, "BY", 2, 0);
    close(file);
    check_text("which was open meanwhile", get("dir/two"), "BY two");
    link("dir/two", "three");
    put("four", "four");
    check_number("a second name takes another file's place", rename("three", "four"), 0);
    check_text("and is there", get("four"), "BY two");
    check_number("of two", (stat("four", &one), one.st_nlink), 2);
    check_number("a file takes a second name's place", (put("five", "five"), rename("five", "four")), 0);
    check_text("and is there", get("four"), "five");
    check_text("the other name is not", get("dir/two"), "BY two");
    check_number("which is alone now", (stat("dir/two", &one), one.st_nlink), 1);
    symlink("four", "link");
    check_number("a link to a link is one to the link", link("link", "link2"), 0);
    check("as lstat says", lstat("link2", &one) == 0 && S_ISLNK(one.st_mode) && one.st_nlink == 2);
    check_number("unless it is followed", linkat(AT_FDCWD, "link", AT_FDCWD, "five", AT_SYMLINK_FOLLOW), 0);
    check_text("then it is the file's", get("five"), "five");
    unlink("link"), unlink("link2"), unlink("four"), unlink("five"), unlink("dir/two");
    check_number("nothing is left", rmdir("dir"), 0);
}

static void attributes(void)
{
    struct stat status;
    struct timespec times[2] = {{-1, 5}, {4000000000ll, 123456789}};
    int file;

    umask(027);
    close(open("file", O_CREAT | O_WRONLY, 0777));
    check_number("a mode is made with the mask", (stat("file", &status), status.st_mode & 07777), 0750);
    umask(022);
    check_number("it can be executed", access("file", X_OK), 0);
    chmod("file", 04711);
    check_number("chmod sets all of it", (stat("file", &status), status.st_mode & 07777), 04711);
    check_number("chown gives it away", chown("file", 1000, 1001), 0);
    check("to both", stat("file", &status) == 0 && status.st_uid == 1000 && status.st_gid == 1001);
    check_number("which takes the set-id bit", status.st_mode & 07777, 0711);
    check_number("-1 leaves one as it is", chown("file", -1, 5), 0);
    check("and sets the other", stat("file", &status) == 0 && status.st_uid == 1000 && status.st_gid == 5);
    check_number("utimensat sets times", utimensat(AT_FDCWD, "file", times, 0), 0);
    stat("file", &status);
    check("to the nanosecond", status.st_mtim.tv_sec == 4000000000ll && status.st_mtim.tv_nsec == 123456789);
    check("also before 1970", status.st_atim.tv_sec == -1 && status.st_atim.tv_nsec == 5);
    times[0].tv_nsec = UTIME_OMIT;
    times[1] = (struct timespec){1, 1};
    utimensat(AT_FDCWD, "file", times, 0);
    stat("file", &status);
    check("one of them alone", status.st_atim.tv_nsec == 5 && status.st_mtim.tv_sec == 1);
    times[1].tv_nsec = 1000000000;
    check_error("a second has fewer nanoseconds", utimensat(AT_FDCWD, "file", times, 0), EINVAL);
    ino_t number = status.st_ino;
    rename("file", "other name");
    stat("other name", &status);
    check("rename leaves all of it", status.st_ino == number && status.st_uid == 1000 && status.st_mtim.tv_nsec == 1 &&
                                         (status.st_mode & 07777) == 0711);
    put("file", "");
    check("what takes its old name is another file", stat("file", &status) == 0 && status.st_ino != number);
    unlink("file");
    unlink("other name");
    mkdir("dir", 0700);
    check_number("a directory has a mode", (stat("dir", &status), status.st_mode & 07777), 0700);
    chmod("dir", 01777);
    check_number("with the sticky bit", (stat("dir", &status), status.st_mode & 07777), 01777);
    rmdir("dir");
    file = open(".", O_TMPFILE | O_RDWR, 0600);
    check("O_TMPFILE makes a file without a name", file >= 0 && write(file, "x", 1) == 1);
    check_number("of no links", (fstat(file, &status), status.st_nlink), 0);
    close(file);
}

static void kept(const char *what, const char *name)
{
    put(name, name);
    check_text(what, get(name), name);
    check_number("  it is listed", listed(name), DT_REG);
    unlink(name);
    check_number("  and goes", listed(name), -1);
}

static void names(void)
{
    struct stat one, other;

    kept("an asterisk", "a*b");
    kept("a question mark, a colon and a bar", "what? C:|");
    kept("quotes and angles", "\"<>\"");
    kept("a backslash", "back\\slash");
    kept("a control character", "tab\tnew\nline");
    kept("dots at the end", "three...");
    kept("dots alone", "...");
    kept("spaces at the end", "two  ");
    kept("a space alone", " ");
    kept("what is not UTF-8", "a\xff\xfe\x80");
    kept("a cut character", "caf\xc3");
    kept("a private character", "\xef\x80\xaa");
    put("Case", "one");
    put("case", "other");
    put("CASE", "third");
    check("case tells names apart", stat("Case", &one) == 0 && stat("case", &other) == 0 && one.st_ino != other.st_ino);
    check_text("one", get("Case"), "one");
    check_text("from another", get("case"), "other");
    check_text("from a third", get("CASE"), "third");
    check_error("a fourth is not there", access("cASE", F_OK), ENOENT);
    check_number("rename knows it", rename("Case", "cASE"), 0);
    check_text("too", get("cASE"), "one");
    unlink("cASE"), unlink("case"), unlink("CASE");
}

int main(void)
{
    symbolic();
    hard();
    attributes();
    names();
    return finish();
}
