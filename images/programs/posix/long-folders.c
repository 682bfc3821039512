/* Folders with hundreds of names, looked into often and changed now and then: whatever helps to find a name there knows each change. In
 * the current directory, so that it can be asked of Linux too. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

enum { FOLDERS = 6, NAMES = 75 };

/* What is there: 0 nothing, or the number that is a file's content. */
static uint16_t there[FOLDERS][NAMES];
static uint16_t made;
static unsigned wrong;

static unsigned drawn(unsigned below)
{
    static uint32_t state = 1;

    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

/* From 30 on three names each differ in case alone, one of which a short entry can hold. */
static const char *path_of(unsigned folder, unsigned name)
{
    static char paths[2][PATH_MAX];
    static unsigned turn;
    static const char *const forms[] = {"folder %u/NAME%u.TXT", "folder %u/name%u.txt", "folder %u/Name%u.Txt"};
    char *path = paths[turn++ % 2];

    snprintf(path, PATH_MAX, name < 30 ? "folder %u/a name that takes more than one slot, %u" : forms[name % 3], folder,
             name < 30 ? name : name / 3);
    return path;
}

static void look_at(unsigned folder, unsigned name)
{
    uint16_t number = 0;
    int file = open(path_of(folder, name), O_RDONLY);

    if (file >= 0) {
        read(file, &number, sizeof(number));
        close(file);
    }
    wrong += number != there[folder][name];
}

static void make(unsigned folder, unsigned name)
{
    int file = open(path_of(folder, name), O_CREAT | O_EXCL | O_WRONLY, 0644);

    wrong += (file >= 0) != (there[folder][name] == 0);
    if (file < 0)
        return;
    there[folder][name] = ++made;
    write(file, &made, sizeof(made));
    close(file);
}

static void take_away(unsigned folder, unsigned name)
{
    wrong += (unlink(path_of(folder, name)) == 0) != (there[folder][name] != 0);
    there[folder][name] = 0;
}

static void move(unsigned folder, unsigned name, unsigned to_folder, unsigned to_name)
{
    int result = rename(path_of(folder, name), path_of(to_folder, to_name));

    wrong += (result == 0) != (there[folder][name] != 0);
    if (result == 0 && (folder != to_folder || name != to_name)) {
        there[to_folder][to_name] = there[folder][name];
        there[folder][name] = 0;
    }
}

/* How many names a folder lists. */
static unsigned count_listed(unsigned folder)
{
    char path[32];
    struct dirent *entry;
    unsigned count = 0;
    DIR *list;

    snprintf(path, sizeof(path), "folder %u", folder);
    list = opendir(path);
    while ((entry = readdir(list)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(list);
    return count;
}

static unsigned count_there(unsigned folder)
{
    unsigned count = 0;

    for (unsigned name = 0; name < NAMES; name++)
        count += there[folder][name] != 0;
    return count;
}

static void change_something(void)
{
    unsigned folder = drawn(FOLDERS), name = drawn(NAMES);

    switch (drawn(4)) {
    case 0:
        make(folder, name);
        break;
    case 1:
        take_away(folder, name);
        break;
    default:
        move(folder, name, drawn(FOLDERS), drawn(NAMES));
    }
}

static void empty(unsigned folder)
{
    for (unsigned name = 0; name < NAMES; name++)
        take_away(folder, name);
}

int main(void)
{
    char path[32];

    for (unsigned folder = 0; folder < FOLDERS; folder++) {
        snprintf(path, sizeof(path), "folder %u", folder);
        mkdir(path, 0755);
        for (unsigned name = 0; name < NAMES; name += 1 + folder % 2)
            make(folder, name);
    }
    check_number("many files can be made", wrong, 0);
    for (unsigned folder = 0; folder < FOLDERS; folder++)
        for (unsigned name = 0; name < NAMES; name++)
            look_at(folder, name);
    check_number("each is found, and no other", wrong, 0);
    for (unsigned round = 0; round < 100; round++) {
        change_something();
        for (unsigned i = 0; i < 6; i++)
            look_at(drawn(FOLDERS), drawn(NAMES));
        if (round % 16 == 0)
            for (unsigned i = 0, folder = drawn(FOLDERS); i < NAMES; i += 3)
                look_at(folder, i);
    }
    check_number("also after names came, went and were moved", wrong, 0);
    for (unsigned folder = 0; folder < FOLDERS; folder++)
        wrong += count_listed(folder) != count_there(folder);
    check_number("folders list the same", wrong, 0);

    /* What was a folder's may be another's soon. */
    for (unsigned i = 0; i < 20; i++)
        look_at(0, NAMES - 1 - i);
    empty(0);
    wrong += rmdir("folder 0") != 0 || mkdir("folder 0", 0755) != 0;
    for (unsigned name = 0; name < NAMES; name++)
        look_at(0, name);
    make(0, 7);
    look_at(0, 7);
    check_number("a new folder has nothing of an old one", wrong, 0);
    for (unsigned folder = 0; folder < FOLDERS; folder++) {
        empty(folder);
        snprintf(path, sizeof(path), "folder %u", folder);
        wrong += rmdir(path) != 0;
    }
    check_number("in the end all are empty", wrong, 0);
    return finish();
}
