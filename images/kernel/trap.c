/* Everything that enters the kernel, by vector. */
#include "cpu.h"
#include "kernel.h"
#include "trap.h"

#define IRQ_COUNT 16

static void interrupt(uint32_t irq, int preemptible)
{
    if (!pic_acknowledge(irq))
        return;
    bus_poll();
    if (irq != NANVIX_TIMER_IRQ)
        return;
    clock_tick();
    if (host_wants_pause())
        host_command(NANVIX_MACHINE_PAUSE, 0);
    scheduler_tick(preemptible);
}

void trap(struct trap_frame *frame)
{
    if (frame->vector == NANVIX_TRAP_VECTOR)
        kcall(frame);
    else if (frame->vector - NANVIX_VECTOR_BASE < IRQ_COUNT)
        interrupt(frame->vector - NANVIX_VECTOR_BASE, from_user(frame));
    else
        fault(frame);
}
