/* Processes of Era M: one for each program of the initrd. None is made later, so what a process was given is all there
 * is. A process that ends gives everything back, and process 1 is told by a message: its source is the process, its payload
 * two words, the process and its status. The end of process 1 is the end of the machine. */
#include "kernel.h"
#include "process.h"

struct process processes[NANVIX_BUNDLE_PROGRAMS_MAXIMUM];
struct process *process_now = &processes[0];

/* The next process in an address space of its own, which is entered; NULL when there is no room. The boot calls this. */
struct process *process_new(void)
{
    static int32_t made;
    struct process *process = &processes[made];

    if (made == NANVIX_BUNDLE_PROGRAMS_MAXIMUM)
        return NULL;
    process->directory = paging_new_space(made == 0);
    if (process->directory == 0)
        return NULL;
    process->pid = NANVIX_PROCESS_PROGRAM + made++;
    process_enter(process);
    return process;
}

/* A process that lives, or NULL. */
struct process *process_find(int32_t pid)
{
    for (uint32_t i = 0; i < NANVIX_BUNDLE_PROGRAMS_MAXIMUM; i++) {
        if (processes[i].pid == pid && pid != 0)
            return &processes[i];
    }
    return NULL;
}

void process_enter(struct process *process)
{
    process_now = process;
    paging_enter(process->directory);
}

/* Ends a process, the running one or another. Where it is the running one, its last thread may only call schedule(). */
void process_end(struct process *process, uint32_t status)
{
    const int32_t pid = process->pid;

    if (pid == NANVIX_PROCESS_PROGRAM)
        host_shutdown(status);
    threads_end(process);
    mmio_release(pid);
    pmio_release(pid);
    bus_forget(pid);
    if (process == process_now)
        process_enter(&processes[0]);
    paging_free_space(process->directory);
    memset(process, 0, sizeof(*process));
    bus_tell_end(pid, (int32_t)status);
}

void process_exit(uint32_t status)
{
    process_end(process_now, status);
    schedule();
    panic("a process ran after its end");
}

int64_t kcall_getppid(void)
{
    return NANVIX_PROCESS_HOST;
}

int64_t kcall_duplicate(uint32_t arguments)
{
    (void)arguments;
    return -NANVIX_ENOSYS;
}

int64_t kcall_execv(uint32_t arguments)
{
    (void)arguments;
    return -NANVIX_ENOSYS;
}

int64_t kcall_sync_instruction_cache(void)
{
    return -NANVIX_ENOSYS;
}
