/*
 * Signals of the kernel (Era M): what the layer has it do. In Era S there is nothing to be done.
 */
#ifndef NVX_SIGNAL_KERNEL_H
#define NVX_SIGNAL_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"
#include "linux-abi.h"

struct nvx_thread;

#if NANVIX_ERA_M

/* Tells the kernel what a signal does from now on. */
void nvx_kernel_set_action(int number, const struct nvx_sigaction *action);

/* Sends a caught signal to the process by the kernel. Exceptions can't be sent so: a handler would take one for real. */
bool nvx_kernel_sends(int number);
long nvx_kernel_send(int number);

/* Takes what the kernel has delivered since, one bit for each signal. */
uint64_t nvx_kernel_take_delivered(void);

/* The calling kernel thread gets no signals. */
void nvx_kernel_keep_off(void);

#else

static inline void nvx_kernel_set_action(int number, const struct nvx_sigaction *action)
{
    (void)number, (void)action;
}

static inline bool nvx_kernel_sends(int number)
{
    (void)number;
    return false;
}

static inline long nvx_kernel_send(int number)
{
    (void)number;
    return 0;
}

static inline uint64_t nvx_kernel_take_delivered(void)
{
    return 0;
}

static inline void nvx_kernel_keep_off(void)
{
}

#endif
#endif
