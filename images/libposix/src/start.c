/*
 * The start of a program: from the kernel's registers to musl's __libc_start_main.
 *
 * The kernel enters at _start with two strings, arguments in EDX and environment in ECX, each with its words between
 * single spaces. musl expects what Linux would have put on the stack: argument count and pointers, environment
 * pointers, auxiliary vector. A position-independent program is relocated first, so until then this file may use
 * nothing that needs a relocation.
 */
#include <cpuid.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "limits.h"
#include "process.h"
#include "random.h"

#define HIDDEN __attribute__((visibility("hidden")))

int main(int argc, char **argv, char **envp);
void _init(void) __attribute__((weak));
void _fini(void) __attribute__((weak));
_Noreturn int __libc_start_main(int (*entry)(int, char **, char **), int argc, char **argv, void (*init)(void),
                                void (*fini)(void), void (*unused)(void));

/* From the linker: the ELF header where it is loaded. */
extern const Elf32_Ehdr __ehdr_start HIDDEN;

/* The stack is aligned so that the called function finds it as the ABI wants: a multiple of 16 before the return
 * address. */
__asm__(".text\n"
        ".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    and $-16, %esp\n"
        "    sub $8, %esp\n"
        "    push %ecx\n"
        "    push %edx\n"
        "    call nvx_start\n"
        "    ud2\n"
        ".size _start, . - _start\n");

/* The dynamic section of a position-independent program. It is found through the program headers, since the linker's
 * symbol for it would be read from a table that is not relocated yet. */
static const Elf32_Dyn *dynamic_section(uint32_t base)
{
    const Elf32_Phdr *header = (const Elf32_Phdr *)(base + __ehdr_start.e_phoff);

    for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
        if (header[i].p_type == PT_DYNAMIC)
            return (const Elf32_Dyn *)(base + header[i].p_vaddr);
    return NULL;
}

/* Adds the load address to every word that the linker listed. Only this kind of relocation occurs in a static program.
 * Never inlined: by its symbol a profile tells relocation from the rest of the start. */
__attribute__((noinline)) static void nvx_relocate(void)
{
    uint32_t base = (uint32_t)(uintptr_t)&__ehdr_start;
    const Elf32_Dyn *tag = __ehdr_start.e_type == ET_DYN ? dynamic_section(base) : NULL;
    const Elf32_Rel *entry = NULL;
    uint32_t bytes = 0;

    for (; tag != NULL && tag->d_tag != DT_NULL; tag++) {
        if (tag->d_tag == DT_REL)
            entry = (const Elf32_Rel *)(base + tag->d_un.d_ptr);
        else if (tag->d_tag == DT_RELSZ)
            bytes = tag->d_un.d_val;
    }
    for (uint32_t i = 0; i < bytes / sizeof(*entry); i++)
        if (ELF32_R_TYPE(entry[i].r_info) == R_386_RELATIVE)
            *(uint32_t *)(base + entry[i].r_offset) += base;
}

/* Pointers a string of words needs. */
static size_t count_words(const char *text)
{
    size_t words = 0;

    for (bool in_word = false; *text != '\0'; text++) {
        words += *text != ' ' && !in_word;
        in_word = *text != ' ';
    }
    return words;
}

/* Ends each word with a NUL and stores where it begins; answers the place behind the last pointer, which is null. */
static char **split_words(char *text, char **out)
{
    for (bool in_word = false; *text != '\0'; text++) {
        if (*text == ' ') {
            *text = '\0';
            in_word = false;
        } else if (!in_word) {
            *out++ = text;
            in_word = true;
        }
    }
    *out++ = NULL;
    return out;
}

static const char *find_variable(char **environment, const char *name)
{
    size_t length = strlen(name);

    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return "";
}

/* What the processor says it has. musl looks after SSE's exception flags and rounding mode if SSE is there. */
static uint32_t processor_features(void)
{
    uint32_t version, brand, more_features, features;

    __cpuid(1, version, brand, more_features, features);
    return features;
}

static void fill_auxiliary_vector(Elf32_auxv_t *vector, const char *name, const void *random_bytes)
{
    const char *image = (const char *)&__ehdr_start;
    uint32_t load_address = __ehdr_start.e_type == ET_DYN ? (uint32_t)(uintptr_t)image : 0;
    const Elf32_auxv_t values[] = {
        {AT_PHDR, {(uint32_t)(uintptr_t)(image + __ehdr_start.e_phoff)}},
        {AT_PHENT, {__ehdr_start.e_phentsize}},
        {AT_PHNUM, {__ehdr_start.e_phnum}},
        {AT_PAGESZ, {NANVIX_PAGE_SIZE}},
        {AT_BASE, {0}},
        {AT_ENTRY, {load_address + __ehdr_start.e_entry}},
        {AT_UID, {0}},
        {AT_EUID, {0}},
        {AT_GID, {0}},
        {AT_EGID, {0}},
        {AT_SECURE, {0}},
        {AT_HWCAP, {processor_features()}},
        {AT_CLKTCK, {NVX_CLOCK_TICKS}},
        {AT_RANDOM, {(uint32_t)(uintptr_t)random_bytes}},
        {AT_EXECFN, {(uint32_t)(uintptr_t)name}},
        {AT_NULL, {0}},
    };

    memcpy(vector, values, sizeof(values));
}

enum { AUXILIARY_ENTRIES = 16, RANDOM_BYTES = 16 };

/* The strings are copied: the kernel's pages need not be writable. Everything lies in this frame, which is never left.
 */
__attribute__((used)) HIDDEN _Noreturn void nvx_start(const char *arguments, const char *environment)
{
    nvx_relocate();

    if (arguments == NULL)
        arguments = "";
    if (environment == NULL)
        environment = "";

    size_t argument_bytes = strnlen(arguments, NANVIX_PAGE_SIZE - 1) + 1;
    size_t environment_bytes = strnlen(environment, NANVIX_PAGE_SIZE - 1) + 1;
    size_t argc = count_words(arguments);
    size_t variables = count_words(environment);
    char text[argument_bytes + environment_bytes];
    /* Pointers and auxiliary vector, one behind the other as musl looks for them. */
    char *block[argc + 1 + variables + 1 + AUXILIARY_ENTRIES * sizeof(Elf32_auxv_t) / sizeof(char *)]
        __attribute__((aligned(16)));
    unsigned char random_bytes[RANDOM_BYTES];

    memcpy(text, arguments, argument_bytes - 1);
    text[argument_bytes - 1] = '\0';
    memcpy(text + argument_bytes, environment, environment_bytes - 1);
    text[argument_bytes + environment_bytes - 1] = '\0';

    char **environment_pointers = split_words(text, block);
    char **auxiliary = split_words(text + argument_bytes, environment_pointers);

    if (NANVIX_ERA_M)
        nvx_process_begin();
    nvx_process_start = nvx_clock_now();
    nvx_random_seed(find_variable(environment_pointers, "NANVIX_RANDOM_SEED"));
    nvx_random_fill(random_bytes, sizeof(random_bytes));
    fill_auxiliary_vector((Elf32_auxv_t *)auxiliary, block[0], random_bytes);
    __libc_start_main(main, (int)argc, block, _init, _fini, NULL);
}
