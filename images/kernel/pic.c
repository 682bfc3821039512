/* Two 8259 interrupt controllers, moved to vectors 0x20 to 0x2f. Only the timer and the line that announces a message
 * are let through. */
#include "cpu.h"
#include "kernel.h"

#define INIT_WITH_ICW4 0x11
#define CASCADE_LINE 2
#define MODE_8086 0x01
#define END_OF_INTERRUPT 0x20
#define READ_IN_SERVICE 0x0b
#define SPURIOUS 7

void pic_init(void)
{
    const uint32_t open = 1u << NANVIX_TIMER_IRQ | 1u << CASCADE_LINE | 1u << NANVIX_MESSAGE_IRQ;

    out8(NANVIX_PORT_PIC1_COMMAND, INIT_WITH_ICW4);
    out8(NANVIX_PORT_PIC2_COMMAND, INIT_WITH_ICW4);
    out8(NANVIX_PORT_PIC1_DATA, NANVIX_VECTOR_BASE);
    out8(NANVIX_PORT_PIC2_DATA, NANVIX_VECTOR_BASE + 8);
    out8(NANVIX_PORT_PIC1_DATA, 1u << CASCADE_LINE);
    out8(NANVIX_PORT_PIC2_DATA, CASCADE_LINE);
    out8(NANVIX_PORT_PIC1_DATA, MODE_8086);
    out8(NANVIX_PORT_PIC2_DATA, MODE_8086);
    out8(NANVIX_PORT_PIC1_DATA, (uint8_t)~open);
    out8(NANVIX_PORT_PIC2_DATA, (uint8_t)(~open >> 8));
}

static int in_service(uint16_t command_port)
{
    out8(command_port, READ_IN_SERVICE);
    return (in8(command_port) & 1u << SPURIOUS) != 0;
}

/* Tells the controllers that an interrupt is served. Returns 0 if it was a spurious one, to be ignored. */
int pic_acknowledge(uint32_t irq)
{
    if (irq == SPURIOUS && !in_service(NANVIX_PORT_PIC1_COMMAND))
        return 0;
    if (irq >= 8) {
        if (irq == 8 + SPURIOUS && !in_service(NANVIX_PORT_PIC2_COMMAND)) {
            out8(NANVIX_PORT_PIC1_COMMAND, END_OF_INTERRUPT);
            return 0;
        }
        out8(NANVIX_PORT_PIC2_COMMAND, END_OF_INTERRUPT);
    }
    out8(NANVIX_PORT_PIC1_COMMAND, END_OF_INTERRUPT);
    return 1;
}
