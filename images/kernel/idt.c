/* The interrupt descriptor table. Kernel calls are open to ring 3, and so are the breakpoint and overflow traps, so that a
 * program that runs into one is told so. */
#include "kernel.h"

#define GATE_INTERRUPT 0x8e
#define GATE_TASK 0x85
#define GATE_RING3 0x60

#define VECTOR_BREAKPOINT 3
#define VECTOR_OVERFLOW 4
#define VECTOR_DOUBLE_FAULT 8

/* vectors.S: handlers of 0 to 47, then of the vector for kernel calls. */
#define PLAIN_VECTORS 48
extern const uint32_t vectors[PLAIN_VECTORS + 1];

static struct {
    uint16_t offset_low, selector;
    uint8_t zero, type;
    uint16_t offset_high;
} idt[256];

static void set_gate(uint32_t vector, uint32_t handler, uint8_t type)
{
    idt[vector].offset_low = (uint16_t)handler;
    idt[vector].selector = NANVIX_SELECTOR_KERNEL_CODE;
    idt[vector].type = type;
    idt[vector].offset_high = (uint16_t)(handler >> 16);
}

void idt_init(uint32_t double_fault_selector)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) table = {sizeof(idt) - 1, (uint32_t)idt};

    for (uint32_t vector = 0; vector < PLAIN_VECTORS; vector++)
        set_gate(vector, vectors[vector], GATE_INTERRUPT);
    set_gate(VECTOR_BREAKPOINT, vectors[VECTOR_BREAKPOINT], GATE_INTERRUPT | GATE_RING3);
    set_gate(VECTOR_OVERFLOW, vectors[VECTOR_OVERFLOW], GATE_INTERRUPT | GATE_RING3);
    set_gate(NANVIX_TRAP_VECTOR, vectors[PLAIN_VECTORS], GATE_INTERRUPT | GATE_RING3);
    idt[VECTOR_DOUBLE_FAULT].selector = (uint16_t)double_fault_selector;
    idt[VECTOR_DOUBLE_FAULT].type = GATE_TASK;

    __asm__ volatile("lidt %0" : : "m"(table));
}
