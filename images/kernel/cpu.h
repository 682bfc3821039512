/* Instructions that C has no word for. */
#ifndef CPU_H
#define CPU_H

#include <stdint.h>

#define EFLAGS_RESERVED 0x002u
#define EFLAGS_TRAP 0x100u
#define EFLAGS_INTERRUPTS 0x200u
#define EFLAGS_DIRECTION 0x400u

#define CR0_PROTECTED 0x00000001u
#define CR0_MONITOR_FPU 0x00000002u
#define CR0_EMULATE_FPU 0x00000004u
#define CR0_TASK_SWITCHED 0x00000008u
#define CR0_NUMERIC_ERROR 0x00000020u
#define CR0_WRITE_PROTECT 0x00010000u
#define CR0_PAGING 0x80000000u

#define CR4_LARGE_PAGES 0x010u
#define CR4_FXSAVE 0x200u
#define CR4_SIMD_EXCEPTIONS 0x400u

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

/* The memory clobber is for the ports by which the host reads and writes our memory. */
static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint16_t in16(uint16_t port)
{
    uint16_t value;

    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint64_t read_tsc(void)
{
    uint64_t value;

    __asm__ volatile("rdtsc" : "=A"(value));
    return value;
}

static inline uint32_t read_cr0(void)
{
    uint32_t value;

    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static inline void write_cr0(uint32_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint32_t read_cr2(void)
{
    uint32_t value;

    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline void write_cr3(uint32_t value)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_cr4(uint32_t value)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline void invalidate_page(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* Features of CPUID leaf 1 in EDX. */
#define CPUID_FPU (1u << 0)
#define CPUID_LARGE_PAGES (1u << 3)
#define CPUID_TSC (1u << 4)
#define CPUID_FXSR (1u << 24)
#define CPUID_SSE (1u << 25)

static inline uint32_t cpuid_features(void)
{
    uint32_t leaf = 1, ebx, ecx, edx;

    __asm__ volatile("cpuid" : "+a"(leaf), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return edx;
}

/* Lets interrupts in until one came. STI takes effect after HLT has begun, so none is missed between the two. */
static inline void wait_for_interrupt(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

/* Stops the processor for ever. */
static inline _Noreturn void halt_forever(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

#endif
