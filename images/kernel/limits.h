/* Every limit of the kernel, and the few sizes it is compiled with. */
#ifndef LIMITS_H
#define LIMITS_H

#include <nanvix/abi.h>

/* RAM of the machine. It is fixed when the kernel is compiled, as Nanvix's is. */
#ifndef MEMORY_MIB
#define MEMORY_MIB 128
#endif
#define MEMORY_SIZE (MEMORY_MIB * 1024u * 1024u)
_Static_assert(MEMORY_MIB % 4 == 0 && MEMORY_MIB >= 32 && MEMORY_MIB <= 1024, "memory size");

/* Threads that live or wait to be joined at a time. */
#define THREADS_MAX 128

/* Mutexes locked at a time, by all threads together. */
#define MUTEXES_MAX (THREADS_MAX * NANVIX_LIMIT_HELD_MUTEXES)

/* Buckets of the tables that find mutexes and conditions by address. A power of two. */
#define ADDRESS_BUCKETS 64

/* Each thread's stack in the kernel. The kernel does not recurse, and an interrupt nests only on top of idling:
 * -Wstack-usage keeps each function small. The word at the lowest address is a canary. */
#define KERNEL_STACK_SIZE 4096

/* Messages of the host that are taken off the bus before a thread asks for them. */
#define MAILBOX_SLOTS 32

/* Of these, how many messages between processes may fill; and slots beside them, one for the end of each process. */
#define MAILBOX_IPC_SLOTS 24
#define MAILBOX_END_SLOTS 32

/* I/O ports the program may hold at a time. */
#define PORTS_MAX 16

#endif
