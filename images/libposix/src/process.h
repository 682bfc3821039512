/*
 * The program as a process.
 */
#ifndef NVX_PROCESS_H
#define NVX_PROCESS_H

#include "clock.h"
#include "kernel.h"

/* When the program started. */
extern struct nvx_instant nvx_process_start;

/* Where the program would be if it lay on the volume: its name in the root. */
const char *nvx_process_path(void);

/* Number of this process, for calls on its memory. A program of Era S is process 1; in Era M daemons may have been started
 * before it. */
#if NANVIX_ERA_M
extern int nvx_process_id;
#else
#define nvx_process_id NANVIX_PROCESS_PROGRAM
#endif

/* What uname calls the machine. */
#define NVX_HOST_NAME "nanvix"

/* Learns who it is. Called before all else in Era M. */
void nvx_process_begin(void);

/* Ends the program as the default of a signal does. */
_Noreturn void nvx_end_by_signal(int number);

#endif
