/* What the entry code of vectors.S leaves on the kernel stack. */
#ifndef TRAP_H
#define TRAP_H

#include <stdint.h>

struct trap_frame {
    uint32_t gs, fs, es, ds;
    uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax;
    uint32_t vector, error;
    uint32_t eip, cs, eflags;
    /* Pushed by the processor only when it came from ring 3. */
    uint32_t esp, ss;
};
_Static_assert(sizeof(struct trap_frame) == 76, "vectors.S knows this layout");

static inline int from_user(const struct trap_frame *frame)
{
    return (frame->cs & 3) == 3;
}

#endif
