/*
 * Runs x87 instructions on the processor it runs on, one for each line of standard input, from a state that the line gives,
 * and prints the state after it. Any x86 will do: 64-bit programs execute the same x87 instructions as 32-bit ones.
 *
 * In:  opcode and ModRM, control word, status word, tag word, then ST0, ST1, ST2 and the memory operand, all in hexadecimal.
 * Out: status word, tag word, then what changed: the memory operand, AX, the flags, each register by its number behind TOP.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct environment {
    uint32_t control, status, tags, ip, selector, data, data_selector;
};
struct image {
    struct environment environment;
    uint8_t registers[8][10];
} __attribute__((packed));

/* The flags before an instruction are the lowest byte of its memory operand. */
#define ARITHMETIC_FLAGS 0xd5

static uint8_t *code;

static void run(unsigned opcode, unsigned modrm, struct image *before, struct image *after, uint8_t *memory, uint64_t *eax, uint64_t *flags)
{
    /* the instruction, then RET; a memory operand is at [rcx] or [ecx] */
    code[0] = (uint8_t)opcode;
    code[1] = (uint8_t)(modrm >= 0xc0 ? modrm : (modrm & 0x38) | 1);
    code[2] = 0xc3;
    __asm__ volatile("frstor %[before]\n\t"
                     "push %[flags]\n\t"
                     "popf\n\t"
                     "call *%[code]\n\t"
                     "pushf\n\t"
                     "pop %[flags]\n\t"
                     "fnsave %[after]\n\t"
                     "fninit"
                     : [after] "=m"(*after), "+a"(*eax), [flags] "+r"(*flags)
                     : [before] "m"(*before), [code] "r"(code), "c"(memory)
                     : "memory", "cc");
}

static void parse(const char *hex, uint8_t bytes[10])
{
    for (int i = 0; i < 10; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * (9 - i), "%2x", &byte);
        bytes[i] = (uint8_t)byte;
    }
}

static void print(const uint8_t bytes[10])
{
    for (int i = 9; i >= 0; i--)
        printf("%02x", bytes[i]);
}

int main(void)
{
    code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static char line[256];
    while (fgets(line, sizeof line, stdin)) {
        unsigned operation, control, status, tags;
        char hex[4][32];
        if (sscanf(line, "%x %x %x %x %31s %31s %31s %31s", &operation, &control, &status, &tags, hex[0], hex[1], hex[2], hex[3]) != 8)
            return 1;
        struct image before = { 0 }, after;
        uint8_t memory[16] = { 0 }, operand[16];
        before.environment.control = 0xffff0000 | control;
        before.environment.status = 0xffff0000 | status;
        before.environment.tags = 0xffff0000 | tags;
        for (int i = 0; i < 3; i++)
            parse(hex[i], before.registers[i]);
        parse(hex[3], memory);
        parse(hex[3], operand);
        uint64_t eax = 0, flags = 0x202 | (memory[0] & ARITHMETIC_FLAGS), flags_before = flags;
        run(operation >> 8, operation & 0xff, &before, &after, memory, &eax, &flags);
        printf("%04x %04x", after.environment.status & 0xffff, after.environment.tags & 0xffff);
        if (memcmp(memory, operand, 10) != 0) {
            printf(" m=");
            print(memory);
        }
        if (eax != 0)
            printf(" ax=%04x", (unsigned)eax & 0xffff);
        if (flags != flags_before)
            printf(" flags=%04x", (unsigned)flags & 0xffff);
        int moved = ((after.environment.status >> 11) - (status >> 11)) & 7;
        for (int i = 0; i < 8; i++) {
            /* a register that has not changed stands where TOP's move has put it */
            int was = (i + moved) & 7;
            if (memcmp(after.registers[i], before.registers[was], 10) != 0) {
                printf(" %d=", i);
                print(after.registers[i]);
            }
        }
        printf("\n");
    }
    return 0;
}
