/* rename: in a directory and across, over what exists, of directories, and what it refuses. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static void put(const char *path, const char *text)
{
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);

    write(file, text, strlen(text));
    close(file);
}

static const char *get(const char *path)
{
    static char text[64];
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);

    close(file);
    text[length < 0 ? 0 : length] = '\0';
    return length < 0 ? NULL : text;
}

static bool listed(const char *directory, const char *name)
{
    DIR *list = opendir(directory);
    struct dirent *entry;
    bool found = false;

    while ((entry = readdir(list)) != NULL)
        found = found || strcmp(entry->d_name, name) == 0;
    closedir(list);
    return found;
}

static void files(void)
{
    struct stat before, after;

    put("/a", "from a");
    stat("/a", &before);
    check_number("a file gets another name", rename("/a", "/a much longer name.text"), 0);
    check_text("with its content", get("/a much longer name.text"), "from a");
    check_error("the old name is gone", access("/a", F_OK), ENOENT);
    stat("/a much longer name.text", &after);
    check_number("its times stay", after.st_mtime, before.st_mtime);
    put("/b", "from b, which is longer");
    check_number("over a file that exists", rename("/a much longer name.text", "/b"), 0);
    check_text("the new one is there", get("/b"), "from a");
    check_number("to itself is nothing to do", rename("/b", "/b"), 0);
    check_number("to another case is a new spelling", rename("/b", "/B"), 0);
    check("the listing shows it", listed("/", "B") && !listed("/", "b"));
    mkdir("/dir", 0755);
    check_number("into a directory", rename("/B", "/dir/c"), 0);
    check_text("the content goes along", get("/dir/c"), "from a");
    check_error("a name that does not exist can't be given up", rename("/missing", "/x"), ENOENT);
    check_error("nor can it go where no directory is", rename("/dir/c", "/missing/c"), ENOENT);
    check_error("a file can't take a directory's place", (put("/f", ""), rename("/f", "/dir")), EISDIR);
    check_error("a file is not what ends in a slash", rename("/f", "/g/"), ENOTDIR);
    unlink("/f");
    unlink("/dir/c");
    rmdir("/dir");
}

static void open_files(void)
{
    char text[16] = "";
    int old, replaced;

    put("/old", "old");
    put("/new", "new");
    old = open("/old", O_RDWR);
    replaced = open("/new", O_RDONLY);
    rename("/old", "/new");
    check_number("an open file stays open under its new name", pwrite(old, "OLD", 3, 0), 3);
    check_text("and is the same file", get("/new"), "OLD");
    check_number("the file it replaced can still be read", read(replaced, text, sizeof(text)), 3);
    check_text("with its own content", text, "new");
    close(old);
    close(replaced);
    unlink("/new");
}

static void directories(void)
{
    char path[64];

    mkdir("/one", 0755);
    mkdir("/one/deep", 0755);
    mkdir("/two", 0755);
    put("/one/deep/file", "deep");
    check_number("a directory moves with all that is in it", rename("/one/deep", "/two/moved"), 0);
    check_text("which is found there", get("/two/moved/file"), "deep");
    chdir("/two/moved");
    check_text("its `..` is where it is now", getcwd(path, sizeof(path)), "/two/moved");
    check_number("seen from inside too", access("../moved/file", F_OK), 0);
    rename("/two/moved", "/one/back");
    check_text("the current directory moves along", getcwd(path, sizeof(path)), "/one/back");
    chdir("/");
    check_error("a directory can't go into itself", rename("/one", "/one/back/one"), EINVAL);
    check_error("nor take the place of one that is full", rename("/two", "/one"), ENOTEMPTY);
    check_error("nor that of a file", rename("/two", "/one/back/file"), ENOTDIR);
    mkdir("/empty", 0755);
    check_number("but that of an empty one", rename("/one/back", "/empty"), 0);
    check_text("then it is there", get("/empty/file"), "deep");
    check_error("the root stays", rename("/", "/two/root"), EBUSY);
    check_error("`.` has no name to give up", rename("/two/.", "/three"), EBUSY);
    unlink("/empty/file");
    rmdir("/empty");
    rmdir("/one");
    check_number("all is as it was", rmdir("/two"), 0);
}

int main(void)
{
    files();
    open_files();
    directories();
    return finish();
}
