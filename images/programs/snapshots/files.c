/* States worth a snapshot: a volume that is changed before and after, files open at some offset, a directory half read. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void say(const char *text)
{
    write(1, text, strlen(text));
}

int main(void)
{
    char text[64] = "";
    char line[300];
    struct dirent *entry;
    DIR *folder;
    int file;

    mkdir("/made", 0777);
    file = open("/made/a long name.txt", O_CREAT | O_RDWR, 0666);
    write(file, "before ", 7);
    say("first half written\n");
    write(file, "after", 5);
    lseek(file, 3, SEEK_SET);
    read(file, text, 5);
    say("some of it read: ");
    say(text);
    say("\n");
    rename("/made/a long name.txt", "/made/other.txt");
    say("renamed\n");
    ftruncate(file, 9);
    close(file);
    folder = opendir("/made");
    while ((entry = readdir(folder)) != NULL) {
        snprintf(line, sizeof line, "entry %s\n", entry->d_name);
        say(line);
    }
    closedir(folder);
    file = open("/made/other.txt", O_RDONLY);
    memset(text, 0, sizeof text);
    read(file, text, sizeof text);
    snprintf(line, sizeof line, "left: %s.\n", text);
    say(line);
    unlink("/made/other.txt");
    say(open("/made/other.txt", O_RDONLY) < 0 ? "gone\n" : "still there\n");
    return 3;
}
