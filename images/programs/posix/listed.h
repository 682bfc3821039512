/* What the list of the current folder says of a name: its type (DT_…), or -1 where it is not listed. */
#ifndef LISTED_H
#define LISTED_H

#include <dirent.h>
#include <string.h>

static int listed(const char *name)
{
    DIR *list = opendir(".");
    struct dirent *entry;
    int type = -1;

    while ((entry = readdir(list)) != NULL)
        if (strcmp(entry->d_name, name) == 0)
            type = entry->d_type;
    closedir(list);
    return type;
}

#endif
