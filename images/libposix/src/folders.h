/*
 * Folders of paths that are not on the volume (special.h): /dev, /proc and what lies in them.
 */
#ifndef NVX_FOLDERS_H
#define NVX_FOLDERS_H

#include <stdbool.h>

struct fat_node;
struct nvx_file;
struct nvx_kind;
struct nvx_special;

enum { NVX_FOLDER_NAME_BYTES = 12 };

struct nvx_folder {
    const char *path;
    /* Writes the name that has a number, or an empty one if none has it; false behind the last. */
    bool (*name_at)(unsigned number, char name[NVX_FOLDER_NAME_BYTES]);
};

/* What an open folder that is not on the volume is; its object is the struct nvx_folder. */
extern const struct nvx_kind nvx_folder_kind;

extern const struct nvx_folder nvx_folder_dev;
extern const struct nvx_folder nvx_folder_proc;
extern const struct nvx_folder nvx_folder_process;
extern const struct nvx_folder nvx_folder_descriptors;

/* What a folder of the volume lists beside its names there; null: nothing. */
const struct nvx_folder *nvx_folder_upon(const struct fat_node *directory);

/* What a name in a folder is; false if it is none of those that are not on the volume. */
bool nvx_folder_find(const struct nvx_folder *folder, const char *name, struct nvx_special *special);

/* The folder that is not on the volume of a file that is one, or null. */
const struct nvx_folder *nvx_folder_of(const struct nvx_file *file);

/* Makes the folders of the volume that a path leads into, once: a program may remove them. False if /dev had no room there. */
bool nvx_folders_make(const char *path);

/* At the end of the program: they go if they were made here and nothing is in them. */
void nvx_folders_finish(void);

#endif
