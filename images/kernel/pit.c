/* The timer: channel 0 of the 8254 as a rate generator. */
#include "cpu.h"
#include "kernel.h"

#define CHANNEL0_LOW_HIGH_RATE 0x34

void pit_init(void)
{
    const uint32_t divisor = (NANVIX_PIT_INPUT_RATE + NANVIX_TIMER_RATE / 2) / NANVIX_TIMER_RATE;

    out8(NANVIX_PORT_PIT_MODE, CHANNEL0_LOW_HIGH_RATE);
    out8(NANVIX_PORT_PIT_CHANNEL0, (uint8_t)divisor);
    out8(NANVIX_PORT_PIT_CHANNEL0, (uint8_t)(divisor >> 8));
}
