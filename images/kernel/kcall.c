/* The dispatcher of kernel calls: EAX = number, EBX, ECX, EDX, EDI = arguments, EDX:EAX = result. Every other register
 * comes back as it was, ECX too. */
#include "kernel.h"
#include "thread.h"
#include "trap.h"

#define ARGUMENTS_0
#define ARGUMENTS_1 frame->ebx
#define ARGUMENTS_2 frame->ebx, frame->ecx
#define ARGUMENTS_3 frame->ebx, frame->ecx, frame->edx
#define ARGUMENTS_4 frame->ebx, frame->ecx, frame->edx, frame->edi

#define CALL(number, name, count) \
    case number:                  \
        return kcall_##name(ARGUMENTS_##count);

static int64_t dispatch(const struct trap_frame *frame)
{
    switch (frame->eax) {
        NANVIX_KCALL_TABLE(CALL)
    default:
        return -NANVIX_ENOSYS;
    }
}

void kcall(struct trap_frame *frame)
{
    const uint32_t number = frame->eax;
    int64_t result;

    current->interrupted_edx = frame->edx;
    result = dispatch(frame);
    frame->eax = (uint32_t)result;
    frame->edx = (uint32_t)(result >> 32);
    signal_deliver(frame, number, result);
}
