/*
 * What libstdc++.a and libgcc_eh.a ask of the C library they were built with and musl lacks: destructors of a thread's own
 * objects, the tables for unwinding, random words.
 */
#include <elf.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

/* The program is one object, so nothing has to be told apart by it. */
__attribute__((visibility("hidden"))) void *__dso_handle;

/* False: with one thread too, counters are changed as if there were more. */
char __libc_single_threaded;

struct destructor {
    struct destructor *next;
    void (*function)(void *);
    void *object;
};

static pthread_key_t destructors;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* In the reverse order of making; a destructor may make more. */
static void destroy(void *list)
{
    while (list != NULL) {
        struct destructor *first = list;

        (void)pthread_setspecific(destructors, first->next);
        first->function(first->object);
        free(first);
        list = pthread_getspecific(destructors);
    }
}

/* Threads that end by themselves have theirs destroyed by the key; the one that ends the program here. */
static void destroy_own(void)
{
    destroy(pthread_getspecific(destructors));
}

static void prepare(void)
{
    if (pthread_key_create(&destructors, destroy) != 0 || atexit(destroy_own) != 0)
        abort();
}

int __cxa_thread_atexit_impl(void (*function)(void *), void *object, void *dso)
{
    struct destructor *destructor = malloc(sizeof(*destructor));

    (void)dso;
    if (destructor == NULL)
        return -1;
    (void)pthread_once(&once, prepare);
    *destructor = (struct destructor){pthread_getspecific(destructors), function, object};
    return pthread_setspecific(destructors, destructor);
}

/* What the unwinder wants to know of the object that an address belongs to. */
struct found_object {
    unsigned long long flags;
    void *start;
    void *end;
    void *link_map;
    void *unwind_table;
    void *data_base;
    unsigned long long reserved[7];
};

/* From the linker: the ELF header where it is loaded, and the end of the program. */
extern const Elf32_Ehdr __ehdr_start __attribute__((visibility("hidden")));
extern char _end[] __attribute__((visibility("hidden")));

int _dl_find_object(void *address, struct found_object *found)
{
    const char *base = (const char *)&__ehdr_start;
    const Elf32_Phdr *header = (const Elf32_Phdr *)(base + __ehdr_start.e_phoff);
    uint32_t moved = __ehdr_start.e_type == ET_DYN ? (uint32_t)(uintptr_t)base : 0;

    if ((const char *)address < base || (char *)address >= _end)
        return -1;
    for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
        if (header[i].p_type == PT_GNU_EH_FRAME) {
            *found = (struct found_object){
                .start = (void *)(uintptr_t)base, .end = _end, .unwind_table = (void *)(moved + header[i].p_vaddr)};
            return 0;
        }
    return -1;
}

uint32_t arc4random(void)
{
    uint32_t word = 0;

    (void)getrandom(&word, sizeof(word), 0);
    return word;
}
