/* The ports by which the machine talks to its host: console, message bus, machine commands. Where the machine has no
 * host (QEMU), hostless.c answers instead. */
#include "cpu.h"
#include "kernel.h"

int host_absent;

void host_put_character(char character)
{
    out8(NANVIX_PORT_CONSOLE, (uint8_t)character);
}

/* A piece of the kernel's log. */
void host_log(const char *text, uint32_t length)
{
    const struct nanvix_envelope envelope = {length, NANVIX_ENVELOPE_KERNEL_LOG, (uint32_t)text};

    if (host_absent)
        console_write(text, length);
    else
        out32(NANVIX_PORT_KERNEL_LOG, (uint32_t)&envelope);
}

void host_send(const struct nanvix_envelope *envelope)
{
    if (host_absent)
        hostless_send(envelope);
    else
        out32(NANVIX_PORT_BUS_SEND, (uint32_t)envelope);
}

void host_receive(const struct nanvix_envelope *envelope)
{
    if (host_absent)
        hostless_receive(envelope);
    else
        out32(NANVIX_PORT_BUS_RECEIVE, (uint32_t)envelope);
}

uint32_t host_credits(void)
{
    return control_page.credits;
}

int host_wants_pause(void)
{
    return control_page.pause_request != 0;
}

void host_command(uint32_t command, uint32_t argument)
{
    if (!host_absent)
        out32(NANVIX_PORT_MACHINE, command << NANVIX_MACHINE_SHIFT | argument);
}

void host_shutdown(uint32_t status)
{
    if (host_absent)
        hostless_shutdown(status);
    host_command(NANVIX_MACHINE_SHUTDOWN, status & 0xffff);
    halt_forever();
}
