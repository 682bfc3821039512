/* Names: long ones, their case, other alphabets. What FAT itself can't hold is in links.c. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static int create(const char *path)
{
    int file = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);

    if (file >= 0)
        close(file);
    return file < 0 ? -1 : 0;
}

static bool listed(const char *name)
{
    DIR *list = opendir("/");
    struct dirent *entry;
    bool found = false;

    while ((entry = readdir(list)) != NULL)
        found = found || strcmp(entry->d_name, name) == 0;
    closedir(list);
    return found;
}

static void kept(const char *what, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "/%s", name);
    check(what, create(path) == 0 && listed(name) && access(path, F_OK) == 0 && unlink(path) == 0 && !listed(name));
}

int main(void)
{
    char name[NAME_MAX + 2], path[PATH_MAX + 10];

    kept("a name of eight and three in capitals", "README.TXT");
    kept("the same in small letters", "readme.txt");
    kept("mixed case", "ReadMe.Txt");
    kept("a name with spaces", "two words and more.c");
    kept("several dots", "archive.tar.gz");
    kept("a dot in front", ".profile");
    kept("a long extension", "page.html5");
    kept("no extension", "a_rather_long_file_name");
    kept("13 characters, one slot's worth", "thirteen.char");
    kept("26 characters, two slots' worth", "twenty-six.characters.here");
    kept("plus, comma, semicolon, equals, brackets", "a+b,c;d=e[f].x");
    kept("umlauts", "Größe.txt");
    kept("Greek", "αβγ.δ");
    kept("Chinese", "文件名.txt");
    kept("a character beyond 16 bits", "smile \xf0\x9f\x98\x80.txt");

    memset(name, 'n', sizeof(name));
    name[NAME_MAX] = '\0';
    kept("255 characters", name);
    name[NAME_MAX] = 'n';
    name[NAME_MAX + 1] = '\0';
    check_error("256 are too many", open(name, O_CREAT | O_WRONLY, 0644), ENAMETOOLONG);
    memset(path, '/', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    check_error("so is a path of 4096", access(path, F_OK), ENAMETOOLONG);

    create("/CamelCase.Name");
    check_error("case matters to find a file", access("/camelcase.NAME", F_OK), ENOENT);
    check_number("and to make one", create("/CAMELCASE.name"), 0);
    check("both are there", listed("CamelCase.Name") && listed("CAMELCASE.name"));
    unlink("/CAMELCASE.name");
    unlink("/CamelCase.Name");
    create("/a long name with an alias.text");
    check_error("the short name of a long one is not another name", access("/ALONGN~1.TEX", F_OK), ENOENT);
    check_number("so a file can have it", create("/ALONGN~1.TEX"), 0);
    unlink("/ALONGN~1.TEX");
    unlink("/a long name with an alias.text");

    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof(path), "/common beginning %d", i);
        create(path);
    }
    bool all = true;
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof(path), "/common beginning %d", i);
        all = all && unlink(path) == 0;
    }
    check("forty names with one beginning don't meet", all);

    check_error("the empty path is nothing", access("", F_OK), ENOENT);
    check_number("slashes may be doubled", access("//.//", F_OK), 0);
    return finish();
}
