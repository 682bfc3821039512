/* Code written while it runs: fresh functions in one buffer, one across a page boundary, one that patches its own next instruction. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, PAGES = 5, ROUNDS = 60, CALLS = 9000, PATCHES = 300 };

typedef uint32_t function(uint32_t);

static uint8_t *buffer;

/* mov eax, [esp+4]; OPERATION eax, IMMEDIATE; rol eax, 1; ret */
static function *emit_operation(unsigned at, uint8_t operation, uint32_t immediate)
{
    static const uint8_t load[] = {0x8b, 0x44, 0x24, 0x04}, end[] = {0xd1, 0xc0, 0xc3};
    uint8_t *code = buffer + at;

    memcpy(code, load, sizeof load);
    code[4] = operation;
    memcpy(code + 5, &immediate, sizeof immediate);
    memcpy(code + 9, end, sizeof end);
    return (function *)code;
}

/* mov ecx, [esp+4]; xor eax, eax; mov [PATCHED], cl; nop …; add eax, PATCHED; adc eax, 5; ret */
static function *emit_patch(unsigned at, unsigned distance)
{
    static const uint8_t head[] = {0x8b, 0x4c, 0x24, 0x04, 0x31, 0xc0, 0x88, 0x0d}, end[] = {0x83, 0xd0, 0x05, 0xc3};
    uint8_t *code = buffer + at, *add = code + sizeof head + 4 + distance;
    uint32_t patched = (uint32_t)(uintptr_t)(add + 2);

    memcpy(code, head, sizeof head);
    memcpy(code + sizeof head, &patched, sizeof patched);
    memset(code + sizeof head + 4, 0x90, distance);
    memcpy(add, "\x83\xc0\x00", 3);
    memcpy(add + 3, end, sizeof end);
    return (function *)code;
}

int main(void)
{
    static const uint8_t operations[] = {0x05, 0x35, 0x2d}; /* add, xor, sub */
    uint32_t value = 12345;

    buffer = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (buffer == MAP_FAILED)
        return 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned at = round % 7 == 0 ? PAGE * (1 + round % 3) - 5 : round * 331 % (4 * PAGE);
        function *call = emit_operation(at, operations[round % 3], value * 2654435761u + round);

        for (unsigned i = 0; i < CALLS; i++)
            value = call(value + i);
        call = emit_patch(2048, round % 20);
        for (unsigned i = 0; i < PATCHES; i++)
            value = value * 33 + call(i ^ value);
        call = emit_patch(PAGE - 12, round % 3);
        for (unsigned i = 0; i < PATCHES; i++)
            value = value * 33 + call(i ^ value);
    }
    printf("value %08x\n", (unsigned)value);
    return 3;
}
