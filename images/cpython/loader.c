/*
 * The part of musl that a dynamic loader would be: dlopen and dlsym for python-full, whose ctypes calls functions of the program
 * itself. A guest's program is linked statically, so there is no other library to load. musl's own stands in only where there is no
 * loader, and knows no symbol at all.
 *
 * What must hold: a name is found if, and only if, it is in the table that images/cpython/symbol-table.ts makes of the linked program.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* In the order of strcmp. */
struct symbol {
    const char *name;
    void *value;
};

extern const struct symbol nvx_symbols[];
extern const uint32_t nvx_symbol_count;

/* What musl asks of its loader, by musl's names, and its function that leaves a text for dlerror. */
extern void *__dlsym(void *restrict, const char *restrict, void *restrict);
extern void *__dlsym_redir_time64(void *restrict, const char *restrict, void *restrict);
extern int __dl_invalid_handle(void *);
extern void __dl_seterr(const char *format, ...);

/* The one handle: the program. */
static char program;

/* Whether a library is one of libc's, in which folder and version ever: musl's loader takes these for itself as well. */
static int is_libc(const char *path)
{
    static const char *const parts[] = {"c", "pthread", "rt", "m", "dl", "util", "xnet"};
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;

    if (strncmp(name, "lib", 3) != 0)
        return 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i]);
        if (strncmp(name + 3, parts[i], length) == 0 && name[3 + length] == '.')
            return 1;
    }
    return 0;
}

void *dlopen(const char *path, int mode)
{
    (void)mode;
    if (path == NULL || is_libc(path))
        return &program;
    __dl_seterr("%s: a guest's program is static and loads no library; ctypes.CDLL(None) has what the program holds", path);
    return NULL;
}

int __dl_invalid_handle(void *handle)
{
    if (handle == &program)
        return 0;
    __dl_seterr("%p is no handle of dlopen", handle);
    return 1;
}

void *__dlsym(void *restrict handle, const char *restrict name, void *restrict caller)
{
    size_t low = 0;
    size_t high = nvx_symbol_count;

    (void)caller;
    if (handle != RTLD_DEFAULT && __dl_invalid_handle(handle))
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, nvx_symbols[middle].name);
        if (order == 0)
            return nvx_symbols[middle].value;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    __dl_seterr("the program holds no symbol %s", name);
    return NULL;
}

/* Asked by programs whose time_t has 64 bits: all of them; the table has those functions under their plain names. */
void *__dlsym_redir_time64(void *restrict handle, const char *restrict name, void *restrict caller)
{
    return __dlsym(handle, name, caller);
}
