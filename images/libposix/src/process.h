/*
 * The program as a process.
 */
#ifndef NVX_PROCESS_H
#define NVX_PROCESS_H

#include "clock.h"

/* When the program started. */
extern struct nvx_instant nvx_process_start;

/* Where the program would be if it lay on the volume: its name in the root. */
const char *nvx_process_path(void);

/* Ends the program as the default of a signal does. */
_Noreturn void nvx_end_by_signal(int number);

#endif
